import { SCENARIOS } from 'estab/scenario'
import { describe, expect, it } from 'vitest'
import { MARKS, Packets } from './packets.ts'
import { play } from './play.ts'

describe('a played timeline', () => {
  it('is the handshake: three segments, and the moves of both sides', () => {
    const { data } = play({ play: { kind: 'scenario', name: 'handshake', part: 0 }, seed: 1, acts: [] })
    const packets = new Packets(data.packets)
    expect(packets.count).toBe(3)
    expect(packets.at(1).answers).toBe(0)
    expect(data.moves.map(({ lane, from, to }) => `${data.lanes[lane]?.name} ${from} ${to}`)).toEqual([
      'client CLOSED SYN-SENT',
      'server LISTEN SYN-RECEIVED',
      'client SYN-SENT ESTABLISHED',
      'server SYN-RECEIVED ESTABLISHED',
    ])
    expect(data.connections).toHaveLength(1)
    expect(data.connections[0]?.initial).toEqual([3626544836, 1739326486])
  })

  it('a lost SYN,ACK is sent again a second later', () => {
    const { data } = play({
      play: { kind: 'scenario', name: 'handshake', part: 0 },
      seed: 1,
      acts: [{ kind: 'lose', packet: 1, at: 15_000 }],
    })
    const packets = new Packets(data.packets)
    expect(packets.at(1).marks).toBe(MARKS.lost | MARKS.touched)
    expect(packets.at(1).lostAt).toBe(15_000)
    const again = packets.at(2)
    expect(again.marks & MARKS.retransmission).toBe(MARKS.retransmission)
    expect(again.sentAt).toBe(1_000_000)
  })

  it.each(SCENARIOS.flatMap(({ name, parts }) => parts.map((_, part) => [name, part] as const)))(
    '%s, part %i is recorded whole',
    (name, part) => {
      const { data } = play({ play: { kind: 'scenario', name, part }, seed: 1, acts: [] })
      expect(data.brokenOff).toBe('')
      expect(data.checks.every(({ holds }) => holds)).toBe(true)
    },
  )
})
