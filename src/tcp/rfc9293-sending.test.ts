import { describe, expect, it } from 'vitest'
import { ACK, FIN, PSH, SYN, URG } from '../wire/tcp.ts'
import { Peer } from './peer.testkit.ts'

/** No tail loss probes: only the rule under test decides what goes when. */
const plain = { config: { tcp_early_retrans: false } }

describe('RFC 9293 3.7.1, 3.2: the MSS option', () => {
  it.each([
    [536, 'mss 536'],
    [1220, 'mss 1220'],
    [1460, 'mss 1460'],
    [8960, 'mss 8960'],
  ])('SHLD-5, MAY-3: in each SYN and SYN,ACK, the default value too (%d)', (mss, option) => {
    new Peer({ mss }).run(`+0 connect\n+0 > S 0:0(0) win ${WINDOW[mss]} <${option},sackOK,TS val 100 ecr 0,wscale 7>`)
    new Peer({ mss }).run(`+0 listen\n+0 < S 0:0(0) win 32792\n+0 > S. 0:0(0) ack 1 <${option}>`)
  })

  it('SHLD-5: in a SYN that goes again', () => {
    new Peer().run(`
      +0 connect
      +0 > S 0:0(0) win 64240 <mss 1460,sackOK,TS val 100 ecr 0,wscale 7>
      +1 > S 0:0(0) win 64240 <mss 1460,sackOK,TS val 1100 ecr 0,wscale 7>
    `)
  })

  it('MUST-65: in no other segment, from the third ACK to the last', () => {
    const active = new Peer(plain).run(`
      +0   connect
      +0   > S 0:0(0)
      +0.1 < S. 0:0(0) ack 1 win 5792 <mss 1000,sackOK>
      +0   > . 1:1(0) ack 1
      +0   write 10
      +0   > P. 1:11(10) ack 1
      +0.3 > P. 1:11(10) ack 1
      +0.1 < P. 1:11(10) ack 11 win 257
      +0   > . 11:11(0) ack 11
      +0   shutdown
      +0   > F. 11:11(0) ack 11
      +0.1 < F. 11:11(0) ack 12 win 257
      +0   > . 12:12(0) ack 12
    `)
    const aborted = Peer.established().run('+0.1 abort\n+0 > R. 1:1(0) ack 1')
    for (const { flags, mss } of [...active.segments, ...aborted.segments]) expect(mss > 0).toBe((flags & SYN) !== 0)
  })
})

/** The initial window: half the receive buffer in whole segments. */
const WINDOW: Readonly<Record<number, number>> = { 536: 65_392, 1220: 64_660, 1460: 64_240, 8960: 62_720 }

describe('RFC 9293 3.7.4, 3.9.1.2: from writes to segments', () => {
  it('SHLD-7, MAY-16: short writes are gathered while a short one is unacknowledged', () => {
    Peer.established(plain).run(`
      +0.1 write 10
      +0   > P. 1:11(10) ack 1
      +0   write 20
      +0   write 30
      +0.1 < . 1:1(0) ack 11 win 257
      +0   > P. 11:61(50) ack 1
    `)
  })

  it('SHLD-27: however many writes a segment gathers, its PSH is one and its size the largest', () => {
    Peer.established(plain)
      .run('+0.1 write 10\n+0 > P. 1:11(10) ack 1')
      .run('+0 write 90\n'.repeat(11))
      .run(`
      +0   write 110
      +0   > . 11:1011(1000) ack 1
      +0   write 790
      +0.1 < . 1:1(0) ack 1011 win 257
      +0   > P. 1011:1901(890) ack 1
    `)
  })

  it('SHLD-28: what is enough for several segments goes in full ones', () => {
    Peer.established(plain).run(`
      +0.1 write 3500
      +0   > . 1:1001(1000) ack 1
      +0   > . 1001:2001(1000) ack 1
      +0   > . 2001:3001(1000) ack 1
      +0   > P. 3001:3501(500) ack 1
    `)
  })

  it('SHLD-28: a window that has room for half a segment is not cut up for', () => {
    Peer.established(plain, 'mss 1000,sackOK').run(`
      +0.1 write 3500
      +0   > . 1:1001(1000) ack 1
      +0   > . 1001:2001(1000) ack 1
      +0   > . 2001:3001(1000) ack 1
      +0   > P. 3001:3501(500) ack 1
      +0.1 < . 1:1(0) ack 3501 win 2500
      +0   write 3000
      +0   > . 3501:4501(1000) ack 1
      +0   > . 4501:5501(1000) ack 1
      +0.1 < . 1:1(0) ack 4501 win 2500
      +0   > P. 5501:6501(1000) ack 1
    `)
  })

  it('MUST-60: what Nagle holds back goes at the latest when all before it is acknowledged', () => {
    Peer.established(plain).run(`
      +0.1 write 10
      +0   > P. 1:11(10) ack 1
      +0   write 5
      +0.3 > . 1:11(10) ack 1
      +0.1 < . 1:1(0) ack 11 win 257
      +0   > P. 11:16(5) ack 1
    `)
  })

  it('MUST-60: what TCP_CORK holds back goes after a probe interval', () => {
    Peer.established(plain).run(`
      +0   set cork true
      +0.1 write 5
      +0.3 > P. 1:6(5) ack 1
    `)
  })

  it('MUST-61, MAY-15: SEND has no PUSH flag; PSH is where the queue ends, and only there', () => {
    const peer = Peer.established(plain)
    peer.perform('write 2000')
    peer.perform('write 1')
    peer.poll()
    expect(peer.segments.slice(-3).map(({ flags }) => flags)).toEqual([ACK, ACK, ACK | PSH])
    expect(peer.connection.write.length).toBe(3)
  })

  it('MAY-14: there is no FLUSH: what was written beyond the window waits for it', () => {
    Peer.established(plain, 'mss 1000,sackOK').run(`
      +0.1 < . 1:1(0) ack 1 win 0
      +0   write 1000
      +0   shutdown
      +0.1 < . 1:1(0) ack 1 win 5000
      +0   > FP. 1:1001(1000) ack 1
    `)
  })
})

describe('RFC 9293 3.8.5: urgent data', () => {
  it('SHLD-13: nothing is urgent unless the user says so', () => {
    const peer = Peer.established(plain).run(`
      +0.1 write 2500
      +0   > . 1:1001(1000) ack 1
      +0   > . 1001:2001(1000) ack 1
      +0   > P. 2001:2501(500) ack 1
      +0.1 < . 1:1(0) ack 2501 win 257
      +0   shutdown
      +0   > F. 2501:2501(0) ack 1
    `)
    for (const { flags, urgentPointer } of peer.segments) expect([flags & URG, urgentPointer]).toEqual([0, 0])
    expect((peer.segments.at(-1)?.flags ?? 0) & FIN).toBe(FIN)
  })
})

describe('RFC 9293 3.8.6: a window that shrinks', () => {
  /** Three segments of 1000 in flight and two more waiting; the window is then taken back to 1500 from the first. */
  const shrunk = () =>
    Peer.established(plain, 'mss 1000').run(`
      +0   < P. 1:3(2) ack 1 win 3000
      +0   > . 1:1(0) ack 3
      +0   < P. 3:4(1) ack 1 win 3000
      +0   > . 1:1(0) ack 4
      +0   write 5000
      +0   > . 1:1001(1000) ack 4
      +0   > . 1001:2001(1000) ack 4
      +0   > . 2001:3001(1000) ack 4
      +0.1 < . 4:4(0) ack 1 win 1500
    `)

  it('SHLD-15: nothing new is sent', () => {
    const peer = shrunk()
    expect(peer.tcb.snd.wnd).toBe(1500)
    peer.run(`
      +0.05 < . 4:4(0) ack 1001 win 1500
      +0.05 < . 4:4(0) ack 2001 win 1000
      +0.05 < . 4:4(0) ack 3001 win 1500
      +0   > . 3001:4001(1000) ack 4
    `)
  })

  it('SHLD-16, MAY-7: what lies within is retransmitted as ever, what lies beyond is not', () => {
    shrunk().run(`
      +0.2 > . 1:1001(1000) ack 4
      +0.1 < . 4:4(0) ack 1001 win 1500
      +0   > . 1001:2001(1000) ack 4
      +0   > . 2001:2501(500) ack 4
    `)
  })

  it('MAY-7: the head alone goes beyond the edge, as a probe', () => {
    Peer.established(plain, 'mss 1000').run(`
      +0.1 write 2000
      +0   > . 1:1001(1000) ack 1
      +0   > P. 1001:2001(1000) ack 1
      +0.1 < P. 1:2(1) ack 1 win 0
      +0   > . 1:1(0) ack 2
      +0.2 > . 1:1001(1000) ack 2
      +0.6 > . 1:1001(1000) ack 2
    `)
  })

  it('SHLD-17: data beyond the edge does not time the connection out while the peer answers', () => {
    const peer = Peer.established(plain, 'mss 1000').run(`
      +0.1 write 1000
      +0   > P. 1:1001(1000) ack 1
      +0.1 < P. 1:2(1) ack 1 win 0
      +0   > . 1:1(0) ack 2
    `)
    for (let i = 0; i < 60; i += 1) {
      peer.advance(peer.connection.deadline())
      peer.inject('. 2:2(0) ack 1 win 0')
    }
    // Long after R2.
    expect(peer.now).toBeGreaterThan(5_000_000_000)
    expect(peer.state).toBe('ESTABLISHED')
  })

  it('SHLD-29, SHLD-30: a closed window is probed after the RTO, then at intervals that double', () => {
    const peer = Peer.established(plain).run('+0.1 < . 1:1(0) ack 1 win 0\n+0 write 10')
    const rto = peer.tcb.rtt.rto
    const begun = peer.now
    const times: number[] = []
    for (let i = 0; i < 6; i += 1) {
      peer.advance(peer.connection.deadline())
      times.push((peer.now - begun) / rto)
      peer.inject('. 1:1(0) ack 1 win 0')
    }
    expect(times).toEqual([1, 3, 7, 15, 31, 63])
  })
})

describe('RFC 9293 3.8.2: congestion control', () => {
  it('MAY-18: is a part that can be another: three hooks on a window of its own', () => {
    const calls: string[] = []
    const peer = Peer.established({
      ...plain,
      control: {
        name: 'test',
        threshold: () => 7,
        acknowledged: (window, acked) => {
          calls.push(`acknowledged ${acked}`)
          window.cwnd += 5
        },
        congested: () => calls.push('congested'),
      },
    })
    peer.perform('write 12000')
    expect(peer.poll().length).toBe(10)
    peer.inject('. 1:1(0) ack 1001 win 257')
    expect(peer.tcb.congestion.cwnd).toBe(15)
    peer.skip(400_000)
    expect(peer.tcb.congestion.ssthresh).toBe(7)
    expect(calls).toEqual(['acknowledged 1', 'congested'])
  })
})
