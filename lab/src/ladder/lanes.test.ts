import { describe, expect, it } from 'vitest'
import { runOf } from './ladder.testkit.ts'
import { laneOrder, placeLanes } from './lanes.ts'

const lanes = (names: string) => [...names].map((name) => ({ name, kind: 'host' as const, addresses: [] }))

describe('the order of lanes', () => {
  it('stays as it is where neighbours talk', () => {
    expect(
      laneOrder(
        runOf(
          [
            { from: 0, to: 1 },
            { from: 1, to: 2 },
          ],
          { lanes: lanes('abc') },
        ),
      ),
    ).toEqual([0, 1, 2])
  })

  it('puts a router that joined last between the two that it serves', () => {
    expect(
      laneOrder(
        runOf(
          [
            { from: 0, to: 2 },
            { from: 2, to: 1 },
          ],
          { lanes: lanes('abr') },
        ),
      ),
    ).toEqual([0, 2, 1])
  })
})

describe('the places of lanes', () => {
  const lane = { half: 6, single: true, bars: 1 }

  it('leave room beside for timers and names', () => {
    const [few, many] = [1, 4].map((bars) => placeLanes([0, 1], [lane, { ...lane, bars }], 700)[1]?.x ?? 0)
    expect((few ?? 0) - (many ?? 0)).toBe(18)
  })

  it('are apart, within the paper, with room for the times at the left', () => {
    const places = placeLanes([0, 2, 1], [lane, lane, lane], 700)
    expect(places.map(({ x }) => x)).toEqual([168, 600, 384])
    expect(places.map(({ side, outer }) => [side, outer])).toEqual([
      [-1, true],
      [1, true],
      [1, false],
    ])
  })

  it('are no further apart than helps', () => {
    const [a, b] = placeLanes([0, 1], [lane, lane], 2000)
    expect((b?.x ?? 0) - (a?.x ?? 0)).toBe(520)
  })
})
