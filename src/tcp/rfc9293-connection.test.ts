import { describe, expect, it } from 'vitest'
import { pattern } from '../sim/script/pattern.ts'
import { rfc } from './config.ts'
import { Pair } from './pair.testkit.ts'
import { Peer } from './peer.testkit.ts'
import { ENDED, URGENT } from './tcb.ts'

/** No tail loss probes: the retransmission timer stands alone. */
const plain = { config: { tcp_early_retrans: false } }

describe('RFC 9293 3.8.3: connection failures', () => {
  it('MUST-20: from R1, the third retransmission, on the route is doubted, at each timeout', () => {
    const peer = Peer.established(plain).run(`
      +0.1 write 1000
      +0   > P. 1:1001(1000) ack 1
      +0.3 > P. 1:1001(1000) ack 1
      +0.6 > P. 1:1001(1000) ack 1
    `)
    expect(peer.tcb.doubtsRoute).toBe(false)
    peer.run('+1.2 > P. 1:1001(1000) ack 1')
    expect(peer.tcb.doubtsRoute).toBe(true)
    peer.tcb.doubtsRoute = false
    peer.run('+2.4 > P. 1:1001(1000) ack 1')
    expect(peer.tcb.doubtsRoute).toBe(true)
  })

  it('MUST-20: tcp_retries1 sets R1, tcp_retries2 the larger R2', () => {
    const peer = Peer.established({ config: { ...plain.config, tcp_retries1: 1, tcp_retries2: 3 } }).run(`
      +0.1 write 1000
      +0   > P. 1:1001(1000) ack 1
      +0.3 > P. 1:1001(1000) ack 1
    `)
    expect(peer.tcb.doubtsRoute).toBe(true)
    peer.run(`
      +0.6 > P. 1:1001(1000) ack 1
      +1.2 > P. 1:1001(1000) ack 1
      +2.4 error ETIMEDOUT
    `)
  })

  it('MUST-20: progress counts from nothing again, and a peer that closes its window is not doubted', () => {
    const peer = Peer.established({ config: { ...plain.config, tcp_retries1: 2 } }, 'mss 1000').run(`
      +0.1 write 2000
      +0   > . 1:1001(1000) ack 1
      +0   > P. 1001:2001(1000) ack 1
      +0.3 > . 1:1001(1000) ack 1
      +0.1 < . 1:1(0) ack 1001 win 2000
      +0   > P. 1001:2001(1000) ack 1
      +0.6 > P. 1001:2001(1000) ack 1
      +0.1 < P. 1:2(1) ack 1001 win 0
      +0   > . 1001:1001(0) ack 2
    `)
    peer.skip(100_000_000)
    expect(peer.tcb.retransmits).toBeGreaterThan(2)
    expect(peer.tcb.doubtsRoute).toBe(false)
  })

  it('MUST-21: the user of one connection sets R2 in milliseconds, longer and shorter than the rest', () => {
    const lasts = (userTimeout: number) => {
      const peer = Peer.established(plain).run(`+0.1 set userTimeout ${userTimeout}`)
      peer.perform('write 1000')
      peer.poll()
      const begun = peer.now
      for (let i = 0; i < 2000 && peer.state !== 'CLOSED'; i += 1) peer.advance(peer.connection.deadline())
      return Math.round((peer.now - begun) / 1_000_000)
    }
    expect(lasts(2000)).toBe(2)
    expect(lasts(86_400_000)).toBe(86_400)
    const usual = lasts(0)
    expect(usual).toBeGreaterThan(900)
    expect(usual).toBeLessThan(1100)
  })

  it('MUST-22: an open that fails is told to the user, and its route is doubted', () => {
    const peer = new Peer().run(`
      +0 connect
      +0 > S 0:0(0)
      +1 > S 0:0(0)
      +2 > S 0:0(0)
      +4 > S 0:0(0)
    `)
    expect(peer.tcb.doubtsRoute).toBe(true)
    peer.advance(peer.now + 200_000_000)
    expect([peer.state, peer.tcb.error]).toEqual(['CLOSED', 'ETIMEDOUT'])
  })

  it.each(['SYN-SENT', 'SYN-RECEIVED'] as const)(
    'MUST-23: with the values of the RFCs %s lasts three minutes',
    (state) => {
      const peer = Peer.reach(state, { config: rfc })
      const begun = peer.segments.length
      peer.advance(peer.now + 180_000_000)
      expect([peer.state, peer.segments.length - begun]).toEqual([state, 7])
    },
  )

  it('MUST-23: so it does where the user asks for it', () => {
    const peer = new Peer().run('+0 set synRetries 7\n+0 connect\n+0 > S 0:0(0)')
    peer.advance(peer.now + 180_000_000)
    expect(peer.state).toBe('SYN-SENT')
  })
})

describe('RFC 9293 3.6: how it ended', () => {
  it('MUST-12: a FIN is told as the end, a RST as an error', () => {
    const closed = Peer.established().run('+0.1 < F. 1:1(0) ack 1 win 257\n+0 > . 1:1(0) ack 2')
    expect(closed.connection.takeEvents() & ENDED).toBe(ENDED)
    expect([closed.connection.ended, closed.tcb.error]).toEqual([true, ''])
    const reset = Peer.established().run('+0.1 < R. 1:1(0) ack 1 win 257\n+0 state CLOSED')
    expect(reset.connection.takeEvents() & ENDED).toBe(0)
    expect(reset.tcb.error).toBe('ECONNRESET')
  })

  it('MUST-12: a RST after the FIN is told, too', () => {
    const peer = Peer.reach('CLOSE-WAIT').run('+0.1 < R. 2:2(0) ack 1 win 257\n+0 state CLOSED')
    expect(peer.tcb.error).toBe('EPIPE')
  })
})

describe('RFC 9293 3.8.4: keepalive', () => {
  it('MUST-24: each connection has its own switch, before and after it opens', () => {
    const off = Peer.established()
    off.connection.setKeepAlive(true, off.now)
    off.skip(3600_000_000)
    off.connection.setKeepAlive(false, off.now)
    off.run('+20000 quiet')
    off.connection.setKeepAlive(true, off.now)
    off.run('+0 > . 0:0(0) ack 1\n+0.1 < . 1:1(0) ack 1 win 257')

    const early = new Peer()
    early.connection.setKeepAlive(true, early.now)
    early.connection.setKeepAlive(false, early.now)
    early.run(`
      +0 connect
      +0 > S 0:0(0)
      +0.1 < S. 0:0(0) ack 1 win 5792 <mss 1000>
      +0 > . 1:1(0) ack 1
      +20000 quiet
    `)
  })

  it('MUST-26: an acknowledgment without data puts it off as data does', () => {
    Peer.established().run(`
      +0   keepalive 10 1 3
      +9   < . 1:1(0) ack 1 win 300
      +9.999999 quiet
      +0.000001 > . 0:0(0) ack 1
    `)
  })

  it('MUST-29: any one of the probes answered keeps the connection', () => {
    const peer = Peer.established().run('+0 keepalive 10 1 9\n+10 > . 0:0(0) ack 1')
    for (let i = 0; i < 8; i += 1) peer.run('+1 > . 0:0(0) ack 1')
    peer.run('+0.5 < . 1:1(0) ack 1 win 257\n+0.5 quiet\n+0 state ESTABLISHED')
  })
})

describe('RFC 9293 3.8.5: urgent data', () => {
  it('MUST-31: a stretch longer than the pointer can say arrives as one', () => {
    const pair = Pair.established({ config: { tcp_wmem: [4096, 200_000, 200_000] } })
    const { a, b } = pair
    a.connection.write(pattern(0, 100_000), 0, 100_000)
    a.connection.markUrgent()
    pair.run(20_000)
    expect(b.connection.takeEvents() & URGENT).toBe(URGENT)
    pair.run(5_000_000)
    expect(b.connection.urgentAhead).toBe(100_000)
    let got = 0
    for (let i = 0; i < 10; i += 1) {
      got += b.readAll(pair.now).length
      pair.run(5_000_000)
    }
    expect(got).toBe(100_000)
    expect(b.connection.urgentAhead).toBe(0)
  })

  it('MUST-32: it is told when it appears, when there is more, and not otherwise', () => {
    const peer = Peer.established()
    peer.connection.takeEvents()
    const told = (text: string) => {
      peer.inject(text)
      peer.poll()
      return (peer.connection.takeEvents() & URGENT) !== 0
    }
    expect(told('P. 1:11(10) ack 1 win 257')).toBe(false)
    expect(told('P.U 11:21(10) ack 1 win 257 urg 20')).toBe(true)
    expect(told('P.U 21:31(10) ack 1 win 257 urg 10')).toBe(false)
    expect(told('P.U 31:41(10) ack 1 win 257 urg 5')).toBe(true)
    expect(told('P. 41:51(10) ack 1 win 257')).toBe(false)
  })

  it('MUST-33: how much of it is still to be read is known at any time', () => {
    Peer.established().run(`
      +0.1 < P.U 1:101(100) ack 1 win 257 urg 300
      +0   > . 1:1(0) ack 101
      +0   urgentAhead 300
      +0   read 60
      +0   urgentAhead 240
      +0.1 < P. 101:401(300) ack 1 win 257
      +0   > . 1:1(0) ack 401
      +0   urgentAhead 240
      +0   read 240
      +0   urgentAhead 0
      +0   read 100
      +0   urgentAhead 0
    `)
  })
})
