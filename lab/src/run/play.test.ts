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

describe('what is told of a machine', () => {
  it('counts its connections as the machine itself does, however many there are', () => {
    for (const [name, part] of [
      ['time-wait-ports', 0],
      ['syn-flood', 2],
      ['dead-peer', 4],
      ['close', 0],
    ] as const) {
      const { data, recorder, world } = play({ play: { kind: 'scenario', name, part }, seed: 1, acts: [] })
      for (const [lane, { name: machine }] of data.lanes.entries()) {
        const moment = recorder.momentsOf(lane)?.at(data.end)
        const { states, tw } = world.named(machine).host.sockstat()
        const count = Object.values(states).reduce((sum, each) => sum + each, 0) - states.LISTEN
        const told = (moment?.connections.length ?? 0) + (moment?.more ?? 0)
        expect([name, machine, told, moment?.timeWait]).toEqual([name, machine, count, tw])
      }
    }
  })

  it('what a middlebox has rewritten is told from what is damaged', () => {
    const { data } = play({ play: { kind: 'scenario', name: 'waiting', part: 2 }, seed: 1, acts: [] })
    const marks = [...data.packets.columns.marks]
    expect(marks.some((each) => each & MARKS.rewritten)).toBe(true)
    expect(marks.every((each) => (each & MARKS.corrupted) === 0)).toBe(true)
  })

  it('a segment that was put onto the wire on its way is drawn, as forged', () => {
    const { data } = play({ play: { kind: 'scenario', name: 'why-three', part: 0 }, seed: 1, acts: [] })
    const forged = [...data.packets.columns.marks].filter((each) => each & MARKS.forged)
    expect(forged.length).toBeGreaterThan(0)
  })

  it('a program that cannot go on after a change ends its play, not the lab', () => {
    const { data } = play({
      play: { kind: 'scenario', name: 'http', part: 0 },
      seed: 1,
      acts: [{ kind: 'unplug', at: 5000, link: 0 }],
    })
    expect(data.brokenOff).toMatch(/ETIMEDOUT/)
    expect(data.packets.count).toBeGreaterThan(5)
    expect(data.checks.some(({ holds }) => !holds)).toBe(true)
  })
})
