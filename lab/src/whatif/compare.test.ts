import { describe, expect, it } from 'vitest'
import { Packets } from '../run/packets.ts'
import { play } from '../run/play.ts'
import type { Run } from '../run/run.ts'
import type { Act } from '../run/timeline.ts'
import { compareRuns } from './compare.ts'

function run(name: string, ...acts: Act[]): Run {
  const { data } = play({ play: { kind: 'scenario', name, part: 0 }, seed: 1, acts })
  return { ...data, packets: new Packets(data.packets) }
}

describe('two futures side by side', () => {
  it('that are the same do not differ', () => {
    const same = compareRuns(run('handshake'), run('handshake'))
    expect(same).toMatchObject({ at: Number.POSITIVE_INFINITY, ends: [], onlyBefore: [], onlyAfter: [] })
    expect(same.before).toEqual({ lastPacket: 20_000, sent: 3, lost: 0, retransmitted: 0 })
    expect(same.after).toEqual(same.before)
  })

  it('part where a packet is lost, and what follows is counted', () => {
    const found = compareRuns(run('handshake'), run('handshake', { kind: 'lose', packet: 1, at: 15_000 }))
    expect(found.at).toBe(15_000)
    expect(found.first).toMatchObject({ before: 1, after: 1 })
    expect(found.after.lost).toBe(1)
    expect(found.after.retransmitted).toBeGreaterThan(0)
    expect(found.after.lastPacket).toBeGreaterThan(1_000_000)
  })

  it('part where a machine is changed, before any packet is', () => {
    const found = compareRuns(run('handshake'), run('handshake', { kind: 'freeze', at: 5000, host: 'server' }))
    expect(found.at).toBe(5000)
    expect(found.first).toEqual({ before: -1, after: -1 })
    expect(found.ends).toContainEqual(expect.objectContaining({ lane: 'server', before: 'ESTABLISHED', after: '' }))
    expect(found.onlyBefore.length).toBeGreaterThan(0)
    expect(found.onlyAfter).toEqual([])
  })

  it('that one leaves TIME-WAIT when the other is not seen any more is no difference', () => {
    const before = run('handshake')
    const wait = { at: 50_000, lane: 0, connection: 0, from: 'FIN-WAIT-2', to: 'TIME-WAIT' } as const
    const short: Run = { ...before, moves: [...before.moves, wait], end: 100_000 }
    const gone = { at: 60_000_000, lane: 0, connection: 0, from: 'TIME-WAIT', to: 'CLOSED' } as const
    const long: Run = { ...short, moves: [...short.moves, gone], end: 61_000_000 }
    expect(compareRuns(short, long).ends).toEqual([])
    expect(compareRuns({ ...before, end: 100_000 }, long).ends).toMatchObject([
      { before: 'ESTABLISHED', after: 'CLOSED' },
    ])
    const closed: Run = { ...before, moves: before.moves.filter(({ lane }) => lane === 0) }
    expect(compareRuns(before, closed).ends).toEqual([
      { lane: 'server', endpoint: '10.0.1.2:80', before: 'ESTABLISHED', after: '' },
    ])
  })

  it('a packet that only one of them has is told as of that one', () => {
    const found = compareRuns(run('handshake'), run('handshake', { kind: 'duplicate', packet: 2 }))
    expect(found.at).toBeGreaterThanOrEqual(20_000)
    expect(found.after.sent).toBeGreaterThanOrEqual(found.before.sent)
  })
})
