import { describe, expect, it } from 'vitest'
import { SeededRandom } from './seeded-random.ts'
import { hashBytes, TraceHash } from './trace-hash.ts'

function digest(note: (sum: TraceHash) => void): string {
  const sum = new TraceHash()
  note(sum)
  return sum.digest
}

describe('the hash of a trace', () => {
  it('is 16 hexadecimal digits, the same for the same', () => {
    const note = (sum: TraceHash) => {
      sum.number(2 ** 53 - 1)
      sum.text('client>server')
    }
    expect(digest(note)).toMatch(/^[0-9a-f]{16}$/)
    expect(digest(note)).toBe(digest(note))
  })

  it('tells numbers, texts and their order apart', () => {
    const notes: ((sum: TraceHash) => void)[] = [
      () => {},
      (sum) => sum.number(0),
      (sum) => sum.number(1),
      (sum) => sum.number(2 ** 32),
      (sum) => sum.number(2 ** 32 + 1),
      (sum) => sum.text(''),
      (sum) => sum.text('ab'),
      (sum) => {
        sum.text('a')
        sum.text('b')
      },
      (sum) => {
        sum.text('b')
        sum.text('a')
      },
    ]
    expect(new Set(notes.map(digest)).size).toBeGreaterThanOrEqual(notes.length - 1)
  })

  it('of bytes changes with each bit of them, and with their number', () => {
    const random = new SeededRandom(1)
    for (const length of [0, 1, 3, 4, 5, 63, 64, 129, 207]) {
      const bytes = Uint8Array.from({ length }, () => random.below(256))
      const seen = new Set([hashBytes(bytes), hashBytes(new Uint8Array([...bytes, 0]))])
      for (let bit = 0; bit < 8 * length; bit += 1) {
        const other = bytes.slice()
        other[bit >> 3] ^= 1 << (bit & 7)
        seen.add(hashBytes(other))
      }
      expect(seen.size).toBe(8 * length + 2)
    }
  })

  it('of bytes is the same for the same, in every version and wherever they lie', () => {
    const known = [
      [20, 4_854_590_065_461_466],
      [64, 4_444_256_720_359_443],
      [300, 3_541_302_773_375_462],
    ] as const
    for (const [length, hash] of known) {
      for (let offset = 0; offset < 9; offset += 1) {
        const room = new Uint8Array(400)
        for (let i = 0; i < length; i += 1) room[offset + i] = i * 7 + 3
        expect(hashBytes(room.subarray(offset, offset + length))).toBe(hash)
      }
    }
  })

  it('of bytes is a whole number, and has no two alike among many', () => {
    const seen = new Set<number>()
    for (let i = 0; i < 20_000; i += 1) {
      const hash = hashBytes(new Uint8Array([i & 255, i >> 8, 0, 0, 0, 0, 0, 0]))
      expect(Number.isSafeInteger(hash) && hash >= 0).toBe(true)
      seen.add(hash)
    }
    expect(seen.size).toBe(20_000)
  })
})
