import { describe, expect, it } from 'vitest'
import { BurstLoss, RandomLoss } from './loss.ts'
import { SeededRandom } from './seeded-random.ts'
import { type Passed, through } from './stage.testkit.ts'

const COUNT = 100_000

/** Lengths of the gaps between what has come. */
function bursts(passed: readonly Passed[]): number[] {
  const lengths: number[] = []
  let expected = 0
  for (const { number } of passed) {
    if (number > expected) lengths.push(number - expected)
    expected = number + 1
  }
  return lengths
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length
}

describe('random loss', () => {
  it.each([0.01, 0.1, 0.5])('loses %f of the packets, each by itself', (probability) => {
    const passed = through(new RandomLoss(probability, new SeededRandom(1)), COUNT)
    expect(1 - passed.length / COUNT).toBeCloseTo(probability, 2)
    // Independent losses stand in a row 1 / (1 - p) times in the mean.
    expect(mean(bursts(passed)) / (1 / (1 - probability))).toBeCloseTo(1, 1)
  })

  it('of all loses all, and of none none', () => {
    expect(through(new RandomLoss(1, new SeededRandom(1)), 1000)).toHaveLength(0)
    expect(through(new RandomLoss(0, new SeededRandom(1)), 1000)).toHaveLength(1000)
  })
})

describe('loss in bursts', () => {
  it('has the share of bad times and the mean burst of its chain', () => {
    const passed = through(new BurstLoss({ toBad: 0.01, toGood: 0.2 }, new SeededRandom(2)), COUNT)
    // Bad times are p / (p + r) of all, and last 1 / r packets in the mean.
    expect((1 - passed.length / COUNT) / (0.01 / 0.21)).toBeCloseTo(1, 1)
    const lengths = bursts(passed)
    expect(mean(lengths) / 5).toBeCloseTo(1, 1)
    // Geometric: a burst of one comes in a fifth of the cases.
    expect(lengths.filter((each) => each === 1).length / lengths.length).toBeCloseTo(0.2, 1)
  })

  it('loses by the probabilities of good times and of bad ones', () => {
    const rate = (lossInBad: number, lossInGood: number) => {
      const options = { toBad: 0.1, toGood: 0.1, lossInBad, lossInGood }
      return 1 - through(new BurstLoss(options, new SeededRandom(3)), COUNT).length / COUNT
    }
    expect(rate(0.5, 0.1)).toBeCloseTo(0.3, 1)
    expect(rate(0, 1)).toBeCloseTo(0.5, 1)
  })
})
