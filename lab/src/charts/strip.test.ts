import { describe, expect, it } from 'vitest'
import { Packets } from '../run/packets.ts'
import { play } from '../run/play.ts'
import { momentsOf } from '../run/when.ts'
import { StripScale, ticksOf } from './strip.ts'

function run(name: string, part: number, acts: Parameters<typeof play>[0]['acts'] = []) {
  const { data } = play({ play: { kind: 'scenario', name, part }, seed: 1, acts })
  return { ...data, packets: new Packets(data.packets) }
}

describe('the strip of a run', () => {
  it('has a tick for each change of a state, and for what was lost and sent again', () => {
    const lossy = run('handshake', 0, [{ kind: 'lose', packet: 1, at: 15_000 }])
    const ticks = ticksOf(lossy)
    expect(ticks.filter(({ kind }) => kind === 'state')).toHaveLength(lossy.moves.length)
    expect(ticks.find(({ kind }) => kind === 'loss')?.at).toBe(15_000)
    expect(ticks.some(({ kind, at }) => kind === 'retransmission' && at === 1_000_000)).toBe(true)
    expect(ticks.map(({ at }) => at)).toEqual(ticks.map(({ at }) => at).sort((a, b) => a - b))
  })

  it('folds what is idle, from 0 to 1, and leads back', () => {
    const closed = run('time-wait', 0)
    const scale = new StripScale(momentsOf(closed), closed.end)
    expect(scale.share(0)).toBe(0)
    expect(scale.share(closed.end)).toBe(1)
    expect(scale.folds.length).toBeGreaterThan(0)
    for (const { at } of closed.moves) expect(Math.abs(scale.time(scale.share(at)) - at)).toBeLessThan(1)
    // A minute of 2 MSL takes no more than a third of the line.
    for (const { from, to } of scale.folds) expect(to - from).toBeLessThan(1 / 3)
  })
})
