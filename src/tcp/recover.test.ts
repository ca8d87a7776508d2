import { describe, expect, it } from 'vitest'
import { Peer, type PeerSetup } from './peer.testkit.ts'

const quiet = { tcp_early_retrans: false }

/** `segments` segments of 1000 bytes have just been sent, in a window of as many. */
function sent(segments: number, options?: string, setup: PeerSetup = {}): Peer {
  const peer = Peer.established({ ...setup, config: { ...quiet, ...setup.config } }, options)
  peer.tcb.congestion.cwnd = Math.max(10, segments)
  peer.run('+0.1 quiet')
  peer.perform(`write ${1000 * segments}`)
  peer.poll()
  return peer
}

const noSack = 'mss 1000,wscale 7'
const stamped = 'mss 1012,sackOK,TS val 1 ecr 0,wscale 7'

describe('RFC 5681 3.2: fast retransmit without SACK', () => {
  it('on the third duplicate, and no sooner', () => {
    const peer = sent(10, noSack).run(`
      +0.1   < . 1:1(0) ack 1 win 257
      +0.001 < . 1:1(0) ack 1 win 257
      +0.001 < . 1:1(0) ack 1 win 257
      +0     > . 1:1001(1000) ack 1
      +0     ssthresh 5
      +0.1   < . 1:1(0) ack 10001 win 257
    `)
    expect(peer.counters).toMatchObject({ TCPRenoRecovery: 1, TCPFastRetrans: 1, TCPTimeouts: 0 })
  })

  it('what carries text, moves the window or has a new sequence number is no duplicate', () => {
    sent(10, noSack).run(`
      +0.1   < . 1:1(0) ack 1 win 257
      +0.001 < . 1:1(0) ack 1 win 258
      +0.001 < P. 1:11(10) ack 1 win 258
      +0     > . 10001:10001(0) ack 11
      +0.001 < . 11:11(0) ack 1 win 258
      +0.001 < . 11:11(0) ack 1 win 258
      +0     cwnd 10
      +0.001 < . 11:11(0) ack 1 win 258
      +0     > . 1:1001(1000) ack 11
    `)
  })

  it('RFC 3042: the first two duplicates let a new segment go each', () => {
    const peer = sent(10, noSack)
    peer.perform('write 5000')
    expect(peer.poll()).toEqual([])
    peer.run(`
      +0.1   < . 1:1(0) ack 1 win 257
      +0     > . 10001:11001(1000) ack 1
      +0.001 < . 1:1(0) ack 1 win 257
      +0     > . 11001:12001(1000) ack 1
    `)
  })

  it('RFC 6582 3.2: a partial acknowledgment shows the next hole', () => {
    const peer = sent(10, noSack).run(`
      +0.1   < . 1:1(0) ack 1 win 257
      +0     < . 1:1(0) ack 1 win 257
      +0     < . 1:1(0) ack 1 win 257
      +0     > . 1:1001(1000) ack 1
      +0     < . 1:1(0) ack 1 win 257
      +0     < . 1:1(0) ack 1 win 257
      +0     < . 1:1(0) ack 1 win 257
      +0.1   < . 1:1(0) ack 5001 win 257
      +0     > . 5001:6001(1000) ack 1
      +0.1   < . 1:1(0) ack 10001 win 257
    `)
    expect(peer.counters.TCPRenoRecovery).toBe(1)
  })

  it('RFC 6582 4.1: recovery goes on until something beyond the mark is acknowledged', () => {
    const peer = sent(10, noSack)
    peer.perform('write 1000')
    peer.run(`
      +0.1   < . 1:1(0) ack 1 win 257
      +0     > P. 10001:11001(1000) ack 1
      +0     < . 1:1(0) ack 1 win 257
      +0     < . 1:1(0) ack 1 win 257
      +0     > . 1:1001(1000) ack 1
      +0.1   < . 1:1(0) ack 11001 win 257
      +0     write 3000
      +0     > . 11001:12001(1000) ack 1
      +0     > . 12001:13001(1000) ack 1
      +0     > P. 13001:14001(1000) ack 1
      +0.1   < . 1:1(0) ack 11001 win 257
      +0     < . 1:1(0) ack 11001 win 257
      +0     < . 1:1(0) ack 11001 win 257
      +0.1   < . 1:1(0) ack 14001 win 257
      +0     cwnd 5
    `)
    expect(peer.tcb.recovery.phase).toBe('Open')
  })
})

describe('RFC 8985: loss by time, with SACK', () => {
  it('6.2: three sacked segments: the hole is lost', () => {
    const peer = sent(10).run(`
      +0.1   < . 1:1(0) ack 1 win 257 <sack 1001:2001>
      +0.001 < . 1:1(0) ack 1 win 257 <sack 1001:3001>
      +0.001 < . 1:1(0) ack 1 win 257 <sack 1001:4001>
      +0     > . 1:1001(1000) ack 1
      +0.1   < . 1:1(0) ack 10001 win 257
      +0     cwnd 6
      +0     ssthresh 5
    `)
    expect(peer.counters).toMatchObject({ TCPSackRecovery: 1, TCPFastRetrans: 1, TCPTimeouts: 0 })
  })

  it('6.2 step 5: one sacked segment: after a quarter of a round trip', () => {
    sent(10).run(`
      +0.1   < . 1:1(0) ack 1 win 257 <sack 1001:2001>
      +0.025 > . 1:1001(1000) ack 1
      +0.1   < . 1:1(0) ack 10001 win 257
    `)
  })

  it('6.2 step 5: a retransmission that is lost is seen, too', () => {
    const peer = sent(10).run(`
      +0.1   < . 1:1(0) ack 1 win 257 <sack 1001:4001>
      +0     > . 1:1001(1000) ack 1
      +0     < . 1:1(0) ack 1 win 257 <sack 1001:10001>
      +0     write 2000
      +0     > . 10001:11001(1000) ack 1
      +0     > P. 11001:12001(1000) ack 1
      +0.1   < . 1:1(0) ack 1 win 257 <sack 1001:12001>
      +0     > . 1:1001(1000) ack 1
      +0.1   < . 1:1(0) ack 12001 win 257
    `)
    expect(peer.counters.TCPTimeouts).toBe(0)
  })

  it('a path that reorders: three sacked segments are not enough any more', () => {
    sent(10).run(`
      +0.1   < . 1:1(0) ack 1 win 257 <sack 1001:2001>
      +0     < . 1:1(0) ack 1 win 257 <sack 1001:3001>
      +0     < . 1:1(0) ack 3001 win 257
      +0     < . 1:1(0) ack 3001 win 257 <sack 4001:8001>
      +0.025 > . 3001:4001(1000) ack 1
      +0.1   < . 1:1(0) ack 10001 win 257
    `)
  })

  it('RFC 2018, 5: several holes, in order', () => {
    sent(10).run(`
      +0.1   < . 1:1(0) ack 1001 win 257 <sack 2001:3001 4001:5001 6001:10001>
      +0     > . 1001:2001(1000) ack 1
      +0     > . 3001:4001(1000) ack 1
      +0     > . 5001:6001(1000) ack 1
      +0.1   < . 1:1(0) ack 10001 win 257
    `)
  })

  it('blocks that make no sense are ignored, a part of a segment is not taken', () => {
    const peer = sent(10).run(`
      +0.1 < . 1:1(0) ack 1 win 257 <sack 20001:30001>
      +0   < . 1:1(0) ack 1 win 257 <sack 3001:2001>
      +0   < . 1:1(0) ack 1 win 257 <sack 9001:11001>
      +0   < . 1:1(0) ack 1 win 257 <sack 2001:2500>
    `)
    expect([peer.tcb.flight.sackedOut, peer.counters.TCPSACKDiscard]).toEqual([0, 3])
  })
})

describe('RFC 6937: proportional rate reduction', () => {
  it('half a window leaves as a window is acknowledged', () => {
    const peer = sent(20)
    peer.perform('write 20000')
    let out = 0
    peer.advance(peer.now + 100_000)
    for (let i = 2; i <= 20; i += 1) {
      peer.inject(`. 1:1(0) ack 1 win 257 <sack 1001:${1000 * i + 1}>`)
      out += peer.poll().length
      peer.advance(peer.now + 1000)
    }
    // Two before loss was evident (RFC 3042), then one for every second sacked, the retransmission first.
    expect(out).toBe(10)
    expect(peer.tcb.flight.pipe).toBe(10)
    peer.inject('. 1:1(0) ack 20001 win 257')
    peer.poll()
    peer.inject('. 1:1(0) ack 22001 win 257')
    expect(peer.tcb.congestion.ssthresh).toBe(10)
  })
})

describe('after a timeout', () => {
  it('RFC 5681 3.1: one segment, then slow start to half of what was in flight', () => {
    const peer = sent(10, noSack).run(`
      +0.3 > . 1:1001(1000) ack 1
      +0   cwnd 1
      +0   ssthresh 5
      +0.1 < . 1:1(0) ack 1001 win 257
      +0   > . 1001:2001(1000) ack 1
      +0   > . 2001:3001(1000) ack 1
      +0   cwnd 2
      +0.1 < . 1:1(0) ack 3001 win 257
      +0   > . 3001:4001(1000) ack 1
      +0   > . 4001:5001(1000) ack 1
      +0   > . 5001:6001(1000) ack 1
      +0   > . 6001:7001(1000) ack 1
      +0   cwnd 4
      +0.1 < . 1:1(0) ack 7001 win 257
      +0   > . 7001:8001(1000) ack 1
      +0   > . 8001:9001(1000) ack 1
      +0   > P. 9001:10001(1000) ack 1
      +0.1 < . 1:1(0) ack 10001 win 257
    `)
    expect(peer.counters).toMatchObject({ TCPTimeouts: 1, TCPSlowStartRetrans: 10 })
  })

  it('RFC 5681 3.1: a second timeout of the same segment leaves the threshold', () => {
    sent(10, noSack).run('+0.3 > . 1:1001(1000) ack 1\n+0.6 > . 1:1001(1000) ack 1\n+0 ssthresh 5\n+0 cwnd 1')
  })

  it('RFC 2018, 5: what was sacked is not sent again ...', () => {
    sent(5).run(`
      +0.1   < . 1:1(0) ack 1 win 257 <sack 2001:3001>
      +0.025 > . 1:1001(1000) ack 1
      +0.3   > . 1:1001(1000) ack 1
      +0.1   < . 1:1(0) ack 1001 win 257 <sack 2001:3001>
      +0     > . 1001:2001(1000) ack 1
      +0     > . 3001:4001(1000) ack 1
      +0.1   < . 1:1(0) ack 5001 win 257
    `)
  })

  it('RFC 2018, 5 a, RFC 2018, 8: ... unless the peer has thrown it away', () => {
    const peer = sent(5)
    peer.inject('. 1:1(0) ack 1001 win 257 <sack 1001:3001>')
    peer.inject('. 1:1(0) ack 1001 win 257 <sack 1001:5001>')
    expect(peer.tcb.flight.sackedOut).toBe(4)
    peer.skip(1_000_000)
    expect(peer.segments.at(-1)?.payloadLength).toBe(1000)
    expect([peer.tcb.flight.sackedOut, peer.counters.TCPSACKReneging]).toEqual([0, 1])
  })

  it('RFC 5682 2.1 (F-RTO): new data goes before retransmissions; the originals arrive: nothing was lost', () => {
    const peer = sent(10, noSack)
    peer.perform('write 10000')
    peer.run(`
      +0.3  > . 1:1001(1000) ack 1
      +0.05 < . 1:1(0) ack 1001 win 257
      +0    > . 10001:11001(1000) ack 1
      +0    > . 11001:12001(1000) ack 1
      +0    cwnd 2
      +0.01 < . 1:1(0) ack 2001 win 257
      +0    > . 12001:13001(1000) ack 1
      +0    cwnd 11
    `)
    expect(peer.counters).toMatchObject({ TCPSpuriousRTOs: 1 })
  })

  it('RFC 5682 2.1: duplicates instead: the loss was real', () => {
    const peer = sent(10, noSack)
    peer.perform('write 10000')
    peer.run(`
      +0.3  > . 1:1001(1000) ack 1
      +0.05 < . 1:1(0) ack 1001 win 257
      +0    > . 10001:11001(1000) ack 1
      +0    > . 11001:12001(1000) ack 1
      +0.05 < . 1:1(0) ack 1001 win 257
      +0    > . 1001:2001(1000) ack 1
    `)
    expect(peer.counters.TCPSpuriousRTOs).toBe(0)
  })
})

describe('a needless recovery is undone', () => {
  it('RFC 3522, 4015 (Eifel): the echo is older than the retransmission', () => {
    const peer = sent(10, stamped).run(`
      +0.1  < . 1:1(0) ack 1 win 257 <TS val 2 ecr 300,sack 1001:4001>
      +0    > . 1:1001(1000) ack 1
      +0.01 < . 1:1(0) ack 10001 win 257 <TS val 3 ecr 300>
      +0    cwnd 17
      +0    ssthresh ${0x7fffffff}
    `)
    expect(peer.counters.TCPFullUndo).toBe(1)
  })

  it('not when it is newer', () => {
    sent(10, stamped).run(`
      +0.1  < . 1:1(0) ack 1 win 257 <TS val 2 ecr 300,sack 1001:4001>
      +0    > . 1:1001(1000) ack 1
      +0.1  < . 1:1(0) ack 10001 win 257 <TS val 3 ecr 400>
      +0    cwnd 6
    `)
  })

  it('RFC 3708: a DSACK reports every retransmission', () => {
    const peer = sent(10).run(`
      +0.1  < . 1:1(0) ack 1 win 257 <sack 1001:4001>
      +0    > . 1:1001(1000) ack 1
      +0.01 < . 1:1(0) ack 10001 win 257
      +0    cwnd 6
      +0    write 1000
      +0    > P. 10001:11001(1000) ack 1
      +0.09 < . 1:1(0) ack 10001 win 257 <sack 1:1001>
      +0    cwnd 10
    `)
    expect(peer.counters).toMatchObject({ TCPDSACKUndo: 1, TCPDSACKRecv: 1 })
  })

  it('a timeout, by the echo (RFC 4015)', () => {
    const peer = sent(10, stamped).run(`
      +0.3  > . 1:1001(1000) ack 1
      +0    cwnd 1
      +0.01 < . 1:1(0) ack 2001 win 257 <TS val 2 ecr 300>
      +0    cwnd 12
    `)
    expect(peer.counters.TCPLossUndo).toBe(1)
    expect(peer.tcb.flight.lostOut).toBe(0)
  })
})
