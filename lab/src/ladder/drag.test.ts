import { describe, expect, it } from 'vitest'
import { LADDER_WORDS } from '../words/ladder.ts'
import { actOf, dragOf } from './drag.ts'
import { shownOf } from './ladder.testkit.ts'
import { scaleOf } from './layout.ts'

describe('a packet that is dragged', () => {
  const shown = shownOf([
    { sentAt: 0, arrivedAt: 10_000 },
    { from: 1, to: 0, sentAt: 10_000, arrivedAt: 20_000 },
  ])
  const scale = scaleOf(shown.layout, null, 1)
  const pull = (right: number, down: number) => {
    return dragOf({ shown, scale, words: LADDER_WORDS.en }, { index: 0, x: 100, y: 100, right, down })
  }

  it('far to a side is lost: where it is, or half-way if it has arrived', () => {
    const drag = pull(-80, 20)
    expect(drag).toMatchObject({ becomes: 'lost', text: 'lose it' })
    expect(actOf(drag, { shown, scale }, 4000)).toEqual({ kind: 'lose', packet: 0, at: 4000 })
    expect(actOf(drag, { shown, scale }, 20_000)).toEqual({ kind: 'lose', packet: 0, at: 5000 })
  })

  it('downwards is later by as much as it was dragged', () => {
    const drag = pull(10, 35)
    expect(drag).toMatchObject({ becomes: 'later', text: '5.0 ms later' })
    expect(actOf(drag, { shown, scale }, 4000)).toEqual({ kind: 'delay', packet: 0, by: 5000 })
  })

  it('beyond the end of the paper is later still', () => {
    expect(pull(0, 140)).toMatchObject({ text: '20.0 ms later' })
  })

  it('a little, or upwards, is nothing', () => {
    for (const drag of [pull(20, 3), pull(0, -70)]) expect(actOf(drag, { shown, scale }, 4000)).toBeNull()
  })
})
