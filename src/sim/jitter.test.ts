import { describe, expect, it } from 'vitest'
import { type Distribution, Jitter } from './jitter.ts'
import { SeededRandom } from './seeded-random.ts'
import { spread, through } from './stage.testkit.ts'

const COUNT = 100_000

/** Delays of packets so far apart that none meets another. */
function delays(distribution: Distribution, amount: number): number[] {
  const gap = 100_000_000
  const jitter = new Jitter({ amount, distribution }, new SeededRandom(1))
  return through(jitter, COUNT, gap).map(({ number, at }) => at - number * gap)
}

/** The share of the values that is below. */
function share(values: readonly number[], below: number): number {
  return values.filter((each) => each < below).length / values.length
}

describe('jitter', () => {
  it('is spread evenly up to its amount', () => {
    const values = delays('uniform', 1000)
    const { mean, deviation } = spread(values)
    expect(Math.abs(mean - 500)).toBeLessThan(5)
    expect(Math.abs(deviation - 1000 / Math.sqrt(12))).toBeLessThan(5)
    expect([Math.min(...values.slice(0, 50_000)), Math.max(...values.slice(0, 50_000))]).toEqual([0, 1000])
  })

  it('is spread like a bell around three deviations', () => {
    const values = delays('normal', 1000)
    const { mean, deviation } = spread(values)
    expect(Math.abs(mean - 3000)).toBeLessThan(20)
    expect(Math.abs(deviation - 1000)).toBeLessThan(20)
    // A sum of twelve is a little flatter than a bell.
    expect(Math.abs(share(values, 4000) - share(values, 2000) - 0.68)).toBeLessThan(0.01)
    expect(share(values, 5000) - share(values, 1000)).toBeCloseTo(0.954, 2)
  })

  it('has a long tail with the mean that was asked for', () => {
    const values = delays('pareto', 1000)
    expect(Math.abs(spread(values).mean - 1000)).toBeLessThan(100)
    // Most come soon, and a few very late.
    expect(share(values, 1000)).toBeGreaterThan(0.7)
    expect(1 - share(values, 10_000)).toBeGreaterThan(0.005)
    expect(1 - share(values, 10_000)).toBeLessThan(0.05)
  })

  it.each(['uniform', 'normal', 'pareto'] as const)(
    'lets packets overtake one another only when asked: %s',
    (distribution) => {
      const overtaken = (reorders: boolean) => {
        const jitter = new Jitter({ amount: 10_000, distribution, reorders }, new SeededRandom(1))
        const times = through(jitter, 1000, 100).map(({ at }) => at)
        return times.filter((at, i) => at < (times[i - 1] ?? 0)).length
      }
      expect(overtaken(false)).toBe(0)
      expect(overtaken(true)).toBeGreaterThan(100)
    },
  )

  it('never sends a packet before it has come', () => {
    for (const distribution of ['uniform', 'normal', 'pareto'] as const) {
      for (const amount of [0, 1, 1000]) {
        expect(Math.min(...delays(distribution, amount).slice(0, 10_000))).toBeGreaterThanOrEqual(0)
      }
    }
  })
})
