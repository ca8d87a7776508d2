import { describe, expect, it } from 'vitest'
import { TimeScale } from './time-scale.ts'

describe('the scale of time on paper', () => {
  it('gives each microsecond its room, and finds it again', () => {
    const scale = new TimeScale([0, 100, 200], 0.5)
    expect(scale.place(100)).toBe(50)
    expect(scale.place(150)).toBe(75)
    expect(scale.time(75)).toBe(150)
    expect(scale.height).toBe(100)
    expect(scale.folds).toEqual([])
  })

  it('stays at its ends beyond them', () => {
    const scale = new TimeScale([0, 100], 1)
    expect([scale.place(-5), scale.place(900), scale.time(-5), scale.time(900)]).toEqual([0, 100, 0, 100])
  })

  it('folds a gap that takes more than a page can spare', () => {
    const scale = new TimeScale([0, 10, 10_010, 10_020], 1)
    expect(scale.folds).toEqual([{ from: 10, to: 10_010, top: 10, bottom: 54 }])
    expect(scale.place(10_010)).toBe(54)
    expect(scale.place(10_020)).toBe(64)
    expect(scale.time(32)).toBeCloseTo(5010)
  })

  it('folds no gap that is not idle, however large it is drawn', () => {
    const scale = new TimeScale([0, 1000, 2000, 9000], 1, 3000)
    expect(scale.folds.map(({ from, to }) => [from, to])).toEqual([[2000, 9000]])
    expect(scale.place(2000)).toBe(2000)
  })

  const rooms = {
    moments: Float64Array.from([0, 100, 200]),
    notes: Float32Array.from([0, 30, 0]),
    slots: Uint16Array.from([0, 2, 0]),
  }

  it('opens a moment at which something is said and several packets meet', () => {
    const scale = new TimeScale(rooms, 1, 0, 10)
    expect(scale.place(100)).toBe(100)
    expect([0, 1, 2].map((slot) => scale.line(100, slot))).toEqual([130, 140, 150])
    expect(scale.below(100)).toBe(150)
    expect(scale.place(200)).toBe(250)
    expect(scale.time(125)).toBe(100)
    expect(scale.time(160)).toBe(110)
  })

  it('gives a time between the moments one line only', () => {
    const scale = new TimeScale(rooms, 1, 0, 10)
    expect(scale.line(150, 2)).toBe(scale.place(150))
    expect(scale.below(150)).toBe(scale.place(150))
  })

  it('puts the arrows of a crowded moment closer together', () => {
    const slots = Uint16Array.from([0, 240, 0])
    const scale = new TimeScale({ ...rooms, slots }, 1, 0, 10)
    expect(scale.line(100, 240) - scale.line(100, 0)).toBe(240)
  })
})
