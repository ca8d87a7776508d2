import { describe, expect, it } from 'vitest'
import { Peer } from './peer.testkit.ts'

/** In TIME-WAIT, held by its owner; the peer's last timestamp was 50, 0.1 s after the beginning. */
function waiting(): Peer {
  return Peer.established({ options: 'mss 1000,sackOK,TS val 1 ecr 0,wscale 7' }).run(`
    +0   shutdown
    +0   > F. 1:1(0) ack 1
    +0.1 < F. 1:1(0) ack 2 win 257 <TS val 50 ecr 100>
    +0   > . 2:2(0) ack 2
    +0   state TIME-WAIT
  `)
}

describe('TIME-WAIT held by its owner', () => {
  it('RFC 5961, 7: what may bounce for ever is answered twice a second at most, text always', () => {
    const peer = waiting().run(`
      +1     < . 0:0(0) ack 2 win 257 <TS val 51 ecr 100>
      +0     > . 2:2(0) ack 2
      +0.499 < . 0:0(0) ack 2 win 257 <TS val 51 ecr 100>
      +0     < F. 1:1(0) ack 2 win 257 <TS val 51 ecr 100>
      +0     > . 2:2(0) ack 2
      +0.001 < . 0:0(0) ack 2 win 257 <TS val 51 ecr 100>
      +0     > . 2:2(0) ack 2
    `)
    expect(peer.counters).toMatchObject({ TCPACKSkippedTimeWait: 1, TCPChallengeACK: 0 })
  })

  it('RFC 7323, 5.3: a RST of the past ends nothing while the last timestamp is younger than a minute', () => {
    const peer = waiting().run(`
      +30 < F. 1:1(0) ack 2 win 257 <TS val 51 ecr 100>
      +0  > . 2:2(0) ack 2
      +29 < R 2:2(0) win 0 <TS val 49 ecr 0>
      +0  state TIME-WAIT
      +1  < R 2:2(0) win 0 <TS val 49 ecr 0>
      +0  state CLOSED
    `)
    expect(peer.counters.PAWSTimewait).toBe(1)
  })
})

describe('in the place of one in TIME-WAIT (tcp_tw_reuse)', () => {
  const heard = { useTimestamps: true, tsRecent: 700, tsRecentAt: 0 }

  it('the SYN says what the old one has heard last (as Linux), also when it goes again', () => {
    new Peer({ predecessor: heard }).run(`
      +0 connect
      +0 > S 0:0(0) <mss 1460,sackOK,TS val 100 ecr 700,nop,wscale 7>
      +1 > S 0:0(0) <mss 1460,sackOK,TS val 1100 ecr 700,nop,wscale 7>
    `)
  })

  it('without one it says nothing (RFC 7323, 3.2)', () => {
    new Peer().run('+0 connect\n+0 > S 0:0(0) <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>')
    new Peer({ predecessor: { ...heard, useTimestamps: false } }).run(
      '+0 connect\n+0 > S 0:0(0) <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>',
    )
  })

  it('RFC 7323, 5.3: a SYN of the past does not open it from the other side, a SYN,ACK answers ours', () => {
    const crossed = new Peer({ predecessor: heard }).run(`
      +0 connect
      +0 > S 0:0(0)
      +0 < S 0:0(0) win 1000 <mss 1000,TS val 699 ecr 0>
      +0 state SYN-SENT
      +0 < S 0:0(0) win 1000 <mss 1000,TS val 700 ecr 0>
      +0 > S. 0:0(0) ack 1
    `)
    expect(crossed.counters.PAWSActive).toBe(1)
    const answered = new Peer({ predecessor: heard }).run(`
      +0 connect
      +0 > S 0:0(0)
      +0 < S. 0:0(0) ack 1 win 1000 <mss 1000,TS val 699 ecr 100>
      +0 > . 1:1(0) ack 1
    `)
    expect(answered.tcb.tsRecent).toBe(699)
  })
})
