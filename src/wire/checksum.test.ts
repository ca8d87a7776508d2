import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold, pseudoHeaderSum, sum } from './checksum.ts'
import { hex, uint8, uint16, v4Address, v6Address } from './wire.testkit.ts'

/** RFC 1071, section 4.1, word for word. */
function naive(bytes: Uint8Array): number {
  let total = 0
  for (let i = 0; i < bytes.length; i += 2) {
    total += (bytes[i] << 8) | (i + 1 < bytes.length ? bytes[i + 1] : 0)
    if (total > 0xffff) total -= 0xffff
  }
  return total
}

const piece = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc.uint8Array({ minLength: 80, maxLength: 2000 }),
  fc.tuple(fc.nat(300), uint8).map(([length, value]) => new Uint8Array(length).fill(value)),
)

describe('the Internet checksum (RFC 1071)', () => {
  it('sums the example of section 3', () => {
    expect(fold(sum(hex('0001 f203 f4f5 f6f7'), 0, 8, 0))).toBe(0xddf2)
  })

  it('agrees with the plain sum for any bytes, start, length and alignment', () => {
    fc.assert(
      fc.property(piece, fc.nat(9), fc.nat(9), uint8, (bytes, shift, start, fill) => {
        const whole = new Uint8Array(new ArrayBuffer(shift + start + bytes.length + 7), shift).fill(fill)
        whole.set(bytes, start)
        expect(fold(sum(whole, start, bytes.length, 0))).toBe(naive(bytes))
      }),
      { numRuns: 500 },
    )
  })

  it('is exact at the greatest packet length', () => {
    const bytes = new Uint8Array(65_535).fill(0xff)
    expect(sum(bytes, 0, 65_535, 0) % 0xffff).toBe(0xff00)
    for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 7919) >>> 5
    expect(fold(sum(bytes, 0, 65_535, 0))).toBe(naive(bytes))
    expect(fold(sum(bytes, 1, 65_534, 0))).toBe(naive(bytes.subarray(1)))
  })

  it('chains pieces of even length, and a last one of any', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), piece, (pieces, last) => {
        const chain = [...pieces.map((bytes) => bytes.subarray(0, bytes.length & ~1)), last]
        let total = 0
        for (const bytes of chain) total = sum(bytes, 0, bytes.length, total)
        expect(fold(total)).toBe(naive(Uint8Array.from(chain.flatMap((bytes) => [...bytes]))))
      }),
    )
  })

  it('keeps apart buffers that take turns', () => {
    const buffers = [1, 2, 3].map((value) => new Uint8Array(100).fill(value))
    for (let i = 0; i < 9; i++) {
      const bytes = buffers[i % 3]
      expect(fold(sum(bytes, 0, 100, 0))).toBe(naive(bytes))
      expect(fold(sum(bytes.subarray(10), 0, 60, 0))).toBe(naive(bytes.subarray(10, 70)))
    }
  })

  it('reads nothing past the end of the array', () => {
    const bytes = new Uint8Array(200).fill(1)
    expect(sum(bytes.subarray(0, 100), 50, 1000, 0)).toBe(sum(bytes, 50, 50, 0))
    expect(sum(bytes.subarray(0, 10), 4, 1000, 0)).toBe(sum(bytes, 4, 6, 0))
    expect(sum(bytes, 300, 10, 5)).toBe(5)
  })

  it('accepts what it has summed: with the checksum in place the sum is all ones', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 300 }), (bytes) => {
        bytes[0] = bytes[1] = 0
        const checksum = ~fold(sum(bytes, 0, bytes.length, 0)) & 0xffff
        bytes[0] = checksum >>> 8
        bytes[1] = checksum
        expect(fold(sum(bytes, 0, bytes.length, 0))).toBe(0xffff)
      }),
    )
  })

  it('folds as one remainder, and only nothing to zero', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(fold(value)).toBe(value === 0 ? 0 : Number((BigInt(value) - 1n) % 0xffffn) + 1)
      }),
    )
    expect(fold(0xffff)).toBe(0xffff)
    expect(fold(Number.MAX_SAFE_INTEGER)).toBe(Number(BigInt(Number.MAX_SAFE_INTEGER) % 0xffffn))
  })
})

describe('the pseudo header', () => {
  const word = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]

  it('over IPv4 is source, destination, zero, protocol, length (RFC 9293, 3.1)', () => {
    fc.assert(
      fc.property(v4Address, v4Address, uint8, uint16, (source, destination, protocol, length) => {
        const bytes = [...word(source.w3), ...word(destination.w3), 0, protocol, length >>> 8, length & 255]
        // All zeros do not occur, for the protocol is never zero.
        expect(fold(pseudoHeaderSum(source, destination, protocol, length)) % 0xffff).toBe(
          naive(Uint8Array.from(bytes)) % 0xffff,
        )
      }),
    )
  })

  it('over IPv6 has both addresses, a 32-bit length and the next header (RFC 8200, 8.1)', () => {
    fc.assert(
      fc.property(v6Address, v6Address, uint8, uint16, (source, destination, protocol, length) => {
        const words = [source.w0, source.w1, source.w2, source.w3]
        words.push(destination.w0, destination.w1, destination.w2, destination.w3, length, protocol)
        expect(fold(pseudoHeaderSum(source, destination, protocol, length))).toBe(
          naive(Uint8Array.from(words.flatMap(word))),
        )
      }),
    )
  })
})
