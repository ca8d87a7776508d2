import { describe, expect, it } from 'vitest'
import { MARKS } from '../run/packets.ts'
import { shownOf } from './ladder.testkit.ts'
import { scaleOf } from './layout.ts'
import { type Arrow, Scene } from './scene.ts'

const HANDSHAKE = [
  { sentAt: 0, arrivedAt: 10_000, flags: 2 },
  { from: 1, to: 0, sentAt: 10_000, arrivedAt: 20_000, flags: 18 },
  { sentAt: 20_000, arrivedAt: 30_000, flags: 16 },
]

function look(
  packets: Parameters<typeof shownOf>[0],
  time: number,
  part: { top?: number; height?: number; connection?: number } = {},
) {
  const { run, layout } = shownOf(packets)
  const scale = scaleOf(layout, null, 1)
  const scene = new Scene(run, layout)
  const { top = -20, height = 800, connection = -1 } = part
  scene.look(scale, { top, height, time, connection })
  return { scene, scale, arrows: scene.arrows.slice(0, scene.count) as Arrow[] }
}

describe('what is seen of a run', () => {
  it('is what has been sent by then, as far as it has got', () => {
    const { arrows } = look(HANDSHAKE, 15_000)
    expect(arrows.map(({ index, fate, reach }) => [index, fate, reach])).toEqual([
      [0, 'delivered', 1],
      [1, 'flying', 0.5],
    ])
    expect(arrows.map(({ y0, y1 }) => [y0, y1])).toEqual([
      [0, 70],
      [70, 140],
    ])
  })

  it('ends in a cross where a packet was lost, once it was', () => {
    const lost = [...HANDSHAKE.slice(0, 1), { sentAt: 40_000, lostAt: 45_000, marks: MARKS.lost }]
    const before = look(lost, 42_000).arrows[1]
    expect([before?.fate, before?.reach]).toEqual(['flying', 0.2])
    const after = look(lost, 45_000).arrows[1]
    expect([after?.fate, after?.reach]).toEqual(['lost', 0.5])
    expect((after?.y1 ?? 0) - (after?.y0 ?? 0)).toBe(70)
  })

  it('is what crosses the view, and nothing else', () => {
    const many = Array.from({ length: 500 }, (_, i) => ({ sentAt: i * 5000, arrivedAt: i * 5000 + 10_000 }))
    const { arrows, scale } = look(many, 1e9, { top: 3500, height: 350 })
    expect(arrows.length).toBeGreaterThan(8)
    expect(arrows.length).toBeLessThan(16)
    for (const { y0, y1 } of arrows) {
      expect(y1).toBeGreaterThan(3476)
      expect(y0).toBeLessThan(3874)
    }
    expect(scale.height).toBeGreaterThan(17_000)
  })

  it('holds a packet that is on its way for longer than the view', () => {
    const { arrows } = look([{ sentAt: 0, arrivedAt: 2_000_000 }, ...HANDSHAKE.slice(0, 1)], 1e9, {
      top: 60,
      height: 30,
    })
    expect(arrows.map(({ index }) => index)).toContain(0)
  })

  it('leaves other connections out', () => {
    const two = HANDSHAKE.map((packet, i) => ({ ...packet, connection: i % 2 }))
    expect(look(two, 1e9, { connection: 1 }).arrows.map(({ index }) => index)).toEqual([1])
  })

  it('draws once what would cover itself to the pixel', () => {
    const crowd = Array.from({ length: 20_000 }, (_, i) => ({ sentAt: 10 * i, arrivedAt: 10 * i + 10_000 }))
    const { arrows } = look(crowd, 1e9)
    expect(arrows.length).toBeLessThan(900)
  })

  it('passes over what goes between lanes that there are not', () => {
    expect(look([{ from: 0, to: -1, sentAt: 0 }], 5).arrows).toEqual([])
  })

  it('tells of one packet wherever it is, but not of one that is yet to be sent', () => {
    const { scene, scale } = look(HANDSHAKE, 0)
    expect(scene.one(2, scale, 20_000)?.fate).toBe('flying')
    expect(scene.one(2, scale, 19_999)).toBeNull()
    expect(scene.one(7, scale, 20_000)).toBeNull()
  })
})
