import { describe, expect, it } from 'vitest'
import { seeded } from '../sim/seeded.testkit.ts'
import { ACK, SYN } from '../wire/tcp.ts'
import { FAST_OPEN_KEY_PERIOD, FastOpenCookies } from './fast-open-cookies.ts'
import { Peer } from './peer.testkit.ts'

const COOKIE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)

/** An active open by that cookie, with 300 bytes written. */
function opening(cookie: Uint8Array | null = COOKIE, room = 1460, written = 300): Peer {
  const peer = new Peer()
  peer.connection.openFast(cookie, room)
  peer.perform('connect')
  if (written > 0) peer.perform(`write ${written}`)
  return peer
}

describe('Fast Open, active (RFC 7413, 4.2.2)', () => {
  it('RFC 7413, 4.2.2: the first SYN carries the cookie and data, and the SYN,ACK acknowledges both', () => {
    const peer = opening().run(`
      +0    quiet
      +0    > S 0:300(300)
      +0.1  < S. 0:0(0) ack 301 win 32792 <mss 1000,sackOK,wscale 7>
      +0    > . 301:301(0) ack 1
      +0    state ESTABLISHED
    `)
    expect(peer.segments[0]).toMatchObject({ flags: SYN, fastOpenLength: 8, payloadLength: 300 })
    expect([...(peer.segments[0]?.fastOpenCookie.slice(0, 8) ?? [])]).toEqual([...COOKIE])
    expect(peer.tcb.fastOpen.acknowledged).toBe(true)
    expect(peer.counters).toMatchObject({ TCPFastOpenActive: 1, TCPFastOpenActiveFail: 0, TcpRetransSegs: 0 })
  })

  it('RFC 7413, 4.2.2: data that the SYN,ACK does not acknowledge goes again at once, without any loss being seen', () => {
    const peer = opening().run(`
      +0    quiet
      +0    > S 0:300(300)
      +0.1  < S. 0:0(0) ack 1 win 32792 <mss 1000,sackOK,wscale 7>
      +0    > P. 1:301(300) ack 1
      +0.1  < . 1:1(0) ack 301 win 257
      +0    cwnd 10
    `)
    expect(peer.counters).toMatchObject({ TCPFastOpenActive: 0, TCPFastOpenActiveFail: 1, TCPTimeouts: 0 })
  })

  it('RFC 7413, 4.2.2: as much data as fits beside the options; the rest follows the handshake', () => {
    opening(COOKIE, 1000, 2000).run(`
      +0    quiet
      +0    > S 0:960(960)
      +0.1  < S. 0:0(0) ack 961 win 32792 <mss 1000,sackOK,wscale 7>
      +0    > . 961:1961(1000) ack 1
      +0    > P. 1961:2001(40) ack 1
    `)
  })

  it('RFC 7413, 4.1.1, RFC 7413, 4.2.1: without a cookie the SYN asks for one by an empty option, and carries no data', () => {
    const peer = opening(new Uint8Array(0), 0)
    peer.run(`
      +0    quiet
      +0    > S 0:0(0)
    `)
    expect(peer.segments[0]).toMatchObject({ fastOpenLength: 0, payloadLength: 0 })
    const answer = peer.parse('S. 0:0(0) ack 1 win 32792 <mss 1000>')
    answer.fastOpenLength = 8
    answer.fastOpenCookie.set(COOKIE)
    peer.connection.receive(answer, peer.now)
    expect(peer.tcb.fastOpen.learnedLength).toBe(8)
    expect([...peer.tcb.fastOpen.learned.slice(0, 8)]).toEqual([...COOKIE])
    expect(peer.poll()).toHaveLength(1)
  })

  it('RFC 7413, 4.1.3.1: a SYN that goes again has neither cookie nor data, in case that is what is dropped', () => {
    const peer = opening().run(`
      +0    quiet
      +0    > S 0:300(300)
      +1    > S 0:0(0)
      +0.1  < S. 0:0(0) ack 1 win 32792 <mss 1000,sackOK,wscale 7>
      +0    > P. 1:301(300) ack 1
    `)
    expect(peer.segments[1]?.fastOpenLength).toBe(-1)
  })

  it('data without a cookie, where that is asked for, goes without the option', () => {
    const peer = opening(null).run(`
      +0    quiet
      +0    > S 0:300(300)
    `)
    expect(peer.segments[0]?.fastOpenLength).toBe(-1)
  })

  it('is no such thing in a simultaneous open: the data follows it', () => {
    opening().run(`
      +0    quiet
      +0    > S 0:300(300)
      +0.1  < S 0:0(0) win 32792 <mss 1000,sackOK,wscale 7>
      +0    > S. 0:0(0) ack 1
      +0.1  < . 1:1(0) ack 1 win 257
      +0    > P. 1:301(300) ack 1
    `)
  })
})

/** Passive, with a SYN of 5 bytes that was let in. */
function letIn(): Peer {
  const peer = new Peer({ verify: false })
  peer.connection.listen()
  const syn = peer.parse('S 0:5(5) win 32792 <mss 1000,sackOK,wscale 7>')
  syn.bytes = Uint8Array.of(0, 7, 14, 21, 28)
  peer.connection.receive(syn, peer.now)
  peer.connection.acceptFast(syn, peer.now)
  return peer
}

describe('Fast Open, passive (RFC 7413, 4.2.2)', () => {
  it('RFC 7413, 4.2.2: takes the data of the SYN, acknowledges it, and may answer before the third ACK', () => {
    letIn().run(`
      +0    quiet
      +0    > S. 0:0(0) ack 6
      +0    readable 5
      +0    state SYN-RECEIVED
      +0    read 5
      +0    write 2500
      +0    > . 1:1001(1000) ack 6
      +0    > . 1001:2001(1000) ack 6
      +0    > P. 2001:2501(500) ack 6
      +0.1  < . 6:6(0) ack 2501 win 257
      +0    state ESTABLISHED
    `)
  })

  it('RFC 7413, 4.2.2: the SYN,ACK goes again until the third ACK, and the data after it', () => {
    letIn().run(`
      +0    quiet
      +0    > S. 0:0(0) ack 6
      +0    write 300
      +0    > P. 1:301(300) ack 6
      +1    > S. 0:0(0) ack 6
      +0.1  < . 6:6(0) ack 1 win 257
      +0    state ESTABLISHED
    `)
  })

  it('a user who closes at once: the FIN follows the third ACK', () => {
    letIn().run(`
      +0    quiet
      +0    > S. 0:0(0) ack 6
      +0    read 5
      +0    write 300
      +0    > P. 1:301(300) ack 6
      +0    shutdown
      +0    state SYN-RECEIVED
      +0.1  < . 6:6(0) ack 301 win 257
      +0    > F. 301:301(0) ack 6
      +0    state FIN-WAIT-1
    `)
  })

  it('a RST ends it as a connection: its user is told', () => {
    letIn().run(`
      +0    quiet
      +0    > S. 0:0(0) ack 6
      +0.1  < R 6:6(0)
      +0    state CLOSED
      +0    error ECONNRESET
    `)
  })

  it('RFC 7413, 4.2.1: gives the cookie it is told to give, with the first SYN,ACK', () => {
    const peer = new Peer()
    peer.connection.listen()
    peer.inject('S 0:0(0) win 32792 <mss 1000>')
    peer.connection.grantCookie(COOKIE)
    peer.poll()
    peer.advance(peer.now + 1_000_000)
    expect(peer.segments.map(({ flags, fastOpenLength }) => [flags, fastOpenLength])).toEqual([
      [SYN | ACK, 8],
      [SYN | ACK, -1],
    ])
  })
})

describe('FastOpenCookies', () => {
  const addresses = Uint32Array.of(1, 2, 3, 4, 5, 6, 7, 8)

  it('RFC 7413, 4.1.2: a cookie is good for the client it was given to, and for no other', () => {
    const cookies = new FastOpenCookies(seeded())
    const cookie = cookies.make(addresses, 0).slice()
    expect(cookies.judge(addresses, cookie, 8, 0)).toBe('good')
    for (let i = 0; i < 8; i += 1) {
      const other = addresses.slice()
      other[i] = 99
      expect(cookies.judge(other, cookie, 8, 0)).toBe('bad')
      const forged = cookie.slice()
      forged[i] = (forged[i] ?? 0) ^ 1
      expect(cookies.judge(addresses, forged, 8, 0)).toBe('bad')
    }
    expect(cookies.judge(addresses, cookie, 4, 0)).toBe('bad')
  })

  it('RFC 7413, 5.1: the key changes, and one change later a cookie is still good but old', () => {
    const verdictAfter = (periods: number) => {
      const cookies = new FastOpenCookies(seeded())
      const cookie = cookies.make(addresses, 0).slice()
      return cookies.judge(addresses, cookie, 8, periods * FAST_OPEN_KEY_PERIOD)
    }
    expect([0, 0.99, 1, 1.99, 2, 3].map(verdictAfter)).toEqual(['good', 'good', 'old', 'old', 'bad', 'bad'])
  })
})
