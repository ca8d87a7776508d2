import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Address } from '../wire/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import { Demux, type Tuple } from './demux.ts'
import { TupleHash } from './tuple-hash.ts'

class Entry implements Tuple {
  readonly local: Address
  readonly localPort: number
  readonly remote: Address
  readonly remotePort: number
  hash = 0

  constructor(local: Address, localPort: number, remote: Address, remotePort: number) {
    this.local = local
    this.localPort = localPort
    this.remote = remote
    this.remotePort = remotePort
  }

  get key(): string {
    return `${formatAddress(this.local)} ${this.localPort} ${formatAddress(this.remote)} ${this.remotePort}`
  }
}

/** Few of each, so that tuples share all but one part. */
const addresses = [
  new Address(0, 0, 0xffff, 0x0a00_0001),
  new Address(0, 0, 0xffff, 0x0a00_0002),
  new Address(0x2001_0db8, 0, 0, 1),
  new Address(0x2001_0db8, 0, 1, 1),
  new Address(0x2001_0db8, 1, 0, 1),
  new Address(0xfd00_0000, 0, 0, 1),
]
const anyAddress = fc.constantFrom(...addresses)
const anyPort = fc.constantFrom(1, 80, 443, 40_000, 65_535)
const anyTuple = fc.tuple(anyAddress, anyPort, anyAddress, anyPort)
const anyStep = fc.record({ tuple: anyTuple, what: fc.constantFrom('add', 'add', 'remove') })

describe('Demux', () => {
  it('finds what a map with string keys finds', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(anyStep, { maxLength: 400 }), (key, steps) => {
        const demux = new Demux<Entry>(new TupleHash(key, 0))
        const model = new Map<string, Entry>()
        for (const { tuple, what } of steps) {
          const asked = new Entry(...tuple)
          const known = model.get(asked.key) ?? null
          expect(demux.find(...tuple)).toBe(known)
          if (what === 'add' && known === null) {
            demux.add(asked)
            model.set(asked.key, asked)
          } else if (what === 'remove') {
            expect(demux.remove(known ?? asked)).toBe(known !== null)
            model.delete(asked.key)
          }
          expect(demux.size).toBe(model.size)
        }
        expect(new Set(demux)).toEqual(new Set(model.values()))
      }),
      { numRuns: 60 },
    )
  })

  it('stays small while many come and go', () => {
    const demux = new Demux<Entry>(new TupleHash(7, 0))
    const local = new Address(0, 0, 0xffff, 1)
    const waiting: Entry[] = []
    for (let i = 0; i < 100_000; i += 1) {
      const entry = new Entry(local, 80, new Address(0, 0, 0xffff, i), i & 0xffff)
      demux.add(entry)
      waiting.push(entry)
      const oldest = waiting.length > 100 ? waiting.shift() : undefined
      if (oldest !== undefined) expect(demux.remove(oldest)).toBe(true)
    }
    expect(demux.size).toBe(100)
    expect([...demux].length).toBe(100)
    for (const entry of waiting) {
      expect(demux.find(local, 80, entry.remote, entry.remotePort)).toBe(entry)
    }
    expect((demux as unknown as { slots: Int32Array }).slots.length).toBeLessThanOrEqual(512)
  })

  it('removes once', () => {
    const demux = new Demux<Entry>(new TupleHash(0, 0))
    const entry = new Entry(new Address(), 1, new Address(), 2)
    demux.add(entry)
    expect([demux.remove(entry), demux.remove(entry)]).toEqual([true, false])
  })
})
