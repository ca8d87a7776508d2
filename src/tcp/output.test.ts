import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pattern } from '../sim/script/pattern.ts'
import { FIN, PSH, type TcpSegment } from '../wire/tcp.ts'
import { Pair } from './pair.testkit.ts'
import { Peer } from './peer.testkit.ts'

describe("RFC 896, RFC 9293 3.7.4: Nagle, with Minshall's rule (Linux)", () => {
  it('SHLD-7: a short segment waits while a short one is unacknowledged', () => {
    Peer.established().run(`
      +0.1  write 100
      +0    > P. 1:101(100) ack 1
      +0.01 write 100
      +0.01 write 100
      +0.08 < . 1:1(0) ack 101 win 257
      +0    > P. 101:301(200) ack 1
    `)
  })

  it('a full segment never waits, and the short one behind full ones does not either', () => {
    Peer.established().run(`
      +0.1  write 100
      +0    > P. 1:101(100) ack 1
      +0.01 write 1000
      +0    > P. 101:1101(1000) ack 1
      +0.09 < . 1:1(0) ack 1101 win 257
      +0    write 1100
      +0    > . 1101:2101(1000) ack 1
      +0    > P. 2101:2201(100) ack 1
      +0.01 write 1
      +0.09 < . 1:1(0) ack 2101 win 257
      +0.01 < . 1:1(0) ack 2201 win 257
      +0    > P. 2201:2202(1) ack 1
    `)
  })

  it('MUST-17: TCP_NODELAY turns it off', () => {
    Peer.established().run(`
      +0.1 set noDelay true
      +0   write 1
      +0   > P. 1:2(1) ack 1
      +0   write 1
      +0   > P. 2:3(1) ack 1
    `)
  })

  it('TCP_CORK: only full segments, for at most the time of a probe', () => {
    Peer.established().run(`
      +0.1 set cork true
      +0   write 100
      +0.1 write 950
      +0   > . 1:1001(1000) ack 1
      +0.1 < . 1:1(0) ack 1001 win 257
      +0.3 > P. 1001:1051(50) ack 1
      +0.1 < . 1:1(0) ack 1051 win 257
      +0   write 10
      +0.1 set cork false
      +0   > P. 1051:1061(10) ack 1
    `)
  })

  it('a FIN does not wait, and takes the rest with it', () => {
    Peer.established().run(`
      +0.1 write 100
      +0   > P. 1:101(100) ack 1
      +0   write 100
      +0   shutdown
      +0   > FP. 101:201(100) ack 1
    `)
  })
})

describe('RFC 9293 3.8.6.2.1 (MUST-38): no silly windows from the sender', () => {
  it('a window with no room for a segment waits until the one in flight is acknowledged', () => {
    Peer.established().run(`
      +0.1 < . 1:1(0) ack 1 win 0
      +0.1 < . 1:1(0) ack 1 win 12
      +0   write 3000
      +0   > . 1:1001(1000) ack 1
      +0.1 < . 1:1(0) ack 1001 win 4
      +0.3 > P. 1001:1513(512) ack 1
    `)
  })

  it('a peer with a tiny window gets half of it at a time (Linux: tcp_bound_to_half_wnd)', () => {
    new Peer().run(`
      +0   listen
      +0   < S 0:0(0) win 800 <mss 1000>
      +0   > S. 0:0(0) ack 1
      +0.1 < . 1:1(0) ack 1 win 800
      +0   write 800
      +0   > . 1:401(400) ack 1
      +0   > P. 401:801(400) ack 1
    `)
  })
})

describe('RFC 9293 3.9.1.2: PSH', () => {
  it('MUST-61: where nothing waits behind, also when sent again', () => {
    Peer.established({ config: { tcp_early_retrans: false } }).run(`
      +0.1 write 2000
      +0   > . 1:1001(1000) ack 1
      +0   > P. 1001:2001(1000) ack 1
      +0.1 < . 1:1(0) ack 1001 win 257
      +0.3 > P. 1001:2001(1000) ack 1
    `)
  })

  it('not with an empty FIN', () => {
    Peer.established().run('+0 shutdown\n+0 > F. 1:1(0) ack 1')
  })
})

describe('RFC 9293 3.8.5, RFC 6093: urgent data', () => {
  it('MUST-30, MUST-62, RFC 6093, 4: the pointer is one past the last urgent octet, in every segment up to it', () => {
    Peer.established().run(`
      +0.1 urgent 1500
      +0   > .U 1:1001(1000) ack 1 win 502 urg 1500
      +0   > P.U 1001:1501(500) ack 1 win 502 urg 500
      +0   write 10
      +0   > P. 1501:1511(10) ack 1
      +0.1 < . 1:1(0) ack 1511 win 257
      +0   write 10
      +0   > P. 1511:1521(10) ack 1
    `)
  })

  it('MUST-31: the pointer is bounded by its 16 bits, what is urgent is not', () => {
    const peer = Peer.established({ segmentationLimit: 0 }, 'mss 1000,sackOK,wscale 7')
    peer.tcb.sendBuffer.capacity = 200_000
    peer.perform('urgent 100000')
    peer.poll()
    expect(peer.segments.at(-1)?.urgentPointer).toBe(65_535)
  })

  it('MUST-30, MUST-31, MUST-32, MUST-33: received: signalled once for a stretch, and found by SIOCATMARK', () => {
    const peer = Peer.established().run(`
      +0.1 < PU. 1:101(100) ack 1 win 257 urg 50
      +0   > . 1:1(0) ack 101
      +0   urgentAhead 50
      +0   read 20
      +0   urgentAhead 30
      +0   read 80
      +0   urgentAhead 0
    `)
    expect(peer.connection.takeEvents() & 32).toBe(32)
    peer.run('+0.1 < PU. 50:101(51) ack 1 win 257 urg 1\n+0 > . 1:1(0) ack 101')
    expect(peer.connection.takeEvents() & 32).toBe(0)
    // Of any length, ahead of the text.
    peer.run('+0.1 < PU. 101:111(10) ack 1 win 257 urg 5000\n+0 > . 1:1(0) ack 111\n+0 urgentAhead 5000')
    expect(peer.connection.takeEvents() & 32).toBe(32)
  })
})

describe('RFC 6928, RFC 5681: how much goes', () => {
  it('MUST-19: ten segments at first, then two for each acknowledged', () => {
    const peer = Peer.established().run('+0.1 write 40000'.replace('write 40000', 'quiet'))
    peer.perform('write 40000')
    expect(peer.poll().length).toBe(10)
    peer.inject('. 1:1(0) ack 2001 win 500')
    expect(peer.poll().length).toBe(4)
    expect(peer.tcb.congestion.cwnd).toBe(12)
  })

  it('MUST-19: in congestion avoidance one segment a round trip', () => {
    const peer = Peer.established()
    peer.tcb.congestion.ssthresh = 10
    peer.perform('write 40000')
    peer.poll()
    for (let i = 0; i < 10; i += 1) {
      peer.inject(`. 1:1(0) ack ${1000 * i + 1001} win 500`)
      peer.poll()
    }
    expect(peer.tcb.congestion.cwnd).toBe(11)
  })

  it('RFC 7661: the window does not grow while it is not used', () => {
    const peer = Peer.established()
    for (let i = 0; i < 30; i += 1) {
      peer.perform('write 1000')
      peer.poll()
      peer.inject(`. 1:1(0) ack ${1000 * i + 1001} win 500`)
    }
    expect(peer.tcb.congestion.cwnd).toBe(10)
  })

  it('RFC 5681 4.1: after an idle time of some RTOs it is halved for each, not below the initial one', () => {
    const peer = Peer.established()
    peer.tcb.congestion.cwnd = 100
    peer.run(`
      +0.1 write 10
      +0   > P. 1:11(10) ack 1
      +0.1 < . 1:1(0) ack 11 win 500
      +0.5 write 10
      +0   > P. 11:21(10) ack 1
      +0   cwnd 50
      +0.1 < . 1:1(0) ack 21 win 500
      +60  write 10
      +0   > P. 21:31(10) ack 1
      +0   cwnd 10
    `)
  })
})

describe('the path MTU shrinks', () => {
  it('MUST-16, RFC 1191: what was too large goes again in smaller pieces, which is no congestion', () => {
    const peer = Peer.established({ config: { tcp_early_retrans: false } }).run(`
      +0.1 write 3000
      +0   > . 1:1001(1000) ack 1
      +0   > . 1001:2001(1000) ack 1
      +0   > P. 2001:3001(1000) ack 1
      +0.1 mss 400
      +0   > . 1:401(400) ack 1
      +0   > . 401:801(400) ack 1
      +0   > . 801:1001(200) ack 1
      +0   > . 1001:1401(400) ack 1
      +0   > . 1401:1801(400) ack 1
      +0   > . 1801:2001(200) ack 1
      +0   > . 2001:2401(400) ack 1
      +0   > . 2401:2801(400) ack 1
      +0   > P. 2801:3001(200) ack 1
      +0   cwnd 10
      +0.1 < . 1:1(0) ack 3001 win 257
      +0   write 500
      +0   > . 3001:3401(400) ack 1
      +0   > P. 3401:3501(100) ack 1
    `)
    expect(peer.tcb.recovery.phase).toBe('Open')
    expect(peer.tcb.congestion.ssthresh).toBe(0x7fffffff)
  })

  it('it grows again: larger segments', () => {
    Peer.established({ mss: 400 }).run(`
      +0.1 write 400
      +0   > P. 1:401(400) ack 1
      +0   mss 1460
      +0   write 1000
      +0   > P. 401:1401(1000) ack 1
    `)
  })
})

describe('super-packets', () => {
  it('whole segments only, within the windows, with PSH', () => {
    const peer = Peer.established({ segmentationLimit: 65_000 })
    peer.perform('write 13500')
    const texts = peer.poll()
    expect(texts.map((text) => text.replace(/ win.*/, ''))).toEqual(['P. 1:10001(10000) ack 1'])
    expect(peer.segments.at(-1)?.segmentSize).toBe(1000)
    peer.inject('. 1:1(0) ack 10001 win 257')
    expect(peer.poll().map((text) => text.replace(/ win.*/, ''))).toEqual([
      'P. 10001:13001(3000) ack 1',
      'P. 13001:13501(500) ack 1',
    ])
  })

  it('a part acknowledged, a part lost: the rest is sent again segment by segment', () => {
    const peer = Peer.established({ segmentationLimit: 65_000 })
    peer.perform('write 10000')
    peer.poll()
    peer.inject('. 1:1(0) ack 1501 win 257 <sack 3001:10001>')
    peer.poll()
    expect(peer.segments.slice(-2).map((s) => s.payloadLength)).toEqual([500, 1000])
  })

  /** Cuts a super-packet as a device would. */
  function cut(segment: TcpSegment): TcpSegment[] {
    const pieces: TcpSegment[] = []
    const size = segment.segmentSize
    for (let at = 0; at < segment.payloadLength; at += size) {
      const piece = Object.assign(Object.create(Object.getPrototypeOf(segment)), segment) as TcpSegment
      piece.seq = (segment.seq + at) >>> 0
      piece.bytes = segment.bytes.slice(at, at + size)
      piece.payloadLength = piece.bytes.length
      piece.segmentSize = 0
      if (at + size < segment.payloadLength) piece.flags &= ~(PSH | FIN)
      pieces.push(piece)
    }
    return pieces
  }

  it('cut on the way or joined on arrival, the stream is the same', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 3000, max: 65_000 }),
        fc.boolean(),
        (writes, limit, join) => {
          const pair = Pair.established()
          pair.a.connection.tcb.segmentationLimit = limit
          let wrote = 0
          const got: number[] = []
          for (const length of writes) {
            wrote += pair.a.connection.write(pattern(wrote, length), 0, length)
            for (let i = 0; i < 50; i += 1) {
              for (const segment of pair.a.drain(pair.now)) {
                const pieces = join || segment.segmentSize === 0 ? [segment] : cut(segment)
                for (const piece of pieces) pair.b.connection.receive(piece, pair.now)
              }
              got.push(...pair.b.readAll(pair.now))
              for (const segment of pair.b.drain(pair.now)) pair.a.connection.receive(segment, pair.now)
              pair.now += 1000
            }
          }
          expect(Buffer.compare(Buffer.from(got), Buffer.from(pattern(0, wrote)))).toBe(0)
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('the send buffer', () => {
  it('grows with the congestion window up to tcp_wmem[2]', () => {
    const peer = Peer.established()
    const before = peer.tcb.sendBuffer.capacity
    expect(before).toBe(2 * 10 * (2048 + 256))
    peer.perform('write 40000')
    peer.poll()
    peer.inject('. 1:1(0) ack 10001 win 500')
    expect(peer.tcb.sendBuffer.capacity).toBe(2 * before)
  })

  it('SO_SNDBUF locks it; a full one takes no more, and tells when there is room', () => {
    const peer = new Peer()
    peer.tcb.options.sendBufferLocked = true
    peer.tcb.sendBuffer.capacity = 5000
    peer.run(`
      +0   listen
      +0   < S 0:0(0) win 32792 <mss 1000>
      +0   > S. 0:0(0) ack 1
      +0.1 < . 1:1(0) ack 1 win 32792
    `)
    peer.connection.takeEvents()
    expect(peer.connection.write(pattern(0, 9000), 0, 9000)).toBe(5000)
    expect(peer.connection.write(pattern(0, 1), 0, 1)).toBe(0)
    peer.poll()
    peer.inject('. 1:1(0) ack 1001 win 32792')
    expect(peer.connection.takeEvents()).toBe(0)
    peer.inject('. 1:1(0) ack 2001 win 32792')
    expect(peer.connection.takeEvents()).toBe(4)
  })
})
