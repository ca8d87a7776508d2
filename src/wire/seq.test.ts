import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as seq from './seq.ts'
import { uint32 } from './wire.testkit.ts'

const MODULUS = 2n ** 32n
/** Offsets within half the sequence space, either way. */
const half = fc.integer({ min: -0x7fff_ffff, max: 0x7fff_ffff })

function modulo(value: bigint): bigint {
  return ((value % MODULUS) + MODULUS) % MODULUS
}

describe('sequence numbers (RFC 9293, 3.4)', () => {
  it('add works modulo 2^32 for positive and negative steps', () => {
    fc.assert(
      fc.property(uint32, fc.integer({ min: -0xffff_ffff, max: 0xffff_ffff }), (a, n) => {
        expect(BigInt(seq.add(a, n))).toBe(modulo(BigInt(a) + BigInt(n)))
      }),
    )
  })

  it('distance is the signed way from b to a', () => {
    fc.assert(
      fc.property(uint32, uint32, (a, b) => {
        const unsigned = modulo(BigInt(a) - BigInt(b))
        const signed = unsigned >= MODULUS / 2n ? unsigned - MODULUS : unsigned
        expect(BigInt(seq.distance(a, b))).toBe(signed)
      }),
    )
  })

  it('distance undoes add within half the space', () => {
    fc.assert(fc.property(uint32, half, (a, n) => void expect(seq.distance(seq.add(a, n), a)).toBe(n)))
  })

  it('before, after and later agree with the order of the unwrapped numbers', () => {
    fc.assert(
      fc.property(uint32, half, (a, n) => {
        const b = seq.add(a, n)
        expect(seq.before(a, b)).toBe(n > 0)
        expect(seq.after(a, b)).toBe(n < 0)
        expect(seq.later(a, b)).toBe(n > 0 ? b : a)
      }),
    )
  })

  it('between includes both ends', () => {
    fc.assert(
      fc.property(uint32, fc.nat(0x3fff_ffff), fc.integer({ min: -0x3fff_ffff, max: 0x3fff_ffff }), (low, span, n) => {
        expect(seq.between(seq.add(low, n), low, seq.add(low, span))).toBe(n >= 0 && n <= span)
      }),
    )
  })

  it('holds across the wrap', () => {
    expect(seq.add(0xffff_ffff, 1)).toBe(0)
    expect(seq.add(0, -1)).toBe(0xffff_ffff)
    expect(seq.before(0xffff_ffff, 0)).toBe(true)
    expect(seq.after(0, 0xffff_ffff)).toBe(true)
    expect(seq.later(0xffff_fff0, 0x10)).toBe(0x10)
    expect(seq.between(0, 0xffff_fff0, 0x10)).toBe(true)
    expect(seq.between(0x11, 0xffff_fff0, 0x10)).toBe(false)
    expect(seq.before(7, 7) || seq.after(7, 7)).toBe(false)
  })
})
