import { describe, expect, it } from 'vitest'
import { exactTimeText, shortTimeText, stepFor, ticksOf, timeText } from './axis.ts'
import { TimeScale } from './time-scale.ts'

describe('the times at the edge', () => {
  it.each([
    [0, 1000, '0'],
    [250, 50, '250 µs'],
    [10_000, 10_000, '10 ms'],
    [10_500, 500, '10.5 ms'],
    [1_010_000, 10_000, '1.01 s'],
    [1_013_000, 10_000, '1.013 s'],
    [3_600_500_000, 500_000, '3600.5 s'],
    [60_000_000, 10_000_000, '60 s'],
  ])('%d to %d is %s', (time, step, text) => expect(timeText(time, step)).toBe(text))

  it('are exact in words, and short where there is little room', () => {
    expect([20_000, 112_500, 1_010_000, 4_937_125].map(exactTimeText)).toEqual([
      '20 ms',
      '112.5 ms',
      '1.010 s',
      '4.937125 s',
    ])
    expect([112_504, 4_937_125, 86_402_123_456].map(shortTimeText)).toEqual(['112.5 ms', '4.937 s', '86402.1 s'])
  })

  it('are 1, 2 or 5 of a unit apart', () => {
    expect([stepFor(0.007, 52), stepFor(20, 52), stepFor(1e-6, 52)]).toEqual([10_000, 5, 100_000_000])
  })

  it('are told between folds, and where a fold ends', () => {
    const scale = new TimeScale([0, 10_000, 20_000, 1_005_000, 1_015_000], 0.007)
    expect(ticksOf(scale, -20, 800, 2_000_000).map(({ text }) => text)).toEqual([
      '0',
      '10 ms',
      '20 ms',
      '1.005 s',
      '1.01 s',
    ])
    expect(ticksOf(scale, -20, 800, 12_000).map(({ text }) => text)).toEqual(['0', '10 ms'])
  })
})
