import { describe, expect, it } from 'vitest'
import { Peer } from './peer.testkit.ts'

/** Without loss probes, so that the timer stands alone. */
const noProbes = { config: { tcp_early_retrans: false } }

describe('RFC 6298: the retransmission timer', () => {
  it('MUST-18, MUST-19: 5.1, 5.5: it runs from the first segment, and doubles', () => {
    Peer.established(noProbes).run(`
      +0   rto 300000
      +0.1 write 1000
      +0   > P. 1:1001(1000) ack 1
      +0.3 > P. 1:1001(1000) ack 1
      +0.6 > P. 1:1001(1000) ack 1
      +1.2 > P. 1:1001(1000) ack 1
      +2.4 > P. 1:1001(1000) ack 1
      +4.8 > P. 1:1001(1000) ack 1
    `)
  })

  it('5.2, 5.3: each advance of SND.UNA starts it anew, no other ACK does', () => {
    Peer.established(noProbes).run(`
      +0.1  write 3000
      +0    > . 1:1001(1000) ack 1
      +0    > . 1001:2001(1000) ack 1
      +0    > P. 2001:3001(1000) ack 1
      +0.1  < . 1:1(0) ack 1001 win 257
      +0.25 < . 1:1(0) ack 1001 win 258
      +0.05 > . 1001:2001(1000) ack 1
      +0.1  < . 1:1(0) ack 3001 win 257
      +100  quiet
    `)
  })

  it('MUST-18: Karn: what was sent twice gives no sample, and the backoff stays until there is one', () => {
    Peer.established(noProbes).run(`
      +0.1 write 1000
      +0   > P. 1:1001(1000) ack 1
      +0.3 > P. 1:1001(1000) ack 1
      +0.6 > P. 1:1001(1000) ack 1
      +0.1 < . 1:1(0) ack 1001 win 257
      +0   rto 1200000
      +0   srtt 100000
      +1   write 1000
      +0   > P. 1001:2001(1000) ack 1
      +0.1 < . 1:1(0) ack 2001 win 257
      +0   srtt 100000
      +0   rto 300000
    `)
  })

  it('RFC 7323, 4.1: with timestamps it does', () => {
    Peer.established(noProbes, 'mss 1000,sackOK,TS val 1 ecr 0').run(`
      +0.1 write 100
      +0   > P. 1:101(100) ack 1 win 65160 <TS val 300 ecr 1>
      +0.3 > P. 1:101(100) ack 1 win 65160 <TS val 600 ecr 1>
      +0.1 < . 1:1(0) ack 101 win 257 <TS val 2 ecr 600>
      +0   srtt 100000
      +0   rto 300000
    `)
  })

  it('2.5: at most 120 s', () => {
    const peer = Peer.established(noProbes).run('+0.1 write 1000\n+0 > P. 1:1001(1000) ack 1')
    peer.advance(peer.now + 800_000_000)
    const before = peer.segments.length
    peer.advance(peer.now + 120_000_000)
    expect(peer.segments.length).toBe(before + 1)
  })

  it('MUST-20: tcp_retries2 = 15: R2 is 924.6 s after the first timeout', () => {
    const peer = Peer.established(noProbes).run('+0.1 write 1000\n+0 > P. 1:1001(1000) ack 1')
    peer.advance(peer.now + 300_000 + 924_599_999)
    expect(peer.state).toBe('ESTABLISHED')
    peer.advance(peer.now + 120_000_000)
    expect([peer.state, peer.tcb.error, peer.counters.TCPAbortOnTimeout]).toEqual(['CLOSED', 'ETIMEDOUT', 1])
  })

  it('an orphan gives up after tcp_orphan_retries (8)', () => {
    const peer = Peer.established(noProbes).run('+0.1 close\n+0 > F. 1:1(0) ack 1')
    peer.advance(peer.now + 300_000 + 102_000_000)
    expect(peer.state).toBe('FIN-WAIT-1')
    peer.advance(peer.now + 60_000_000)
    expect([peer.state, peer.tcb.error]).toEqual(['CLOSED', 'ETIMEDOUT'])
  })

  it('MUST-21: TCP_USER_TIMEOUT: the timer does not pass it', () => {
    Peer.established(noProbes).run(`
      +0    set userTimeout 1000
      +0.1  write 1000
      +0    > P. 1:1001(1000) ack 1
      +0.3  > P. 1:1001(1000) ack 1
      +0.6  > P. 1:1001(1000) ack 1
      +0.399999 state ESTABLISHED
      +0.000001 error ETIMEDOUT
    `)
  })

  it('SHLD-25, MUST-56: a soft error of ICMP is what a timeout then reports', () => {
    Peer.established(noProbes).run(`
      +0    set userTimeout 1000
      +0.1  write 1000
      +0    > P. 1:1001(1000) ack 1
      +0.1  icmp EHOSTUNREACH 1 soft
      +0    state ESTABLISHED
      +0.2  > P. 1:1001(1000) ack 1
      +0.6  > P. 1:1001(1000) ack 1
      +0.4  error EHOSTUNREACH
    `)
  })

  it('... unless data has been acknowledged since', () => {
    const peer = Peer.established(noProbes).run(`
      +0.1  write 1000
      +0    > P. 1:1001(1000) ack 1
      +0.1  icmp EHOSTUNREACH 1 soft
      +0    < . 1:1(0) ack 1001 win 257
    `)
    expect(peer.tcb.softError).toBe('')
  })
})

describe('ICMP errors', () => {
  it('SHLD-26: a hard error ends an attempt to open', () => {
    Peer.reach('SYN-SENT').run('+0.1 icmp ECONNREFUSED 0 hard\n+0 state CLOSED\n+0 error ECONNREFUSED')
  })

  it('RFC 5927 4.1: not one that is not of our flight', () => {
    Peer.reach('SYN-SENT').run('+0.1 icmp ECONNREFUSED 1 hard\n+0 state SYN-SENT\n+0.9 > S 0:0(0)')
  })

  it('RFC 5927 6: and not an established connection', () => {
    Peer.established().run(`
      +0.1 write 10
      +0   > P. 1:11(10) ack 1
      +0.1 icmp ECONNREFUSED 1 hard
      +0   state ESTABLISHED
      +0   < . 1:1(0) ack 11 win 257
    `)
  })
})

describe('RFC 9293 3.8.6.1: the zero window', () => {
  const closed = '+0.1 < . 1:1(0) ack 1 win 0\n+0 write 2000'
  const probe = '> . 0:0(0) ack 1'

  it('MUST-36, MUST-37, SHLD-29, SHLD-30: probes after the RTO, backed off, up to 120 s, without end while they are answered', () => {
    const peer = Peer.established().run(closed)
    let delay = 0.3
    for (let i = 0; i < 40; i += 1) {
      peer.run(`+${delay} ${probe}\n+0 < . 1:1(0) ack 1 win 0`)
      delay = Math.min(2 * delay, 120)
    }
    expect(peer.counters.TCPWinProbe).toBe(40)
    peer.run(`
      +0 < . 1:1(0) ack 1 win 257
      +0 > . 1:1001(1000) ack 1
      +0 > P. 1001:2001(1000) ack 1
      +0.1 < . 1:1(0) ack 2001 win 257
    `)
  })

  it('gives up after tcp_retries2 without an answer', () => {
    const peer = Peer.established().run(closed)
    peer.advance(peer.now + 3_000_000_000)
    expect([peer.state, peer.tcb.error, peer.counters.TCPWinProbe]).toEqual(['CLOSED', 'ETIMEDOUT', 15])
  })

  it('the window opens by itself: the data goes, and probing begins from anew', () => {
    Peer.established()
      .run(closed)
      .run(`
      +0.3 ${probe}
      +0.1 < . 1:1(0) ack 1 win 257
      +0   > . 1:1001(1000) ack 1
      +0   > P. 1001:2001(1000) ack 1
      +0.1 < . 1:1(0) ack 2001 win 0
      +0   write 10
      +0.3 > . 2000:2000(0) ack 1
      +0.6 > . 2000:2000(0) ack 1
    `)
  })

  it('the window is smaller than what waits: a probe carries what fits (SWS override, 3.8.6.2.1)', () => {
    Peer.established().run(`
      +0.1 < . 1:1(0) ack 1 win 0
      +0   write 1000
      +0.1 < . 1:1(0) ack 1 win 4
      +0.3 > P. 1:513(512) ack 1
      +0.1 < . 1:1(0) ack 513 win 257
      +0   > P. 513:1001(488) ack 1
    `)
  })

  it('MUST-35, MUST-37: data in flight when the window closes is retransmitted as a probe, for as long as the peer answers', () => {
    const peer = Peer.established(noProbes).run(`
      +0.1 write 1000
      +0   > P. 1:1001(1000) ack 1
      +0.1 < F. 1:1(0) ack 1 win 0
      +0   > . 1:1(0) ack 2
    `)
    for (let i = 0; i < 40; i += 1) {
      peer.advance(peer.connection.deadline())
      peer.inject('. 2:2(0) ack 1 win 0')
    }
    expect(peer.now).toBeGreaterThan(2_000_000_000)
    expect(peer.state).toBe('CLOSE-WAIT')
    expect(peer.tcb.segmentsRetransmitted).toBe(40)
    // Silence ends it: twice the greatest RTO.
    peer.advance(peer.now + 500_000_000)
    expect(peer.tcb.error).toBe('ETIMEDOUT')
  })

  it('a FIN waits for the window as data does', () => {
    Peer.established().run(`
      +0.1 < . 1:1(0) ack 1 win 0
      +0   shutdown
      +0.3 > . 0:0(0) ack 1
      +0.1 < . 1:1(0) ack 1 win 257
      +0   > F. 1:1(0) ack 1
    `)
  })

  it('TCP_USER_TIMEOUT bounds probing', () => {
    Peer.established()
      .run(`
      +0   set userTimeout 2000
      +0   quiet
    `)
      .run(closed)
      .run(`
      +0.3 ${probe}
      +0.6 ${probe}
      +1.2 ${probe}
      +0.2 error ETIMEDOUT
    `)
  })
})

describe('RFC 9293 3.8.4: keepalive', () => {
  it('MUST-25: off unless asked for', () => {
    Peer.established().run('+1000000 quiet\n+0 state ESTABLISHED')
  })

  it('MUST-28: after 7200 s of silence, every 75 s, ten times, then a RST: 2 h + 10 x 75 s', () => {
    const peer = Peer.established()
    peer.connection.setKeepAlive(true, peer.now)
    peer.run('+7200 > . 0:0(0) ack 1')
    for (let i = 0; i < 9; i += 1) peer.run('+75 > . 0:0(0) ack 1')
    peer.run('+75 > R. 1:1(0) ack 1\n+0 error ETIMEDOUT')
    expect(peer.counters.TCPKeepAlive).toBe(10)
  })

  it('MUST-27, MUST-29: an answer begins it anew, and silence after one probe is no end', () => {
    Peer.established().run(`
      +0   keepalive 10 1 3
      +10  > . 0:0(0) ack 1
      +0.1 < . 1:1(0) ack 1 win 257
      +9.999999 quiet
      +0.000001 > . 0:0(0) ack 1
      +1   > . 0:0(0) ack 1
      +0.1 < . 1:1(0) ack 1 win 257
      +10  > . 0:0(0) ack 1
      +1   > . 0:0(0) ack 1
      +1   > . 0:0(0) ack 1
      +1   > R. 1:1(0) ack 1
    `)
  })

  it('MUST-26: data received puts it off; with data in flight it does not probe', () => {
    Peer.established(noProbes).run(`
      +0   keepalive 1 1 3
      +0.9 < P. 1:11(10) ack 1 win 257
      +0   > . 1:1(0) ack 11
      +0.9 write 10
      +0   > P. 1:11(10) ack 11
      +0.3 > P. 1:11(10) ack 11
      +0.6 > P. 1:11(10) ack 11
      +0.05 < . 11:11(0) ack 11 win 257
    `)
  })
})
