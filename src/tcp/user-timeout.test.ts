import { describe, expect, it } from 'vitest'
import { Peer } from './peer.testkit.ts'

/** Opened passively by a peer whose SYN offers `theirs` seconds; we offer `ours`. */
function opened(ours: number, theirs: number, own = 0): Peer {
  const peer = new Peer()
  Object.assign(peer.connection.options, { offeredUserTimeout: ours, userTimeout: own })
  const option = theirs > 0 ? `,uto ${theirs}` : ''
  return peer.run(`
    +0    listen
    +0    < S 0:0(0) win 32792 <mss 1000,sackOK,wscale 7${option}>
    +0    > S. 0:0(0) ack 1
    +0.1  < . 1:1(0) ack 1 win 257
  `)
}

/** Seconds until a connection whose peer has died is given up. */
function lifetime(peer: Peer): number {
  const start = peer.now
  peer.perform('write 100')
  peer.poll()
  peer.advance(start + 10_000_000_000)
  expect(peer.state).toBe('CLOSED')
  expect(peer.connection.tcb.error).toBe('ETIMEDOUT')
  const last = peer.segments.at(-1)
  expect(last?.payloadLength).toBe(100)
  return peer.segments.length
}

describe('the user timeout option (RFC 5482)', () => {
  it('RFC 5482, 3: is not sent unless asked for, whatever the peer sends', () => {
    const peer = opened(0, 300)
    peer.run('+0 write 10\n+0 > P. 1:11(10) ack 1')
    expect(peer.segments.map((segment) => segment.userTimeout)).toEqual([0, 0])
  })

  it('RFC 5482, 3.2: is sent with the SYN and with the first segment that has none, and leaves room for itself', () => {
    const peer = opened(300, 0)
    peer.run(`
      +0 write 2000
      +0 > . 1:997(996) ack 1
      +0 > . 997:1997(1000) ack 1
      +0 > P. 1997:2001(4) ack 1
    `)
    expect(peer.segments.map((segment) => segment.userTimeout)).toEqual([300, 300, 0, 0])
  })

  it('RFC 5482, 3.1: both follow the longer of the two offers', () => {
    expect([opened(300, 200), opened(200, 300)].map(lifetime)).toEqual([
      lifetime(opened(300, 300)),
      lifetime(opened(300, 300)),
    ])
    expect(lifetime(opened(300, 300))).toBeGreaterThan(lifetime(opened(150, 120)))
  })

  it.each([
    ['RFC 5482, 3.1: no less than 100 seconds', 1, 2, 100_000],
    ['RFC 5482, 3.1: no more than an hour', 40_000, 100_000, 3_600_000],
    ['RFC 5482, 3.1: the longer', 200, 700, 700_000],
    ['RFC 5482, 3.1: nothing is agreed on unless both offer', 200, 0, 0],
    ['RFC 5482, 3.1: nothing is agreed on unless we take part', 0, 200, 0],
  ])('%s', (_name, ours, theirs, agreed) => {
    const { tcb } = opened(ours, theirs).connection
    expect(tcb.userTimeout.agreed(tcb.options.offeredUserTimeout)).toBe(agreed)
  })

  it('RFC 5482, 3.1: what the user has set holds against any offer', () => {
    const peer = opened(300, 3000, 5000)
    const start = peer.now
    peer.run(`
      +0   write 10
      +0   > P. 1:11(10) ack 1
    `)
    // It counts from the first retransmission on.
    peer.advance(start + 4_900_000)
    expect(peer.state).toBe('ESTABLISHED')
    peer.advance(start + 6_000_000)
    expect([peer.state, peer.connection.tcb.error]).toEqual(['CLOSED', 'ETIMEDOUT'])
  })

  it('RFC 5482, 3.2, RFC 5482, 3.4: comes with any segment; an offer of 0 is neither sent nor heeded', () => {
    const peer = opened(200, 400)
    peer.run('+0 < . 1:1(0) ack 1 win 257 <uto 800>')
    expect(peer.connection.tcb.userTimeout.agreed(200)).toBe(800_000)
    const nothing = peer.parse('. 1:1(0) ack 1 win 257')
    peer.connection.receive(Object.assign(nothing, { userTimeout: 0 }), peer.now)
    expect(peer.connection.tcb.userTimeout.agreed(200)).toBe(800_000)
  })

  it('RFC 5482, 3.1: a peer that has died is given up when the time is over', () => {
    const peer = opened(200, 200)
    const start = peer.now
    peer.perform('write 100')
    peer.poll()
    peer.advance(start + 199_000_000)
    expect(peer.state).toBe('ESTABLISHED')
    peer.advance(start + 201_000_000)
    expect(peer.state).toBe('CLOSED')
  })
})
