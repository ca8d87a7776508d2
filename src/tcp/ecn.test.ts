import { describe, expect, it } from 'vitest'
import { Peer, type PeerSetup } from './peer.testkit.ts'
import { tcpInfo } from './tcp-info.ts'

const OPTIONS = 'mss 1000,sackOK,wscale 7'
const TCPI_OPT_ECN_SEEN = 16

/** A connection of a peer that has asked for ECN; RTT 100 ms. */
function agreed(setup: PeerSetup = {}, options = OPTIONS): Peer {
  const stamp = options.includes('TS') ? ' <TS val 1 ecr 100>' : ''
  return new Peer({ ...setup, config: { tcp_early_retrans: false, ...setup.config } }).run(`
    +0    listen
    +0    < SEW 0:0(0) win 32792 <${options}>
    +0    > S.E 0:0(0) ack 1
    +0.1  < . 1:1(0) ack 1 win 257${stamp}
  `)
}

/** `segments` segments of 1000 bytes have just been sent, in a window of as many. */
function sent(segments: number, setup: PeerSetup = {}, options = OPTIONS): Peer {
  const peer = agreed(setup, options)
  peer.tcb.congestion.cwnd = segments
  peer.run('+0.1 quiet')
  peer.perform(`write ${1000 * segments}`)
  peer.poll()
  return peer
}

/** So many bytes are written and what can be sent is; what it sent, in the notation of scripts. */
function more(peer: Peer, bytes: number): string[] {
  peer.perform(`write ${bytes}`)
  return peer.poll()
}

describe('what is marked', () => {
  it('RFC 3168, 5: data for the first time, as ECT(0); with a FIN, too', () => {
    agreed().run(`
      +0    write 2500
      +0    > . 1:1001(1000) ack 1 [ect0]
      +0    > . 1001:2001(1000) ack 1 [ect0]
      +0    > P. 2001:2501(500) ack 1 [ect0]
      +0.1  < . 1:1(0) ack 2501 win 257
      +0    write 10
      +0    > P. 2501:2511(10) ack 1 [ect0]
      +0    write 10
      +0    shutdown
      +0    > FP. 2511:2521(10) ack 1 [ect0]
    `)
  })

  it('RFC 3168, 6.1.4: no acknowledgment without data, no FIN without, no RST', () => {
    agreed().run(`
      +0    < P. 1:1001(1000) ack 1 win 257 [ect0]
      +0    > . 1:1(0) ack 1001
      +0    read all
      +0    shutdown
      +0    > F. 1:1(0) ack 1001
      +0    abort
      +0    > R. 2:2(0) ack 1001
    `)
  })

  it('RFC 3168, 6.1.5: no retransmission, after a timeout or before', () => {
    sent(1).run(`
      +0.3  > P. 1:1001(1000) ack 1
    `)
    sent(4).run(`
      +0.1  < . 1:1(0) ack 1 win 257 <sack 1001:4001>
      +0    > . 1:1001(1000) ack 1
    `)
  })

  it('RFC 3168, 6.1.5: no tail loss probe that repeats, but one with new data', () => {
    const peer = sent(2, { config: { tcp_early_retrans: true } })
    peer.run('+0.202 > P. 1001:2001(1000) ack 1')
    const other = sent(2, { config: { tcp_early_retrans: true } })
    expect(more(other, 1000)).toEqual([])
    other.run('+0.202 > P. 2001:3001(1000) ack 1 [ect0]')
  })

  it('RFC 3168, 6.1.6: no probe of a window that is closed, and none that fills one held back as too small', () => {
    agreed().run(`
      +0.1  < . 1:1(0) ack 1 win 0
      +0    write 1000
      +0.3  > . 0:0(0) ack 1
      +0    < . 1:1(0) ack 1 win 1
      +0.6  > P. 1:129(128) ack 1
    `)
  })
})

describe('what is echoed', () => {
  it('RFC 3168, 6.1.3: after CE every segment says ECE, until CWR comes', () => {
    const peer = agreed().run(`
      +0    < . 1:1001(1000) ack 1 win 257 [ect0]
      +0    > . 1:1(0) ack 1001
      +0    < . 1001:2001(1000) ack 1 win 257 [ce]
      +0    > .E 1:1(0) ack 2001
      +0    < . 2001:3001(1000) ack 1 win 257 [ect0]
      +0    > .E 1:1(0) ack 3001
      +0    write 1000
      +0    > P.E 1:1001(1000) ack 3001 [ect0]
      +0    < .W 3001:4001(1000) ack 1001 win 257 [ect0]
      +0    > . 1001:1001(0) ack 4001
      +0    write 1000
      +0    > P. 1001:2001(1000) ack 4001 [ect0]
    `)
    expect(tcpInfo(peer.tcb, 1500, peer.now).tcpi_options & TCPI_OPT_ECN_SEEN).toBe(TCPI_OPT_ECN_SEEN)
  })

  it('RFC 3168, 6.1.3: a segment with CWR and CE begins it anew', () => {
    agreed().run(`
      +0    < . 1:1001(1000) ack 1 win 257 [ce]
      +0    > .E 1:1(0) ack 1001
      +0    < .W 1001:2001(1000) ack 1 win 257 [ce]
      +0    > .E 1:1(0) ack 2001
      +0    < .W 2001:3001(1000) ack 1 win 257 [ect0]
      +0    > . 1:1(0) ack 3001
    `)
  })

  it('RFC 3168, 6.1.3: also on data out of order; CWR may come on it, and without data as some send it', () => {
    agreed().run(`
      +0    < . 1001:2001(1000) ack 1 win 257 [ce]
      +0    > .E 1:1(0) ack 1 <nop,nop,sack 1001:2001>
      +0    < .W 2001:3001(1000) ack 1 win 257 [ect0]
      +0    > . 1:1(0) ack 1 <nop,nop,sack 1001:3001>
      +0    < . 3001:4001(1000) ack 1 win 257 [ce]
      +0    > .E 1:1(0) ack 1 <nop,nop,sack 1001:4001>
      +0    < .W 1:1(0) ack 1 win 257
      +0    < . 1:1001(1000) ack 1 win 257
      +0    > . 1:1(0) ack 4001
    `)
  })

  it('RFC 3168, 6.1.3: what is sent again and keepalives say it, too', () => {
    agreed().run(`
      +0    < . 1:1001(1000) ack 1 win 257 [ce]
      +0    > .E 1:1(0) ack 1001
      +0    write 1000
      +0    > P.E 1:1001(1000) ack 1001 [ect0]
      +0.3  > P.E 1:1001(1000) ack 1001
      +0.1  < . 1001:1001(0) ack 1001 win 257
      +0    keepalive 10 1 3
      +10   > .E 1000:1000(0) ack 1001
    `)
  })

  it('RFC 3168, 6.1.3: without an agreement CE is nothing to us, and CWR neither', () => {
    const peer = Peer.established().run(`
      +0    < . 1:1001(1000) ack 1 win 257 [ce]
      +0    > . 1:1(0) ack 1001
    `)
    expect(tcpInfo(peer.tcb, 1500, peer.now).tcpi_options & TCPI_OPT_ECN_SEEN).toBe(0)
  })

  it('RFC 3168, 6.1.3: data that was received before echoes nothing', () => {
    agreed().run(`
      +0    < . 1:1001(1000) ack 1 win 257 [ect0]
      +0    > . 1:1(0) ack 1001
      +0    < . 1:1001(1000) ack 1 win 257 [ce]
      +0    > . 1:1(0) ack 1001 <nop,nop,sack 1:1001>
    `)
  })
})

describe('acknowledgments that a sender with a small window waits for (as Linux)', () => {
  /** Acknowledgments are delayed now, as an exchange of short messages makes them. */
  function unhurried(): Peer {
    const peer = agreed().run(`
      +0    < . 1:1001(1000) ack 1 win 257 [ect0]
      +0    > . 1:1(0) ack 1001
      +0.01 write 10
      +0    > P. 1:11(10) ack 1001 [ect0]
      +0.01 < . 1001:1001(0) ack 11 win 257
    `)
    peer.tcb.acks.quick = 0
    return peer
  }

  it('an exchange of messages delays them', () => {
    unhurried().run(`
      +0    < . 1001:1101(100) ack 11 win 257 [ect0]
      +0.04 > . 11:11(0) ack 1101
    `)
  })

  it('RFC 3168, 6.1.3: CE is answered at once, and so is the next segment', () => {
    unhurried().run(`
      +0    < . 1001:1101(100) ack 11 win 257 [ce]
      +0    > .E 11:11(0) ack 1101
      +0    < . 1101:1201(100) ack 11 win 257 [ect0]
      +0    > .E 11:11(0) ack 1201
      +0    < . 1201:1301(100) ack 11 win 257 [ect0]
      +0.04 > .E 11:11(0) ack 1301
    `)
  })

  it('RFC 3168, 6.1.3: CWR on data is answered at once', () => {
    unhurried().run(`
      +0    < .W 1001:1101(100) ack 11 win 257 [ect0]
      +0    > . 11:11(0) ack 1101
    `)
  })

  it('RFC 3168, 6.1.5: data without a mark after data with one was sent again: it is answered at once', () => {
    unhurried().run(`
      +0    < . 1001:1101(100) ack 11 win 257
      +0    > . 11:11(0) ack 1101
    `)
  })
})
