import { describe, expect, it } from 'vitest'
import { linux, rfc } from './config.ts'
import { Peer } from './peer.testkit.ts'
import { SOFT_ERROR } from './tcb.ts'

/** No tail loss probes: the retransmission timer stands alone. */
const plain = { config: { tcp_early_retrans: false } }

/** Sends something that nobody answers: after how many retransmissions trouble is reported, and when all is over, in seconds. */
function abandoned(peer: Peer): { reportedAfter: number; seconds: number } {
  peer.perform('set reportErrors true')
  peer.perform('write 10')
  peer.poll()
  const begun = peer.now
  let reportedAfter = -1
  while (peer.state !== 'CLOSED') {
    peer.connection.takeEvents()
    peer.advance(peer.connection.deadline())
    if (peer.connection.takeEvents() & SOFT_ERROR) reportedAfter = peer.tcb.segmentsRetransmitted
  }
  return { reportedAfter, seconds: (peer.now - begun) / 1_000_000 }
}

describe('RFC 9293 3.8.3: R1 and R2', () => {
  it('SHLD-9, SHLD-10: the user learns of trouble with the third retransmission, long before the end', () => {
    expect(abandoned(Peer.established(plain)).reportedAfter).toBe(3)
    expect([linux.tcp_retries1, rfc.tcp_retries1]).toEqual([3, 3])
  })

  it('SHLD-9: of a SYN, too; what was the matter is there to be asked', () => {
    const peer = new Peer().run(`
      +0 set reportErrors true
      +0 connect
      +0 > S 0:0(0)
      +1 > S 0:0(0)
      +2 > S 0:0(0)
    `)
    expect([peer.connection.takeEvents(), peer.tcb.softError]).toEqual([0, ''])
    peer.run('+4 > S 0:0(0)')
    expect([peer.connection.takeEvents(), peer.tcb.softError]).toEqual([SOFT_ERROR, 'ETIMEDOUT'])
    peer.run('+0.1 < S. 0:0(0) ack 1\n+0 > . 1:1(0) ack 1')
  })

  it('SHLD-9: once data is acknowledged all is well again', () => {
    const peer = Peer.established(plain).run(`
      +0   set reportErrors true
      +0.1 write 10
      +0   > P. 1:11(10) ack 1
      +0.3 > P. 1:11(10) ack 1
      +0.6 > P. 1:11(10) ack 1
      +1.2 > P. 1:11(10) ack 1
    `)
    expect(peer.tcb.softError).toBe('ETIMEDOUT')
    peer.run('+0.1 < . 1:1(0) ack 11 win 257')
    expect(peer.tcb.softError).toBe('')
  })

  it.each([
    ['linux', linux],
    ['rfc', rfc],
  ])('SHLD-11: R2 is more than 100 s (%s)', (_name, config) => {
    const peer = Peer.established({ config: { ...config, tcp_early_retrans: false } })
    expect(abandoned(peer).seconds).toBeGreaterThan(100)
  })
})

describe('RFC 9293 3.9.1.8: reports of soft errors', () => {
  it('MUST-47, SHLD-20: an ICMP error is reported to a user who has asked for it, and to no other', () => {
    for (const wanted of [true, false]) {
      const peer = Peer.established(plain).run(`
        +0   set reportErrors ${wanted}
        +0.1 write 10
        +0   > P. 1:11(10) ack 1
      `)
      peer.connection.takeEvents()
      peer.perform('icmp EHOSTUNREACH 1 soft')
      expect(peer.connection.takeEvents()).toBe(wanted ? SOFT_ERROR : 0)
      expect([peer.tcb.softError, peer.state]).toEqual(['EHOSTUNREACH', 'ESTABLISHED'])
    }
  })

  it('SHLD-20: reports are off unless asked for', () => {
    expect(Peer.established().connection.options.reportErrors).toBe(false)
  })
})

describe('RFC 9293 3.8.4: keepalive probes', () => {
  it('MAY-5, SHLD-12, MAY-6: an octet that was acknowledged long ago, without text, however often', () => {
    const peer = Peer.established().run(`
      +0  keepalive 10 1 3
      +10 > . 0:0(0) ack 1
      +1  > . 0:0(0) ack 1
      +1  > . 0:0(0) ack 1
    `)
    expect(peer.segments.slice(-3).map((segment) => segment.payloadLength)).toEqual([0, 0, 0])
  })
})
