import { describe, expect, it } from 'vitest'
import { Packets } from '../run/packets.ts'
import { play } from '../run/play.ts'
import type { Run } from '../run/run.ts'
import type { Act, Timeline } from '../run/timeline.ts'
import { INVITATIONS, invitationOf, lostBy, targetOf, toldOf, underWay } from './invitations.ts'

function runOf(name: string, part: number, acts: readonly Act[] = []): Run {
  const timeline: Timeline = { play: { kind: 'scenario', name, part }, seed: 1, acts }
  const { data } = play(timeline)
  return { ...data, packets: new Packets(data.packets) }
}

describe.each(INVITATIONS.map((each) => [each.scenario, each] as const))('the invitation of %s', (_, invitation) => {
  const { scenario, part, told } = invitation
  const before = runOf(scenario, part)
  const target = targetOf(invitation, before)

  it('points at a packet that arrives', () => {
    expect(target).toBeGreaterThanOrEqual(0)
    const { sentAt, arrivedAt } = before.packets.at(target)
    const at = underWay(before, target)
    expect(at).toBeGreaterThan(sentAt)
    expect(at).toBeLessThan(arrivedAt)
  })

  it('tells all that follows when it is lost, in order', () => {
    const at = underWay(before, target)
    const acts: Act[] = [{ kind: 'lose', packet: target, at }]
    const after = runOf(scenario, part, acts)
    expect(after.packets.at(target).lostAt).toBe(at)
    const lines = toldOf(invitation, after, lostBy(acts, target))
    expect(lines.map(({ text }) => text)).toEqual(told.map(({ text }) => text))
    for (const [i, line] of lines.entries()) expect(line.at).toBeGreaterThanOrEqual(lines[i - 1]?.at ?? at)
  })
})

describe('invitations', () => {
  it('lose the SYN,ACK, the last ACK and the data', () => {
    const targets = INVITATIONS.map((each) => {
      const run = runOf(each.scenario, each.part)
      const { from, flags, length } = run.packets.at(targetOf(each, run))
      return { lane: run.lanes[from]?.name, flags, length }
    })
    expect(targets).toEqual([
      { lane: 'server', flags: 0x12, length: 0 },
      { lane: 'client', flags: 0x10, length: 0 },
      { lane: 'client', flags: 0x18, length: 100 },
    ])
  })

  it('are for some parts only', () => {
    expect(invitationOf('handshake', 0)).not.toBeNull()
    expect(invitationOf('handshake', 1)).toBeNull()
    expect(lostBy([{ kind: 'duplicate', packet: 1 }], 1)).toBe(-1)
  })
})
