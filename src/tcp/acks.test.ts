import { describe, expect, it } from 'vitest'
import { Peer } from './peer.testkit.ts'

/** Past the quick acknowledgments at the start: 16 segments of 100 bytes, then the 17th's timer. */
function warm(setup = {}): Peer {
  const peer = Peer.established(setup)
  let at = 1
  for (let i = 0; i < 16; i += 1) {
    peer.run(`+0.01 < P. ${at}:${at + 100}(100) ack 1 win 257\n+0 > . 1:1(0) ack ${at + 100}\n+0 read all`)
    at += 100
  }
  return peer
}

describe('RFC 9293 3.8.6.3, Linux: delayed acknowledgments', () => {
  it('the first segments are acknowledged at once: half a window of them, at most 16', () => {
    expect(warm().segments.length).toBe(17)
  })

  it('SHLD-18: then one waits 40 ms', () => {
    warm().run(`
      +0.01 < P. 1601:1701(100) ack 1 win 257
      +0.04 > . 1:1(0) ack 1701
    `)
  })

  it('SHLD-19: every second full segment is acknowledged at once', () => {
    const peer = warm().run(`
      +0.01 < . 1601:2601(1000) ack 1 win 257
      +0    read all
      +0.01 < . 2601:3601(1000) ack 1 win 257
      +0    > . 1:1(0) ack 3601
      +0    read all
      +0.01 < . 3601:4601(1000) ack 1 win 257
      +0    read all
      +0.01 < . 4601:5601(1000) ack 1 win 257
      +0    > . 1:1(0) ack 5601
    `)
    expect(peer.counters.DelayedACKs).toBe(0)
  })

  it('a super-segment of several is acknowledged at once', () => {
    const peer = warm()
    const segment = peer.parse('P. 1601:4601(3000) ack 1 win 257')
    segment.segmentSize = 1000
    peer.connection.receive(segment, peer.now)
    peer.perform('read all')
    expect(peer.poll().length).toBe(1)
    expect(peer.tcb.acks.receiveMss).toBe(1000)
  })

  it('MUST-40: the delay follows the pace of the data, but for 200 ms at most', () => {
    const peer = warm()
    peer.tcb.acks.ato = 5_000_000
    peer.tcb.rtt.sample(400_000, 1, 1)
    peer.run(`
      +0.01 < P. 1601:1701(100) ack 1 win 257
      +0    quiet
    `)
    const delay = peer.connection.deadline() - peer.now
    expect(delay).toBeGreaterThanOrEqual(40_000)
    expect(delay).toBeLessThanOrEqual(200_000)
  })

  it('after silence of more than an RTO the next segments are acknowledged at once again', () => {
    warm().run(`
      +1    < P. 1601:1701(100) ack 1 win 257
      +0    > . 1:1(0) ack 1701
      +0.01 < P. 1701:1801(100) ack 1 win 257
      +0    > . 1:1(0) ack 1801
    `)
  })

  it('reading a short segment to the end acknowledges the second one at once', () => {
    warm().run(`
      +0.01 < P. 1601:1701(100) ack 1 win 257
      +0    read all
      +0    > . 1:1(0) ack 1701
    `)
  })

  it('an exchange: the answer carries the acknowledgment', () => {
    const peer = Peer.established().run(`
      +0.1  < P. 1:101(100) ack 1 win 257
      +0    > . 1:1(0) ack 101
      +0.01 read all
      +0    write 50
      +0    > P. 1:51(50) ack 101
      +0.1  < P. 101:201(100) ack 51 win 257
      +0.01 read all
      +0    write 50
      +0    > P. 51:101(50) ack 201
      +0.1  < P. 201:301(100) ack 101 win 257
      +0.04 > . 101:101(0) ack 301
    `)
    expect(peer.counters.DelayedACKs).toBe(1)
  })

  it('a delay that is nearly over is not waited for', () => {
    warm().run(`
      +0.01  < P. 1601:1701(100) ack 1 win 257
      +0.031 < P. 1701:1801(100) ack 1 win 257
      +0     > . 1:1(0) ack 1801
    `)
  })
})

describe('RFC 5681 4.2: at once', () => {
  it('MAY-13, RFC 2018, 4 e: what comes out of order, and what fills a hole', () => {
    warm().run(`
      +0.01 < . 2601:3601(1000) ack 1 win 257
      +0    > . 1:1(0) ack 1601 <sack 2601:3601>
      +0.01 < . 1601:1701(100) ack 1 win 257
      +0    > . 1:1(0) ack 1701 <sack 2601:3601>
      +0.01 < . 1701:2601(900) ack 1 win 257
      +0    > . 1:1(0) ack 3601
    `)
  })

  it('without SACK each segment out of order draws its own duplicate, with the same window', () => {
    const peer = Peer.established({}, 'mss 1000,wscale 7')
    const texts = []
    for (let i = 1; i < 6; i += 1) peer.inject(`. ${1000 * i + 1}:${1000 * i + 1001}(1000) ack 1 win 257`)
    for (const text of peer.poll()) texts.push(text)
    expect(texts).toEqual(Array(5).fill('. 1:1(0) ack 1 win 502'))
  })

  it('what was received before', () => {
    warm().run(`
      +0.01 < P. 1501:1601(100) ack 1 win 257
      +0    > . 1:1(0) ack 1601 <sack 1501:1601>
      +0.01 < P. 1551:1701(150) ack 1 win 257
      +0    > . 1:1(0) ack 1701 <sack 1551:1601>
    `)
  })
})

describe('SACK blocks', () => {
  const holes = `
    +0.1 < . 1001:2001(1000) ack 1 win 257
    +0   > . 1:1(0) ack 1 <sack 1001:2001>
    +0.1 < . 3001:4001(1000) ack 1 win 257
    +0   > . 1:1(0) ack 1 <sack 3001:4001 1001:2001>
    +0.1 < . 5001:6001(1000) ack 1 win 257
    +0   > . 1:1(0) ack 1 <sack 5001:6001 3001:4001 1001:2001>
    +0.1 < . 7001:8001(1000) ack 1 win 257
    +0   > . 1:1(0) ack 1 <sack 7001:8001 5001:6001 3001:4001 1001:2001>
  `
  it('RFC 2018, 4 a, RFC 2018, 4 b, RFC 2018, 4 d: the latest first, at most four', () => {
    Peer.established()
      .run(holes)
      .run(`
      +0.1 < . 9001:9101(100) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 9001:9101 7001:8001 5001:6001 3001:4001>
      +0.1 < . 2001:3001(1000) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 1001:4001 9001:9101 7001:8001 5001:6001>
      +0.1 < . 1:1001(1000) ack 1 win 257
      +0   > . 1:1(0) ack 4001 <sack 9001:9101 7001:8001 5001:6001>
    `)
  })

  it('RFC 2018, 3: three beside timestamps', () => {
    const ts = '<TS val 2 ecr 100>'
    const peer = Peer.established({}, 'mss 1000,sackOK,TS val 1 ecr 0')
    for (const left of [1001, 3001, 5001, 7001]) peer.inject(`. ${left}:${left + 1000}(1000) ack 1 win 257 ${ts}`)
    expect(peer.poll()).toEqual([expect.stringContaining('sack 7001:8001 5001:6001 3001:4001>')])
  })

  it('RFC 2018, 4 d: on data, too, whose segments they shorten', () => {
    Peer.established().run(`
      +0.1 < . 1001:2001(1000) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 1001:2001>
      +0   write 1000
      +0   > . 1:989(988) ack 1 <sack 1001:2001>
      +0   > P. 989:1001(12) ack 1 <sack 1001:2001>
    `)
  })

  it('RFC 2883 4.1: a duplicate comes first, once; 4.1.2: then the block that holds it', () => {
    Peer.established()
      .run(holes)
      .run(`
      +0.1 < . 5001:6001(1000) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 5001:6001 5001:6001 7001:8001 3001:4001>
      +0.1 < . 0:1(1) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 0:1 5001:6001 7001:8001 3001:4001>
      +0.1 < . 90000:90000(0) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 5001:6001 7001:8001 3001:4001 1001:2001>
    `)
  })

  it('RFC 2883 4.2: a partial duplicate', () => {
    Peer.established()
      .run(holes)
      .run(`
      +0.1 < . 5501:6501(1000) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 5501:6001 5001:6501 7001:8001 3001:4001>
      +0.1 < . 6501:7501(1000) ack 1 win 257
      +0   > . 1:1(0) ack 1 <sack 7001:7501 5001:8001 3001:4001 1001:2001>
    `)
  })

  it('tcp_dsack off: no duplicates are reported', () => {
    Peer.established({ config: { tcp_dsack: false } }).run(`
      +0.1 < . 0:1(1) ack 1 win 257
      +0   > . 1:1(0) ack 1 <>
    `)
  })

  it('in TIME-WAIT there are none', () => {
    Peer.reach('TIME-WAIT').run('+0.1 < . 0:1(1) ack 2 win 257\n+0 > . 2:2(0) ack 2 <>')
  })
})

describe('overlaps (RFC 9293 3.10.7.4)', () => {
  it('SHLD-31: from before RCV.NXT, across holes, beyond: the stream is whole', () => {
    const peer = Peer.established()
    for (const [left, right] of [
      [2001, 3001],
      [4001, 4501],
      [1, 501],
      [301, 2201],
      [2901, 4101],
      [4001, 6001],
      [0, 6001],
    ] as const) {
      peer.inject(`. ${left}:${right}(${right - left}) ack 1 win 257`)
      peer.poll()
    }
    peer.run('+0 readable 6000\n+0 read 6000')
  })
})

describe('RFC 7323', () => {
  const options = 'mss 1000,sackOK,TS val 1000 ecr 0'
  const fresh = () =>
    new Peer().run(`
      +0   listen
      +0   < S 0:0(0) win 32792 <${options}>
      +0   > S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,TS val 100 ecr 1000>
      +0.1 < . 1:1(0) ack 1 win 257 <TS val 1100 ecr 100>
    `)

  it('RFC 7323, 4.3: the echo is of the earliest segment that the ACK covers, of the last in order', () => {
    fresh().run(`
      +0.1 < . 1001:2001(1000) ack 1 win 257 <TS val 1200 ecr 100>
      +0   > . 1:1(0) ack 1 win 65160 <TS val 300 ecr 1100,sack 1001:2001>
      +0.1 < . 1:1001(1000) ack 1 win 257 <TS val 1150 ecr 100>
      +0   > . 1:1(0) ack 2001 win 63160 <TS val 400 ecr 1150>
    `)
  })

  it('RFC 7323, 5.3 R1: an older timestamp: the segment is dropped and acknowledged (PAWS)', () => {
    const peer = fresh().run(`
      +0.1 < P. 1:11(10) ack 1 win 257 <TS val 1099 ecr 100>
      +0   > . 1:1(0) ack 1 win 65160 <TS val 300 ecr 1100>
      +0   readable 0
      +0.1 < P. 1:11(10) ack 1 win 257 <TS val 1100 ecr 100>
      +0   > . 1:1(0) ack 11
    `)
    expect(peer.counters.PAWSEstab).toBe(1)
  })

  it('RFC 7323, 5.2: RST is not subject to it', () => {
    fresh().run('+0.1 < R 1:1(0) win 0 <TS val 5 ecr 0>\n+0 error ECONNRESET')
  })

  it('a bare ACK that was overtaken is no matter', () => {
    const peer = fresh().run(`
      +0.1 < P. 1:11(10) ack 1 win 257 <TS val 1200 ecr 100>
      +0   > . 1:1(0) ack 11
      +0.1 < . 1:1(0) ack 1 win 257 <TS val 1100 ecr 100>
    `)
    expect(peer.counters.PAWSEstab).toBe(1)
  })

  it('RFC 7323, 3.2 b: a segment without the option is taken all the same (as Linux)', () => {
    fresh().run('+0.1 < P. 1:11(10) ack 1 win 257\n+0 > . 1:1(0) ack 11')
  })

  it('RFC 7323, 5.5: after 24 days without a segment the timestamp remembered means nothing', () => {
    fresh().run(`
      +2073600 < P. 1:11(10) ack 1 win 257 <TS val 5 ecr 100>
      +0       > . 1:1(0) ack 11 win 65150 <TS val 2073600200 ecr 5>
    `)
    fresh().run(`
      +2073599 < P. 1:11(10) ack 1 win 257 <TS val 5 ecr 100>
      +0       > . 1:1(0) ack 1
    `)
  })

  it('the clocks wrap', () => {
    new Peer().run(`
      +0   listen
      +0   < S 0:0(0) win 32792 <mss 1000,TS val 4294967290 ecr 0>
      +0   > S. 0:0(0) ack 1
      +0.1 < . 1:1(0) ack 1 win 257 <TS val 4294967295 ecr 100>
      +0.1 < P. 1:11(10) ack 1 win 257 <TS val 3 ecr 100>
      +0   > . 1:1(0) ack 11 win 65150 <TS val 300 ecr 3>
      +0.1 < P. 11:21(10) ack 1 win 257 <TS val 4294967295 ecr 100>
      +0   > . 1:1(0) ack 11
    `)
  })
})
