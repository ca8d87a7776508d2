import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TimeScale } from './time-scale.ts'

describe('a time scale', () => {
  it('gives each microsecond its room, and folds what is idle', () => {
    const scale = new TimeScale([0, 10_000, 20_000, 60_020_000, 60_030_000], 0.006)
    expect(scale.place(10_000)).toBe(60)
    expect(scale.place(15_000)).toBe(90)
    expect(scale.folds).toEqual([{ from: 20_000, to: 60_020_000, top: 120, bottom: 164 }])
    expect(scale.height).toBe(224)
    expect(scale.time(224)).toBe(60_030_000)
    expect(scale.place(-5)).toBe(0)
    expect(scale.place(1e12)).toBe(224)
  })

  it('goes both ways, and never backwards', () => {
    const moments = fc
      .array(fc.integer({ min: 0, max: 1e11 }), { minLength: 1 })
      .map((all) => all.sort((a, b) => a - b))
    fc.assert(
      fc.property(
        moments,
        fc.double({ min: 1e-6, max: 10, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (all, density, share) => {
          const scale = new TimeScale(all, density)
          const time = share * (all.at(-1) ?? 0)
          const there = scale.place(time)
          expect(there).toBeGreaterThanOrEqual(0)
          expect(there).toBeLessThanOrEqual(scale.height)
          expect(scale.place(time + 1000)).toBeGreaterThanOrEqual(there)
          expect(Math.abs(scale.time(there) - time)).toBeLessThanOrEqual(1 + time * 1e-9)
        },
      ),
    )
  })
})
