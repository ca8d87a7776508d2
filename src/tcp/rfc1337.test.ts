import { describe, expect, it } from 'vitest'
import { Peer } from './peer.testkit.ts'

/** In TIME-WAIT with timestamps, the peer's last of which was 50; its next number is 2. */
const waiting = (config = {}) =>
  Peer.established({ config }, 'mss 1000,TS val 1 ecr 0').run(`
    +0.1 shutdown
    +0   > F. 1:1(0) ack 1
    +0.1 < F. 1:1(0) ack 2 win 257 <TS val 50 ecr 100>
    +0   > . 2:2(0) ack 2
    +0   state TIME-WAIT
  `)

describe('RFC 1337: hazards of TIME-WAIT', () => {
  it('RFC 1337, 3 F1: the RST that an old duplicate draws does not end the wait where tcp_rfc1337 is set', () => {
    for (const [tcp_rfc1337, state] of [
      [true, 'TIME-WAIT'],
      [false, 'CLOSED'],
    ] as const) {
      const peer = waiting({ tcp_rfc1337 })
      const end = peer.connection.deadline()
      // An old duplicate draws an ACK, which a peer that is gone answers by a RST.
      peer.run(`
        +1 < . 2:2(0) ack 1 win 257 <TS val 40 ecr 100>
        +0 > . 2:2(0) ack 2
      `)
      peer.inject('R 2:2(0) win 0')
      expect(peer.state).toBe(state)
      if (tcp_rfc1337) expect(peer.connection.deadline()).toBeGreaterThanOrEqual(end)
    }
  })

  it('RFC 1337, 3 F2: what an old incarnation has sent is known by its timestamp, wherever it lies', () => {
    const peer = Peer.established({}, 'mss 1000,TS val 1 ecr 0').run(`
      +0.1 < P. 1:11(10) ack 1 win 32792 <TS val 5000 ecr 100>
      +0   > . 1:1(0) ack 11
    `)
    for (const text of ['P. 11:21(10) ack 1', 'P. 1000:1100(100) ack 1', 'F. 11:11(0) ack 1']) {
      peer.inject(`${text} win 32792 <TS val 4999 ecr 100>`)
      peer.poll()
    }
    expect([peer.state, peer.connection.readable, peer.counters.PAWSEstab]).toEqual(['ESTABLISHED', 10, 3])
  })

  it('RFC 1337, 3 F2: a RST with an older timestamp does not end the wait', () => {
    const peer = waiting()
    peer.inject('R 2:2(0) win 0 <TS val 49 ecr 0>')
    expect(peer.state).toBe('TIME-WAIT')
  })
})
