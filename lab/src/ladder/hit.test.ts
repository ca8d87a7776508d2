import { describe, expect, it } from 'vitest'
import { packetAt } from './hit.ts'
import { shownOf } from './ladder.testkit.ts'
import { scaleOf } from './layout.ts'
import { makeSheet } from './sheet.ts'

describe('the packet at a point', () => {
  const shown = shownOf([
    { sentAt: 0, arrivedAt: 10_000 },
    { from: 1, to: 0, sentAt: 10_000, arrivedAt: 20_000 },
  ])
  const sheet = makeSheet({
    shown,
    scale: scaleOf(shown.layout, null, 1),
    width: 700,
    axis: 68,
    language: 'en',
    absolute: false,
    connection: -1,
    differing: new Set(),
  })
  const at = (x: number, y: number, time: number) => {
    sheet.scene.look(sheet.scale, { top: -20, height: 500, time, connection: -1 })
    return packetAt(sheet, { top: -20 }, x, y)
  }

  it('is the nearest one', () => {
    expect(at(384, 20 + 35, 30_000)).toBe(0)
    expect(at(384, 20 + 105, 30_000)).toBe(1)
    expect(at(384, 20 + 70, 30_000)).toBe(-1)
  })

  it('is none where a packet has not come yet', () => {
    expect(at(250, 20 + 125, 12_000)).toBe(-1)
    expect(at(570, 20 + 74, 12_000)).toBe(1)
  })
})
