import { describe, expect, it } from 'vitest'
import { shownOf } from './ladder.testkit.ts'
import { mergeRooms, scaleOf } from './layout.ts'

describe('the layout of a run', () => {
  it('lets a packet fall on its way, neither flat nor steep', () => {
    const { layout } = shownOf([
      { sentAt: 0, arrivedAt: 10_000 },
      { from: 1, to: 0, sentAt: 10_000, arrivedAt: 20_000 },
    ])
    expect(layout.hop).toBe(10_000)
    const scale = scaleOf(layout, null, 1)
    expect(scale.place(10_000)).toBe(70)
  })

  it('keeps segments that follow one another apart', () => {
    const packets = Array.from({ length: 9 }, (_, i) => ({ sentAt: i * 2000, arrivedAt: i * 2000 + 10_000 }))
    const scale = scaleOf(shownOf(packets).layout, null, 1)
    expect(scale.place(2000) - scale.place(0)).toBeCloseTo(21)
  })

  it('gives packets of one moment a line each, at both ends', () => {
    const burst = Array.from({ length: 3 }, () => ({ sentAt: 0, arrivedAt: 10_000 }))
    const { layout } = shownOf([...burst, { from: 1, to: 0, sentAt: 10_000, arrivedAt: 20_000, answers: 1 }])
    expect([...layout.sentSlot]).toEqual([0, 1, 2, 1])
    expect([...layout.arrivedSlot]).toEqual([0, 1, 2, 0])
    const scale = scaleOf(layout, null, 1)
    expect(scale.below(0) - scale.place(0)).toBe(38)
  })

  it('gives level arrows, as one end sees them, a line each', () => {
    const { layout } = shownOf([0, 3, 5, 9000, 9002].map((at) => ({ sentAt: at, arrivedAt: at })))
    expect(layout.hop).toBe(0)
    const scale = scaleOf(layout, null, 1)
    expect(scale.place(5) - scale.place(3)).toBeGreaterThan(19)
    expect(scale.place(9000) - scale.place(5)).toBeCloseTo(19 + 60, 0)
  })

  it('makes room for a remark, by the language that needs more', () => {
    const text = { en: 'A remark that is much longer than one line of the ladder can ever hold.', zh: '短' }
    const { layout } = shownOf([{ sentAt: 0, arrivedAt: 10_000 }], { remarks: [{ at: 0, text }] })
    expect(layout.notes[0]).toBe(46)
  })

  it('lays the moments of two runs on one scale', () => {
    const a = { moments: Float64Array.of(0, 10, 30), notes: Float32Array.of(5, 0, 0), slots: Uint16Array.of(0, 2, 0) }
    const b = { moments: Float64Array.of(0, 20, 30), notes: Float32Array.of(7, 0, 0), slots: Uint16Array.of(0, 1, 3) }
    const { moments, notes, slots } = mergeRooms(a, b)
    expect([...moments]).toEqual([0, 10, 20, 30])
    expect([...notes]).toEqual([7, 0, 0, 0])
    expect([...slots]).toEqual([0, 2, 1, 3])
  })
})
