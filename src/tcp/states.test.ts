import { describe, expect, it } from 'vitest'
import { Peer } from './peer.testkit.ts'
import { ARCS, isArc, STATES, type State } from './states.ts'

/** A walk along each arc: where it begins, and a script that makes the move. */
const WALKS: readonly { from: State; to: State; script: string }[] = [
  { from: 'CLOSED', to: 'LISTEN', script: '+0 listen' },
  { from: 'CLOSED', to: 'SYN-SENT', script: '+0 connect\n+0 > S 0:0(0)' },
  { from: 'LISTEN', to: 'SYN-RECEIVED', script: '+0 < S 0:0(0)\n+0 > S. 0:0(0) ack 1' },
  { from: 'LISTEN', to: 'SYN-SENT', script: '+0 connect\n+0 > S 0:0(0)' },
  { from: 'LISTEN', to: 'CLOSED', script: '+0 shutdown' },
  { from: 'SYN-SENT', to: 'SYN-RECEIVED', script: '+0 < S 0:0(0)\n+0 > S. 0:0(0) ack 1' },
  { from: 'SYN-SENT', to: 'ESTABLISHED', script: '+0 < S. 0:0(0) ack 1\n+0 > . 1:1(0) ack 1' },
  { from: 'SYN-SENT', to: 'CLOSED', script: '+0 shutdown' },
  { from: 'SYN-RECEIVED', to: 'ESTABLISHED', script: '+0 < . 1:1(0) ack 1' },
  { from: 'SYN-RECEIVED', to: 'FIN-WAIT-1', script: '+0 shutdown\n+0 < . 1:1(0) ack 1\n+0 > F. 1:1(0) ack 1' },
  { from: 'SYN-RECEIVED', to: 'LISTEN', script: '+0 < R 1:1(0)' },
  { from: 'SYN-RECEIVED', to: 'CLOSED', script: '+0 abort\n+0 > R. 1:1(0) ack 1' },
  { from: 'ESTABLISHED', to: 'FIN-WAIT-1', script: '+0 shutdown\n+0 > F. 1:1(0) ack 1' },
  { from: 'ESTABLISHED', to: 'CLOSE-WAIT', script: '+0 < F. 1:1(0) ack 1\n+0 > . 1:1(0) ack 2' },
  { from: 'ESTABLISHED', to: 'CLOSED', script: '+0 < R 1:1(0)' },
  { from: 'FIN-WAIT-1', to: 'FIN-WAIT-2', script: '+0 < . 1:1(0) ack 2' },
  { from: 'FIN-WAIT-1', to: 'CLOSING', script: '+0 < F. 1:1(0) ack 1\n+0 > . 2:2(0) ack 2' },
  { from: 'FIN-WAIT-1', to: 'TIME-WAIT', script: '+0 < F. 1:1(0) ack 2\n+0 > . 2:2(0) ack 2' },
  { from: 'FIN-WAIT-1', to: 'CLOSED', script: '+0 < R 1:1(0)' },
  { from: 'FIN-WAIT-2', to: 'TIME-WAIT', script: '+0 < F. 1:1(0) ack 2\n+0 > . 2:2(0) ack 2' },
  { from: 'FIN-WAIT-2', to: 'CLOSED', script: '+0 abort\n+0 > R. 2:2(0) ack 1' },
  { from: 'CLOSE-WAIT', to: 'LAST-ACK', script: '+0 shutdown\n+0 > F. 1:1(0) ack 2' },
  { from: 'CLOSE-WAIT', to: 'CLOSED', script: '+0 < R 2:2(0)' },
  { from: 'CLOSING', to: 'TIME-WAIT', script: '+0 < . 2:2(0) ack 2' },
  { from: 'CLOSING', to: 'CLOSED', script: '+0 < R 2:2(0)' },
  { from: 'LAST-ACK', to: 'CLOSED', script: '+0 < . 2:2(0) ack 2' },
  { from: 'TIME-WAIT', to: 'CLOSED', script: '+60 quiet' },
]

describe('states', () => {
  const walked = new Set<string>()
  for (const { from, to, script } of WALKS) {
    it(`RFC 9293 3.3.2 figure 5: ${from} to ${to}`, () => {
      const peer = Peer.reach(from)
      peer.run(script)
      expect(peer.states.at(-2)).toBe(from)
      expect(peer.state).toBe(to)
      for (let i = 1; i < peer.states.length; i += 1) walked.add(`${peer.states[i - 1]}>${peer.states[i]}`)
    })
  }

  it('RFC 9293 3.3.2 figure 5: every arc was walked, and no other', () => {
    expect([...walked].sort()).toEqual(ARCS.map((arc) => `${arc.from}>${arc.to}`).sort())
  })

  it('every move without an arc is refused, and changes nothing', () => {
    const arcs = new Set(ARCS.map((arc) => `${arc.from}>${arc.to}`))
    let refused = 0
    for (const from of STATES) {
      for (const to of STATES) {
        expect(isArc(from, to)).toBe(arcs.has(`${from}>${to}`))
        if (arcs.has(`${from}>${to}`)) continue
        const { tcb } = Peer.reach(from)
        expect(() => tcb.move(to)).toThrow(`no arc from ${from} to ${to}`)
        expect(tcb.state).toBe(from)
        refused += 1
      }
    }
    expect(refused).toBe(STATES.length ** 2 - ARCS.length)
  })
})
