import { ARCS, STATES } from 'estab/tcp'
import { describe, expect, it } from 'vitest'
import { eventText, STATE_WORDS } from '../words/states.ts'
import { connectionShown, walkOf } from './arc-counts.ts'
import { BOX, diagramLayout, toldLayout } from './diagram-layout.ts'
import { played } from './inspect.testkit.ts'
import { statesOf } from './wire-states.ts'

/** Corners of a path, its rounded corners among them. */
function pointsOf(path: string): { x: number; y: number }[] {
  const numbers = path.match(/-?\d+(?:\.\d+)?/g)?.map(Number) ?? []
  return Array.from({ length: numbers.length / 2 }, (_, i) => ({ x: numbers[2 * i], y: numbers[2 * i + 1] }))
}

describe('the state diagram', () => {
  it.each([
    ['narrow', diagramLayout(460, 22)],
    ['with words, narrowest', toldLayout(0.5)],
    ['with words, widest', toldLayout(3)],
  ])('has every arc of the code, none through a box (%s)', (_, { arcs, boxes, width, height }) => {
    expect(arcs.map(({ key }) => key)).toEqual(ARCS.map(({ from, to }) => `${from}>${to}`))
    expect(new Set(boxes.map(({ state }) => state))).toEqual(new Set(STATES))
    for (const { key, path } of arcs) {
      const points = pointsOf(path)
      for (let i = 0; i + 1 < points.length; i += 1) {
        for (let part = 0; part <= 1; part += 0.02) {
          const x = points[i].x + (points[i + 1].x - points[i].x) * part
          const y = points[i].y + (points[i + 1].y - points[i].y) * part
          expect(x > 0 && x < width && y > 0 && y < height, `${key} stays on the paper`).toBe(true)
          for (const box of boxes) {
            const within = Math.abs(x - box.x) < BOX.width / 2 - 1 && Math.abs(y - box.y) < BOX.height / 2 - 1
            expect(within, `${key} does not run through ${box.state}`).toBe(false)
          }
        }
      }
    }
  })

  it('has words for every state and event in both languages', () => {
    for (const language of ['en', 'zh'] as const) {
      for (const state of STATES)
        expect(Object.values(STATE_WORDS[language][state]).every((text) => text.length > 0)).toBe(true)
    }
    for (const { on } of ARCS) expect(eventText(on, 'zh')).toMatch(/[\u4e00-\u9fff]/)
  })

  it('follows both ends of a connection', () => {
    const run = played('handshake')
    expect(connectionShown(run, -1, 0)).toBe(0)
    const before = walkOf(run, 0, -1)
    expect(before.walkers.map(({ state, last }) => [state, last])).toEqual([
      ['CLOSED', ''],
      ['LISTEN', ''],
    ])
    const { walkers, counts } = walkOf(run, 0, run.end)
    expect(walkers.map(({ state, last }) => [state, last])).toEqual([
      ['ESTABLISHED', 'SYN-SENT>ESTABLISHED'],
      ['ESTABLISHED', 'SYN-RECEIVED>ESTABLISHED'],
    ])
    expect([...counts.values()]).toEqual([1, 1, 1, 1])
    expect(statesOf(run, 1, run.end).map(({ state }) => state)).toEqual(['ESTABLISHED'])
  })
})
