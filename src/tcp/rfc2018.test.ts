import { describe, expect, it } from 'vitest'
import { SYN } from '../wire/tcp.ts'
import { Peer } from './peer.testkit.ts'

/** The timer decides alone: no loss probes, no F-RTO, no timestamps. */
const plain = { config: { tcp_early_retrans: false, tcp_frto: false } }

describe('RFC 2018: selective acknowledgments received from us', () => {
  it('RFC 2018, 2: SACK-permitted is in SYNs alone', () => {
    const peer = new Peer(plain).run(`
      +0   connect
      +0   > S 0:0(0)
      +0.1 < S. 0:0(0) ack 1 win 5792 <mss 1000,sackOK>
      +0   > . 1:1(0) ack 1
      +0   write 10
      +0   > P. 1:11(10) ack 1
      +0.1 < . 1001:1011(10) ack 11 win 257
      +0   > . 11:11(0) ack 1 <sack 1001:1011>
      +0   shutdown
      +0   > F. 11:11(0) ack 1
    `)
    for (const { flags, sackPermitted } of peer.segments) expect(sackPermitted).toBe((flags & SYN) !== 0)
  })

  it('RFC 2018, 3: a block names the first octet held and the one behind the last, pieces that touch are one', () => {
    Peer.established(plain).run(`
      +0.1 < . 1001:1501(500) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 1001:1501>
      +0   < . 2001:2501(500) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 2001:2501 1001:1501>
      +0   < . 1501:2001(500) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 1001:2501>
    `)
  })

  it('RFC 2018, 4 a: the first block holds what came last, wherever it lies', () => {
    const peer = Peer.established(plain)
    for (const left of [5001, 1001, 9001, 3001, 7001]) {
      peer.inject(`. ${left}:${left + 1000}(1000) ack 1 win 257`)
      const [text = ''] = peer.poll()
      expect(text).toContain(`<sack ${left}:${left + 1000}`)
    }
  })

  it('RFC 2018, 4 a: not where the segment moved the acknowledgment', () => {
    Peer.established(plain).run(`
      +0.1 < . 2001:3001(1000) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 2001:3001>
      +0   < . 1:1001(1000) ack 1 win 257
      +0   > . 1:1(0) ack 1001 <sack 2001:3001>
    `)
  })

  it('RFC 2018, 4 b: the blocks behind it are those reported last, each once', () => {
    Peer.established(plain).run(`
      +0.1 < . 1001:2001(1000) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 1001:2001>
      +0   < . 5001:6001(1000) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 5001:6001 1001:2001>
      +0   < . 2001:3001(1000) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 1001:3001 5001:6001>
      +0   < . 3001:5001(2000) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 1001:6001>
    `)
  })

  it('RFC 2018, 4 c: none without SACK-permitted in the SYN of the peer', () => {
    Peer.established(plain, 'mss 1000').run('+0.1 < . 1001:2001(1000) ack 1 win 32792\n+0 > . 1:1(0) ack 1 <>')
  })

  it('RFC 2018, 4 d: in all acknowledgments while something waits out of order, a FIN and a probe included', () => {
    Peer.established(plain).run(`
      +0.1 < . 1001:2001(1000) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 1001:2001>
      +0   write 10
      +0   > P. 1:11(10) ack 1 <sack 1001:2001>
      +0   shutdown
      +0   > F. 11:11(0) ack 1 <sack 1001:2001>
      +0.3 > P. 1:11(10) ack 1 <sack 1001:2001>
    `)
  })

  it('RFC 2018, 4 e: each segment with something new draws an acknowledgment of its own', () => {
    const peer = Peer.established(plain)
    for (let i = 1; i <= 20; i += 1) {
      peer.inject(`. ${1000 * i + 1}:${1000 * i + 1001}(1000) ack 1 win 257`)
      expect(peer.poll().length).toBe(1)
    }
  })
})

describe('RFC 2018: selective acknowledgments sent to us', () => {
  const flight = () =>
    Peer.established(plain).run(`
      +0.1 write 5000
      +0   > . 1:1001(1000) ack 1
      +0   > . 1001:2001(1000) ack 1
      +0   > . 2001:3001(1000) ack 1
      +0   > . 3001:4001(1000) ack 1
      +0   > P. 4001:5001(1000) ack 1
    `)

  it('RFC 2018, 5: only what no block covers goes again', () => {
    flight().run(`
      +0.1  < . 1:1(0) ack 1 win 257 <sack 1001:2001 3001:5001>
      +0    > . 1:1001(1000) ack 1
      +0    > . 2001:3001(1000) ack 1
      +0.1  < . 1:1(0) ack 5001 win 257
      +1    quiet
    `)
  })

  it('RFC 2018, 5 a: after a timeout the left edge goes, though a block covers it', () => {
    const peer = flight().run('+0.1 < . 1:1(0) ack 1 win 257 <sack 1001:2001>\n+0 quiet')
    peer.skip(30_000)
    peer.inject('. 1:1(0) ack 1001 win 257')
    peer.poll()
    // The peer has thrown away what it had reported: the edge stays where the block began.
    const before = peer.segments.length
    peer.advance(peer.now + 1_000_000)
    expect(peer.segments.slice(before).some(({ seq }) => seq === 5000 + 1001)).toBe(true)
    expect(peer.counters.TCPSACKReneging).toBe(1)
  })

  it('RFC 2018, 8: what a block covers is kept until it is acknowledged', () => {
    const peer = flight()
    peer.inject('. 1:1(0) ack 1 win 257 <sack 1001:5001>')
    peer.poll()
    expect([peer.tcb.sendBuffer.length, peer.tcb.snd.una]).toEqual([5000, 5001])
    peer.inject('. 1:1(0) ack 5001 win 257')
    expect(peer.tcb.sendBuffer.length).toBe(0)
  })

  it('RFC 2018, 8: what we have reported we keep', () => {
    const peer = Peer.established({ config: { tcp_rmem: [4096, 20_000, 20_000] } })
    // More than there is room for: what does not fit is refused, not what was reported.
    for (let i = 9; i >= 1; i -= 1) {
      peer.inject(`. ${1000 * i + 1}:${1000 * i + 1001}(1000) ack 1 win 257`)
      peer.poll()
    }
    const reported = peer.segments.at(-1)
    expect(reported?.sackCount).toBe(1)
    peer.inject('. 1:1001(1000) ack 1 win 257')
    peer.poll()
    expect((peer.segments.at(-1)?.ack ?? 0) - 70_000).toBe((reported?.sackEdges[1] ?? 0) - 70_000)
  })
})
