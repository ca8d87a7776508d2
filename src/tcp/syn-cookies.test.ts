import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seeded } from '../sim/seeded.testkit.ts'
import { add, distance } from '../wire/seq.ts'
import { TUPLE_WORDS } from './isn.ts'
import { COOKIE_MSS_V4, COOKIE_MSS_V6, COOKIE_PERIOD, SynCookies } from './syn-cookies.ts'

const TUPLE = Uint32Array.from({ length: TUPLE_WORDS }, (_, i) => i)
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })
const tuples = fc.uint32Array({ minLength: TUPLE_WORDS, maxLength: TUPLE_WORDS })

describe('SynCookies (RFC 4987, 3.6)', () => {
  it('RFC 4987, 3.6: brings back the MSS, of those there are the next below, for at least a period', () => {
    const cookies = new SynCookies(seeded())
    let now = 0
    const property = fc.property(
      tuples,
      uint32,
      fc.integer({ min: 536, max: 65_535 }),
      fc.constantFrom(COOKIE_MSS_V4, COOKIE_MSS_V6),
      fc.integer({ min: 0, max: COOKIE_PERIOD }),
      (tuple, seq, mss, sizes, later) => {
        const cookie = cookies.make(tuple, seq, mss, sizes, now)
        const kept = Math.max(sizes[0] ?? 0, ...sizes.filter((size) => size <= mss))
        now += later
        expect(cookies.check(tuple, seq, cookie, sizes, now)).toBe(kept)
      },
    )
    fc.assert(property)
  })

  it('RFC 4987, 3.6: is good for two periods at most, and never when both keys have been drawn anew', () => {
    for (const wait of [2, 3, 4, 255, 256, 257, 1000]) {
      const cookies = new SynCookies(seeded())
      const cookie = cookies.make(TUPLE, 7, 1460, COOKIE_MSS_V4, 0)
      expect(cookies.check(TUPLE, 7, cookie, COOKIE_MSS_V4, COOKIE_PERIOD * 2 - 1)).toBe(1460)
      expect(cookies.check(TUPLE, 7, cookie, COOKIE_MSS_V4, COOKIE_PERIOD * wait)).toBe(0)
    }
  })

  it('of another tuple, another SYN, another host or by guessing is none', () => {
    const cookies = new SynCookies(seeded())
    const cookie = cookies.make(TUPLE, 7, 1460, COOKIE_MSS_V4, 0)
    for (let word = 0; word < TUPLE_WORDS; word += 1) {
      const other = TUPLE.slice()
      other[word] = (other[word] ?? 0) ^ 1
      expect(cookies.check(other, 7, cookie, COOKIE_MSS_V4, 0)).toBe(0)
    }
    expect(cookies.check(TUPLE, 8, cookie, COOKIE_MSS_V4, 0)).toBe(0)
    expect(new SynCookies(seeded(2)).check(TUPLE, 7, cookie, COOKIE_MSS_V4, 0)).toBe(0)
    // 4 values of MSS in 2 periods of 2^32 numbers: a guess is right once in 2^29.
    let hits = 0
    const random = seeded(3)
    for (let i = 0; i < 200_000; i += 1) if (cookies.check(TUPLE, 7, random(), COOKIE_MSS_V4, 0) > 0) hits += 1
    expect(hits).toBe(0)
  })

  it("grows with the client's number and with time, as RFC 6528 has it, so that incarnations stay apart", () => {
    const cookies = new SynCookies(seeded())
    const at = (seq: number, now: number) => cookies.make(TUPLE, seq, 1460, COOKIE_MSS_V4, now)
    let last = at(0, 0)
    for (let period = 1; period < 100; period += 1) {
      // 2^24 for the period, give or take 2^24 for the hash.
      const next = at(0, period * COOKIE_PERIOD)
      expect(distance(next, last)).toBeGreaterThan(0)
      expect(distance(next, last)).toBeLessThan(2 ** 25)
      last = next
    }
    expect(distance(at(2 ** 25, 99 * COOKIE_PERIOD), last)).toBeGreaterThan(2 ** 24)
  })

  it('wraps with the sequence space', () => {
    const cookies = new SynCookies(seeded())
    for (const seq of [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
      const cookie = cookies.make(TUPLE, seq, 1300, COOKIE_MSS_V4, 300 * COOKIE_PERIOD)
      expect(cookies.check(TUPLE, seq, cookie, COOKIE_MSS_V4, 301 * COOKIE_PERIOD)).toBe(1300)
      expect(cookies.check(TUPLE, seq, add(cookie, 1 << 24), COOKIE_MSS_V4, 301 * COOKIE_PERIOD)).toBe(0)
    }
  })
})
