import { describe, expect, it } from 'vitest'
import { SeededRandom } from './seeded-random.ts'

function numbers(random: SeededRandom, count: number): number[] {
  return Array.from({ length: count }, () => random.uint32())
}

describe('seeded random numbers', () => {
  it('are these for ever, so that a seed means the same in every engine', () => {
    expect(numbers(new SeededRandom(1), 3)).toEqual([2_693_262_067, 11_749_833, 2_265_367_787])
  })

  it('are spread evenly over their range, and over each bit', () => {
    const random = new SeededRandom(7)
    const counts = new Array<number>(10).fill(0)
    for (let i = 0; i < 100_000; i += 1) counts[random.below(10)] = (counts[random.below(10)] ?? 0) + 1
    const bits = new Array<number>(32).fill(0)
    for (const value of numbers(random, 10_000)) for (let bit = 0; bit < 32; bit += 1) bits[bit] += (value >>> bit) & 1
    for (const count of bits) expect(Math.abs(count - 5000)).toBeLessThan(250)
  })

  it('below a number have all values from 0 on, as often', () => {
    const random = new SeededRandom(7)
    const counts = new Array<number>(10).fill(0)
    for (let i = 0; i < 100_000; i += 1) counts[random.below(10)] += 1
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
    expect(new SeededRandom(1).below(1)).toBe(0)
  })

  it('by a chance of 0 never say yes, by 1 always', () => {
    const random = new SeededRandom(3)
    const yes = (probability: number) =>
      Array.from({ length: 10_000 }, () => random.chance(probability)).filter(Boolean)
    expect([yes(0).length, yes(1).length]).toEqual([0, 10_000])
    expect(Math.abs(yes(0.25).length - 2500)).toBeLessThan(200)
  })

  it('for a purpose depend on seed and name alone, not on what was drawn before', () => {
    const drawn = new SeededRandom(1)
    numbers(drawn, 5)
    expect(numbers(drawn.named('loss'), 5)).toEqual(numbers(new SeededRandom(1).named('loss'), 5))
    const others = [new SeededRandom(1).named('queue'), new SeededRandom(2).named('loss'), new SeededRandom(1)]
    const first = [new SeededRandom(1).named('loss'), ...others].map((each) => each.uint32())
    expect(new Set(first).size).toBe(4)
  })
})
