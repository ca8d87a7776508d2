import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Address } from '../wire/address.ts'
import { emitIp, parseIp } from '../wire/ip-header.ts'
import { IpHeader } from '../wire/packet.ts'
import { Fragmenter, fragmentPayload } from './fragmenter.ts'
import { Reassembly } from './reassembly.ts'

const DEFAULTS = { ipfrag_high_thresh: 4 * 1024 * 1024, ipfrag_time: 30, ip6frag_time: 60 }

class Setup {
  readonly counters = { IpReasmReqds: 0, IpReasmOKs: 0, IpReasmFails: 0, IpReasmTimeout: 0 }
  readonly timeouts: Uint8Array[] = []
  readonly reassembly: Reassembly
  private readonly ip = new IpHeader()

  readonly config: typeof DEFAULTS

  constructor(memory = DEFAULTS.ipfrag_high_thresh) {
    this.config = { ...DEFAULTS, ipfrag_high_thresh: memory }
    this.reassembly = new Reassembly(this.config, this.counters, 1, (bytes, start, end) => {
      this.timeouts.push(bytes.slice(start, end))
    })
  }

  /** The datagram's payload, when the fragment completes it; null = it does not. */
  add(packet: Uint8Array, now = 0): Uint8Array | null {
    if (!parseIp(packet, 0, packet.length, this.ip)) throw new Error('not a packet')
    if (!this.reassembly.add(this.ip, packet, 0, false, now)) return null
    const { assembled, assembledEnd } = this.reassembly
    const whole = new IpHeader()
    expect(parseIp(assembled, 0, assembledEnd, whole)).toBe(true)
    expect(whole).toMatchObject({ moreFragments: false, fragmentOffset: 0, hasFragmentHeader: false, protocol: 17 })
    return assembled.slice(whole.payloadStart, whole.payloadStart + whole.payloadLength)
  }
}

interface Piece {
  version?: 4 | 6
  id?: number
  offset: number
  data: Uint8Array
  more: boolean
  source?: number
  trafficClass?: number
}

function fragment({ version = 4, id = 7, offset, data, more, source = 1, trafficClass = 0 }: Piece): Uint8Array {
  const header = new IpHeader()
  const bytes = new Uint8Array(48 + data.length)
  bytes.set(data, 48)
  header.version = version
  header.source.set(version === 4 ? new Address(0, 0, 0xffff, source) : new Address(1, 0, 0, source))
  header.destination.set(version === 4 ? new Address(0, 0, 0xffff, 99) : new Address(1, 0, 0, 99))
  header.protocol = 17
  header.identification = id
  header.fragmentOffset = offset
  header.moreFragments = more
  header.hasFragmentHeader = version === 6
  header.trafficClass = trafficClass
  header.payloadLength = data.length
  return bytes.slice(emitIp(header, bytes, 48))
}

function cut(payload: Uint8Array, mtu: number, version: 4 | 6, id = 7): Uint8Array[] {
  const fragmenter = new Fragmenter()
  const header = new IpHeader()
  expect(fragmenter.begin(payload.length, fragmentPayload(mtu, version === 4 ? 20 : 48))).toBe(true)
  const pieces: Uint8Array[] = []
  while (fragmenter.next(header)) {
    const { offset, length } = fragmenter
    const data = payload.slice(offset, offset + length)
    const piece = fragment({ version, id, offset: header.fragmentOffset, data, more: header.moreFragments })
    expect(piece.length).toBeLessThanOrEqual(mtu)
    pieces.push(piece)
  }
  return pieces
}

function counting(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7) ^ (i >> 8))
}

const version = fc.constantFrom<4 | 6>(4, 6)

describe('Reassembly', () => {
  it('gives the datagram whatever the order of its fragments, with duplicates', () => {
    fc.assert(
      fc.property(
        version,
        fc.integer({ min: 100, max: 3000 }),
        fc.integer({ min: 68, max: 1500 }),
        fc.nat(),
        (v, length, mtu, seed) => {
          const payload = counting(length)
          const pieces = cut(payload, Math.max(mtu, 88), v)
          if (pieces.length > 200) return
          // A shuffle by the seed; every third piece comes twice.
          const order = pieces.flatMap((piece, i) => (i % 3 === 0 ? [piece, piece] : [piece]))
          for (let i = order.length - 1, s = seed; i > 0; i -= 1) {
            s = (Math.imul(s, 1_103_515_245) + 12_345) >>> 0
            const j = s % (i + 1)
            ;[order[i], order[j]] = [order[j], order[i]]
          }
          if (pieces.length === 1) return
          const setup = new Setup()
          const results = order.map((piece) => setup.add(piece)).filter((result) => result !== null)
          expect(results[0]).toEqual(payload)
          expect(setup.counters.IpReasmOKs).toBe(results.length)
          expect(setup.counters.IpReasmFails).toBe(0)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('puts the largest datagrams together', () => {
    for (const [v, length] of [
      [4, 65_515],
      [6, 65_535],
    ] as const) {
      const setup = new Setup()
      const payload = counting(length)
      let whole: Uint8Array | null = null
      for (const piece of cut(payload, 1500, v)) whole = setup.add(piece)
      expect(whole).toEqual(payload)
      expect(setup.reassembly).toMatchObject({ held: 0, count: 0 })
    }
  })

  it('keeps datagrams apart by identification, addresses and version', () => {
    const setup = new Setup()
    const first = { offset: 0, data: counting(8), more: true }
    const last = { offset: 8, data: counting(3), more: false }
    setup.add(fragment({ ...first, id: 1 }))
    expect(setup.add(fragment({ ...last, id: 2 }))).toBeNull()
    expect(setup.add(fragment({ ...last, id: 1, source: 2 }))).toBeNull()
    expect(setup.add(fragment({ ...last, id: 1, version: 6 }))).toBeNull()
    expect(setup.add(fragment({ ...last, id: 1 }))).toHaveLength(11)
    expect(setup.reassembly.count).toBe(3)
  })

  it('drops the whole datagram when fragments overlap, and all that still comes of it (RFC 5722)', () => {
    for (const v of [4, 6] as const) {
      const setup = new Setup()
      setup.add(fragment({ version: v, offset: 0, data: counting(24), more: true }))
      expect(setup.add(fragment({ version: v, offset: 16, data: counting(16), more: true }))).toBeNull()
      expect(setup.add(fragment({ version: v, offset: 32, data: counting(8), more: false }))).toBeNull()
      expect(setup.add(fragment({ version: v, offset: 0, data: counting(32), more: true }))).toBeNull()
      expect(setup.counters).toEqual({ IpReasmReqds: 4, IpReasmOKs: 0, IpReasmFails: 3, IpReasmTimeout: 0 })
      setup.reassembly.tick(60_000_000)
      expect(setup.reassembly).toMatchObject({ held: 0, count: 0 })
      expect(setup.timeouts).toEqual([])
    }
  })

  it('takes a fragment of the same range with other data for an overlap', () => {
    const setup = new Setup()
    setup.add(fragment({ offset: 0, data: counting(16), more: true }))
    setup.add(fragment({ offset: 0, data: new Uint8Array(16).fill(9), more: true }))
    expect(setup.add(fragment({ offset: 16, data: counting(4), more: false }))).toBeNull()
  })

  it('refuses empty, odd and oversized fragments without holding anything', () => {
    const setup = new Setup()
    setup.add(fragment({ offset: 0, data: counting(0), more: true }))
    setup.add(fragment({ offset: 0, data: counting(9), more: true }))
    setup.add(fragment({ offset: 65_512, data: counting(8), more: false }))
    setup.add(fragment({ version: 6, offset: 65_528, data: counting(8), more: false }))
    expect(setup.counters.IpReasmFails).toBe(4)
    expect(setup.reassembly).toMatchObject({ held: 0, count: 0 })
  })

  it('refuses two ends, and data beyond the end', () => {
    for (const bad of [
      { offset: 8, data: counting(4), more: false },
      { offset: 32, data: counting(8), more: true },
      { offset: 32, data: counting(8), more: false },
    ]) {
      const setup = new Setup()
      setup.add(fragment({ offset: 16, data: counting(8), more: false }))
      setup.add(fragment(bad))
      setup.add(fragment({ offset: 0, data: counting(8), more: true }))
      expect(setup.add(fragment({ offset: 8, data: counting(8), more: true }))).toBeNull()
    }
  })

  it('gives up after 30 s (IPv4) and 60 s (IPv6), and quotes the first fragment', () => {
    for (const [v, timeout] of [
      [4, 30_000_000],
      [6, 60_000_000],
    ] as const) {
      const setup = new Setup()
      const first = fragment({ version: v, offset: 0, data: counting(16), more: true })
      setup.add(first, 5)
      setup.add(fragment({ version: v, id: 8, offset: 16, data: counting(16), more: true }), 6)
      expect(setup.reassembly.deadline()).toBe(5 + timeout)
      setup.reassembly.tick(4 + timeout)
      expect(setup.counters.IpReasmTimeout).toBe(0)
      setup.reassembly.tick(6 + timeout)
      expect(setup.counters).toMatchObject({ IpReasmTimeout: 2, IpReasmFails: 2 })
      expect(setup.timeouts).toEqual([first])
      expect(setup.reassembly.deadline()).toBe(Number.POSITIVE_INFINITY)
    }
  })

  it('follows changes of the time and of the memory, for what is held already, too', () => {
    const setup = new Setup()
    setup.add(fragment({ offset: 0, data: counting(16), more: true }), 0)
    setup.config.ipfrag_time = 5
    setup.add(fragment({ id: 8, offset: 0, data: counting(16), more: true }), 1_000_000)
    expect(setup.reassembly.deadline()).toBe(5_000_000)
    setup.reassembly.tick(5_000_000)
    expect(setup.reassembly.count).toBe(1)
    expect(setup.reassembly.deadline()).toBe(6_000_000)
    setup.config.ipfrag_high_thresh = 0
    setup.add(fragment({ id: 9, offset: 0, data: counting(16), more: true }), 1_000_000)
    expect(setup.reassembly.count).toBe(0)
    expect(setup.reassembly.held).toBe(0)
  })

  it('begins anew when a fragment comes too late', () => {
    const setup = new Setup()
    setup.add(fragment({ offset: 0, data: counting(16), more: true }), 0)
    expect(setup.add(fragment({ offset: 16, data: counting(4), more: false }), 30_000_000)).toBeNull()
    expect(setup.counters.IpReasmTimeout).toBe(1)
    expect(setup.reassembly.count).toBe(1)
  })

  it('keeps a congestion mark, and drops a mark that came to one who is not capable (RFC 3168, 5.3)', () => {
    const marked = (first: number, last: number) => {
      const setup = new Setup()
      setup.add(fragment({ version: 6, offset: 0, data: counting(8), more: true, trafficClass: first }))
      const whole = setup.add(fragment({ version: 6, offset: 8, data: counting(8), more: false, trafficClass: last }))
      return whole === null ? null : (setup.reassembly.assembled[1] >>> 4) & 3
    }
    expect(marked(2, 3)).toBe(3)
    expect(marked(3, 2)).toBe(3)
    expect(marked(2, 2)).toBe(2)
    expect(marked(0, 3)).toBeNull()
  })

  it('stays within its memory; the oldest goes first', () => {
    const memory = 64 * 1024
    const setup = new Setup(memory)
    for (let id = 0; id < 1000; id += 1) {
      setup.add(fragment({ version: id % 2 ? 4 : 6, id, offset: 0, data: counting(1000), more: true }), id)
      expect(setup.reassembly.held).toBeLessThanOrEqual(memory)
    }
    expect(setup.counters.IpReasmFails).toBe(1000 - setup.reassembly.count)
    expect(
      setup.add(fragment({ version: 4, id: 999, offset: 1000, data: counting(8), more: false }), 1000),
    ).not.toBeNull()
    expect(setup.add(fragment({ version: 6, id: 0, offset: 1000, data: counting(8), more: false }), 1000)).toBeNull()
  })

  it('stays within its memory when the fragments are tiny', () => {
    const setup = new Setup(64 * 1024)
    for (let i = 0; i < 5000; i += 1) {
      setup.add(fragment({ id: i >> 9, offset: (i & 511) * 16, data: counting(8), more: true }), i)
      expect(setup.reassembly.held).toBeLessThanOrEqual(64 * 1024)
    }
    expect(setup.reassembly.count).toBeLessThan(20)
  })

  it('takes any fragments at all', () => {
    const piece = fc.record({
      version,
      id: fc.nat(2),
      offset: fc.nat(20).map((n) => n * 8),
      data: fc.uint8Array({ maxLength: 64 }),
      more: fc.boolean(),
      trafficClass: fc.nat(3),
    })
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const setup = new Setup(4096)
        for (const [now, each] of pieces.entries()) setup.add(fragment(each), now * 1_000_000)
        expect(setup.reassembly.held).toBeLessThanOrEqual(4096)
        setup.reassembly.tick(1_000_000_000)
        expect(setup.reassembly).toMatchObject({ held: 0, count: 0 })
      }),
    )
  })
})
