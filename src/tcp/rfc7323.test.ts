import { describe, expect, it } from 'vitest'
import { ACK, RST } from '../wire/tcp.ts'
import { Peer } from './peer.testkit.ts'

const plain = { config: { tcp_early_retrans: false } }

/** A connection with timestamps, the last of which was 1100. */
const stamped = (setup = {}) =>
  new Peer(setup).run(`
    +0   listen
    +0   < S 0:0(0) win 32792 <mss 1000,sackOK,TS val 1000 ecr 0>
    +0   > S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 100 ecr 1000>
    +0.1 < . 1:1(0) ack 1 win 32792 <TS val 1100 ecr 100>
  `)

describe('RFC 7323, 2: window scale', () => {
  it("RFC 7323, 2.3 a: our field is shifted by our scale, the peer's by its own", () => {
    const peer = Peer.established({ config: { tcp_rmem: [4096, 131_072, 6_291_456] } }, 'mss 1000,sackOK,wscale 3')
    expect([peer.tcb.window.scale, peer.tcb.snd.scale]).toEqual([7, 3])
    expect(peer.tcb.snd.wnd).toBe(257 << 3)
    peer.run('+0.1 < P. 1:101(100) ack 1 win 1000\n+0 > . 1:1(0) ack 101 win 502\n+0 < . 101:101(0) ack 1 win 1000')
    expect(peer.tcb.snd.wnd).toBe(8000)
    // What the field says is what we mean, but for the rounding up.
    expect(peer.tcb.window.offered).toBe(502 << 7)
  })

  it('RFC 7323, 2.3: without the option in the SYN both shifts are zero', () => {
    const peer = Peer.established({}, 'mss 1000,sackOK')
    expect([peer.tcb.window.scale, peer.tcb.snd.scale, peer.tcb.snd.wnd]).toEqual([0, 0, 32_896])
  })

  it('RFC 7323, 2.4: an edge that rounding has moved back is no closed window, and our ACKs stay acceptable', () => {
    const peer = Peer.established(plain).run(`
      +0.1 < . 1:1(0) ack 1 win 32
      +0   < P. 1:2(1) ack 1 win 32
      +0   > . 1:1(0) ack 2
      +0   < P. 2:3(1) ack 1 win 32
      +0   > . 1:1(0) ack 3
      +0   write 4096
      +0   > . 1:1001(1000) ack 3
      +0   > . 1001:2001(1000) ack 3
      +0   > . 2001:3001(1000) ack 3
      +0   > . 3001:4001(1000) ack 3
      +0   > P. 4001:4097(96) ack 3
    `)
    expect(peer.tcb.snd.wnd).toBe(4096)
    // 100 octets were taken: room for 3996, of which the field can say 3968.
    peer.inject('. 3:3(0) ack 101 win 31')
    expect(peer.tcb.windowEnd - peer.tcb.snd.nxt).toBe(-28)
    peer.run(`
      +0.1 < P. 3:4(1) ack 101 win 31
      +0.04 > . 4097:4097(0) ack 4
      +0.16 > . 101:1001(900) ack 4
    `)
  })

  it('RFC 7323, 2.4 b: what goes for the first time lies within the window announced last', () => {
    Peer.established(plain, 'mss 1000,sackOK,wscale 7').run(`
      +0.1 < P. 1:2(1) ack 1 win 257
      +0   > . 1:1(0) ack 2
      +0   < . 2:2(0) ack 1 win 20
      +0   write 3000
      +0   > . 1:1001(1000) ack 2
      +0   > . 1001:2001(1000) ack 2
      +0.1 < . 2:2(0) ack 1001 win 19
      +0   > P. 2001:3001(1000) ack 2
    `)
  })
})

describe('RFC 7323, 3.2: the timestamps option', () => {
  it('RFC 7323, 3.2: is in every segment once both SYNs had it, in our RST too', () => {
    const peer = stamped(plain).run(`
      +0.1 write 10
      +0   > P. 1:11(10) ack 1
      +0.3 > P. 1:11(10) ack 1
      +0.1 < P. 1:11(10) ack 11 win 257 <TS val 1500 ecr 600>
      +0   > . 11:11(0) ack 11
      +0   keepalive 10 1 3
      +10  > . 10:10(0) ack 11
      +0   < . 11:11(0) ack 11 win 257 <TS val 12000 ecr 600>
      +0   shutdown
      +0   > F. 11:11(0) ack 11
      +0.1 abort
      +0   > R. 12:12(0) ack 11
    `)
    expect(peer.segments.map((segment) => segment.hasTimestamps)).toEqual(Array(7).fill(true))
  })

  it('RFC 7323, 3.2 a: where it was not agreed on it means nothing, however old', () => {
    const peer = Peer.established({}, 'mss 1000,sackOK').run(`
      +0.1 < P. 1:11(10) ack 1 win 32792 <TS val 900 ecr 1>
      +0   > . 1:1(0) ack 11 <>
      +0   < P. 11:21(10) ack 1 win 32792 <TS val 5 ecr 4000>
      +0   > . 1:1(0) ack 21 <>
    `)
    expect(peer.counters.PAWSEstab).toBe(0)
  })

  it('RFC 7323, 3.2 c: the echo is zero where there is no ACK, and not looked at where there is none', () => {
    new Peer().run('+0 connect\n+0 > S 0:0(0) win 64240 <mss 1460,sackOK,TS val 100 ecr 0,wscale 7>')
    new Peer().run(`
      +0   listen
      +0   < S 0:0(0) win 32792 <mss 1000,TS val 1000 ecr 4294000000>
      +0   > S. 0:0(0) ack 1 <mss 1460,TS val 100 ecr 1000>
      +0.1 < . 1:1(0) ack 1 win 257 <TS val 1100 ecr 100>
      +0   state ESTABLISHED
      +0   srtt 100000
    `)
  })
})

describe('RFC 7323, 4: round-trip times', () => {
  it('RFC 7323, 4.1: an echo counts only where something new is acknowledged', () => {
    const peer = stamped(plain).run('+0.1 write 10\n+0 > P. 1:11(10) ack 1')
    const { srtt } = peer.tcb.rtt
    peer.skip(250_000)
    // A duplicate and a window update that echo what is long gone.
    peer.inject('. 1:1(0) ack 1 win 32792 <TS val 1500 ecr 100>')
    peer.inject('. 1:1(0) ack 1 win 40000 <TS val 1500 ecr 100>')
    expect(peer.tcb.rtt.srtt).toBe(srtt)
    peer.inject('. 1:1(0) ack 11 win 40000 <TS val 1500 ecr 300>')
    expect(peer.tcb.rtt.srtt).toBeGreaterThan(srtt)
  })

  it('RFC 7323, 4.2: many samples in a round trip do not make the RTO forget', () => {
    const { rtt } = Peer.established().tcb
    for (let i = 0; i < 8; i += 1) rtt.sample(i % 2 === 0 ? 50_000 : 950_000, 1000 * i, 1000 * i)
    const nervous = rtt.rto - rtt.srtt
    // Thirty samples, all of the same round trip.
    for (let i = 0; i < 30; i += 1) rtt.sample(rtt.srtt, 7000, 40_000)
    expect(rtt.rto - rtt.srtt).toBeGreaterThan(nervous / 2)
  })

  it('RFC 7323, 4.3: a delayed ACK echoes the first of the segments it covers', () => {
    const peer = stamped()
    peer.tcb.acks.quick = 0
    peer.tcb.acks.ato = 40_000
    peer.tcb.acks.lastReceivedAt = peer.now
    peer.run(`
      +0    < P. 1:101(100) ack 1 win 32792 <TS val 1200 ecr 100>
      +0.01 < P. 101:201(100) ack 1 win 32792 <TS val 1210 ecr 100>
      +0.03 > . 1:1(0) ack 201 <TS val 240 ecr 1200>
    `)
  })
})

describe('RFC 7323, 5: protection against wrapped sequence numbers', () => {
  it('RFC 7323, 5.2: a RST leaves no timestamp behind', () => {
    const peer = stamped().run(`
      +0.1 < R 50:50(0) win 0 <TS val 9000 ecr 0>
      +0   > . 1:1(0) ack 1 win 65160 <TS val 300 ecr 1100>
    `)
    expect(peer.tcb.tsRecent).toBe(1100)
  })

  it('RFC 7323, 5.3 R1: a FIN, a SYN or an ACK of the past is dropped and acknowledged as text is', () => {
    for (const segment of ['F. 1:1(0) ack 1', 'S 1:1(0)', 'P. 1:2(1) ack 1']) {
      const peer = stamped()
      peer.inject(`${segment} win 257 <TS val 1099 ecr 100>`)
      expect(peer.poll().map((text) => text.replace(/ win.*/, ''))).toEqual(['. 1:1(0) ack 1'])
      expect([peer.state, peer.tcb.tsRecent, peer.counters.PAWSEstab]).toEqual(['ESTABLISHED', 1100, 1])
    }
  })

  it('RFC 7323, 5.3 R2: outside the window a segment is dropped however new it is', () => {
    const peer = stamped().run(`
      +0.1 < P. 90000:90100(100) ack 1 win 257 <TS val 5000 ecr 100>
      +0   > . 1:1(0) ack 1 win 65160 <TS val 300 ecr 1100>
      +0   < P. 4294967200:4294967210(10) ack 1 win 257 <TS val 5000 ecr 100>
      +0   > . 1:1(0) ack 1
    `)
    expect(peer.tcb.tsRecent).toBe(1100)
  })

  it('RFC 7323, 5.3 R3, RFC 7323, 5.3 R4: at the left edge it is taken, and its timestamp remembered', () => {
    const peer = stamped().run(`
      +0.1 < P. 1:11(10) ack 1 win 257 <TS val 1200 ecr 100>
      +0   > . 1:1(0) ack 11 <TS val 300 ecr 1200>
      +0   readable 10
    `)
    expect(peer.tcb.tsRecent).toBe(1200)
  })

  it('RFC 7323, 5.3 R5: out of order it is kept, and its timestamp is not', () => {
    const peer = stamped().run(`
      +0.1 < P. 1001:1011(10) ack 1 win 257 <TS val 1200 ecr 100>
      +0   > . 1:1(0) ack 1 <TS val 300 ecr 1100,sack 1001:1011>
      +0   < . 1:1001(1000) ack 1 win 257 <TS val 1150 ecr 100>
      +0   > . 1:1(0) ack 1011 <TS val 300 ecr 1150>
      +0   readable 1010
    `)
    expect(peer.tcb.tsRecent).toBe(1150)
  })

  it('RFC 7323, 5.4: the clock ticks once a millisecond, and never back', () => {
    const peer = stamped()
    for (let i = 1; i <= 40; i += 1) {
      peer.inject(`P. ${i}:${i + 1}(1) ack 1 win 257 <TS val ${1100 + i} ecr 100>`)
      peer.poll()
      peer.perform('read all')
      peer.advance(peer.now + 250_500)
    }
    const answers = peer.segments.filter(({ flags }) => flags === ACK)
    expect(answers.length).toBeGreaterThanOrEqual(40)
    expect(answers.some(({ flags }) => flags & RST)).toBe(false)
    for (let i = 1; i < answers.length; i += 1) {
      expect((answers[i]?.tsVal ?? 0) - (answers[i - 1]?.tsVal ?? 0)).toBeGreaterThanOrEqual(0)
    }
    expect((answers.at(-1)?.tsVal ?? 0) - (answers[0]?.tsVal ?? 0)).toBeCloseTo(39 * 250.5, -2)
  })
})
