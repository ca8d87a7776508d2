import { describe, expect, it } from 'vitest'
import { isArc } from '../tcp/states.ts'
import type { Moves } from './observer.testkit.ts'
import { observe, randomPlay } from './observer.testkit.ts'

/** Shorter than TIME-WAIT and what a forgotten FIN-WAIT-2 waits, which nobody can see. */
const SECONDS = 58

/**
 * Arcs as text. Opening to listen is seen by nobody; a RST that also acknowledges a FIN may or may not take it in; and
 * an end that closes before it is open is never ESTABLISHED, though its segments are the same.
 */
function arcs({ list }: Moves): string {
  return list
    .map(({ from, to }) => `${from} > ${to}`)
    .filter((arc) => arc !== 'CLOSED > LISTEN')
    .join(', ')
    .replace('SYN-RECEIVED > FIN-WAIT-1', 'SYN-RECEIVED > ESTABLISHED, ESTABLISHED > FIN-WAIT-1')
    .replace('FIN-WAIT-1 > FIN-WAIT-2, FIN-WAIT-2 > CLOSED', 'FIN-WAIT-1 > CLOSED')
}

/** A FIN that is still on its way when a RST comes against it, or not yet sent, does not show that its sender had closed. */
function withoutCrossing(list: string): string {
  return list.replace(/FIN-WAIT-1, FIN-WAIT-1 > CLOSED$|LAST-ACK, LAST-ACK > CLOSED$/, 'CLOSED')
}

/** Who gives up before there was an answer says nothing. */
function silently(told: string): string {
  return told.replace(/> SYN-SENT$/, '> SYN-SENT, SYN-SENT > CLOSED')
}

const final = ({ state }: Moves) => (state === 'LISTEN' ? 'CLOSED' : state)

describe('what a bystander tells of worlds by chance', () => {
  it('is the truth of the end it stands beside, whatever is lost on the way', () => {
    for (let seed = 0; seed < 1000; seed += 1) {
      const { truths, bystanders, addresses } = observe(seed, randomPlay(seed), SECONDS)
      for (const end of [0, 1] as const) {
        const told = bystanders[end].of(addresses[end] ?? '')
        const truth = truths[end] as Moves
        const text = withoutCrossing(arcs(told))
        expect([text, silently(text)], `seed ${seed}, end ${end}`).toContain(withoutCrossing(arcs(truth)))
        // Never before the end itself.
        for (const { time, to } of told.list) {
          const first = truth.list.find((move) => move.to === to)
          if (first !== undefined) expect(time, `seed ${seed}, end ${end}, ${to}`).toBeGreaterThanOrEqual(first.time)
        }
      }
    }
  })

  it('is the truth of the far end, too, where nothing is lost', () => {
    for (let seed = 0; seed < 1000; seed += 1) {
      const play = randomPlay(seed)
      // Who gives up while both are asking says so when the other has moved on already.
      const hasty = ({ ending, at }: typeof play.client) => ending === 'abort' || at < 0.3
      if (play.kind === 'both open' && (hasty(play.client) || hasty(play.server))) continue
      const way = (each: typeof play.link.forth) => ({ ...each, loss: 0 })
      const link = { forth: way(play.link.forth), back: way(play.link.back) }
      const { truths, bystanders, addresses } = observe(seed, { ...play, link }, SECONDS)
      for (const end of [0, 1] as const) {
        const told = withoutCrossing(arcs(bystanders[end === 0 ? 1 : 0].of(addresses[end] ?? '')))
        const truth = withoutCrossing(arcs(truths[end] as Moves))
        expect([told, silently(told)], `seed ${seed}, end ${end}`).toContain(truth)
      }
    }
  })

  it('is mostly the truth of the far end where segments are lost, and always along the arcs', () => {
    let right = 0
    let all = 0
    for (let seed = 0; seed < 1000; seed += 1) {
      const { truths, bystanders, addresses } = observe(seed, randomPlay(seed), SECONDS)
      for (const end of [0, 1] as const) {
        for (const { observer } of bystanders) expect(observer.segmentsNotFollowed).toBe(0)
        const told = bystanders[end === 0 ? 1 : 0].of(addresses[end] ?? '')
        for (const { from, to } of told.list) expect(from === '' || isArc(from, to), `${from} > ${to}`).toBe(true)
        all += 1
        if (final(told) === final(truths[end] as Moves)) right += 1
      }
    }
    expect(right / all).toBeGreaterThan(0.95)
  })
})
