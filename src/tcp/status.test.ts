import { describe, expect, it } from 'vitest'
import { Pair } from './pair.testkit.ts'
import { Peer } from './peer.testkit.ts'
import { STATES } from './states.ts'
import { type Status, statusOf } from './status.ts'
import { MAX_STRIP } from './strip.ts'

/** Initial sequence numbers of the kit's ends. */
const OURS = 5000
const PEERS = 70_000
const SECOND = 1_000_000

function status(peer: Peer): Status {
  return statusOf(peer.tcb, peer.now)
}

/** A strip in the numbers of scripts. */
function relative(pieces: Status['sending'] | Status['receiving'], from: number): string[] {
  return pieces.map((piece) => `${piece.from - from}:${piece.to - from} ${piece.what}`)
}

const sending = (peer: Peer) => relative(status(peer).sending, OURS)
const receiving = (peer: Peer) => relative(status(peer).receiving, PEERS)
const timers = (peer: Peer) => status(peer).timers.map(({ name, at }) => `${name} ${at - peer.now}`)

/** Ten segments of 1000 bytes in flight. */
function sent(options?: string): Peer {
  const peer = Peer.established({ config: { tcp_early_retrans: false } }, options)
  peer.perform('write 10000')
  peer.poll()
  return peer
}

describe('STATUS (RFC 9293, 3.9.1.6)', () => {
  it('tells the variables of RFC 9293, 3.3.1', () => {
    const peer = Peer.established()
    peer.run(`
      +0.1 < P. 1:101(100) ack 1 win 257
      +0   > . 1:1(0) ack 101
      +0.1 urgent 300
      +0   > P.U 1:301(300) ack 101 urg 300
    `)
    const { window } = peer.segments.at(-1) ?? { window: 0 }
    expect(status(peer)).toMatchObject({
      now: peer.now,
      state: 'ESTABLISHED',
      snd: {
        iss: OURS,
        una: OURS + 1,
        nxt: OURS + 301,
        wnd: 257 << 7,
        windowEnd: OURS + 1 + (257 << 7),
        wl1: PEERS + 1,
        wl2: OURS + 1,
        up: OURS + 301,
        mss: 1000,
        scale: 7,
      },
      rcv: { irs: PEERS, nxt: PEERS + 101, wnd: window << 7, windowEnd: PEERS + 101 + (window << 7), scale: 7 },
      agreed: { timestamps: false, sack: true, scaling: true, ecn: false },
      queues: { unsent: 0, unacknowledged: 300, readable: 100, waiting: 0 },
    })
  })

  it.each(STATES)('is plain data in %s, and -1 where nothing is known', (state) => {
    const peer = Peer.reach(state)
    const told = status(peer)
    expect(JSON.parse(JSON.stringify(told))).toEqual(told)
    expect(told.state).toBe(state)
    const begun = state !== 'CLOSED' && state !== 'LISTEN'
    expect([told.snd.iss >= 0, told.rcv.irs >= 0]).toEqual([begun, begun && state !== 'SYN-SENT'])
    expect(told.snd.wnd >= 0).toBe(told.rcv.irs >= 0)
    expect(told.snd.wl1 >= 0).toBe(told.rcv.irs >= 0 && state !== 'SYN-RECEIVED')
  })

  it('a connection that has ended has bytes to be read, and nothing else', () => {
    const peer = Peer.established().run('+0.1 < P. 1:101(100) ack 1 win 257\n+0 > . 1:1(0) ack 101\n+0 < R 101:101(0)')
    expect(status(peer)).toMatchObject({
      state: 'CLOSED',
      snd: { nxt: -1 },
      rcv: { nxt: -1 },
      queues: { readable: 100 },
      timers: [],
      receiving: [],
    })
  })

  it('congestion and timing: before, in and after a fast recovery', () => {
    const peer = sent()
    const { rto } = peer.tcb.rtt
    expect(status(peer).congestion).toMatchObject({ phase: 'Open', cwnd: 10, ssthresh: -1, inFlight: 10, recover: -1 })
    expect(status(peer).timing).toMatchObject({ rto, srtt: 100_000, rttvar: 50_000, backoff: 0, retransmits: 0 })
    peer.advance(peer.now + 100_000)
    peer.inject('. 1:1(0) ack 1 win 257 <sack 1001:2001 3001:6001>')
    expect(status(peer).congestion).toMatchObject({
      phase: 'Recovery',
      ssthresh: 5,
      sacked: 4,
      lost: 2,
      resent: 0,
      pipe: 4,
      recover: OURS + 10_001,
    })
    peer.poll()
    expect(status(peer).congestion).toMatchObject({ lost: 2, resent: 1, pipe: 5 })
    peer.inject('. 1:1(0) ack 10001 win 257')
    expect(status(peer).congestion).toMatchObject({ phase: 'Open', cwnd: 6, ssthresh: 5, inFlight: 0, recover: -1 })
  })

  it('duplicates without SACK, timeouts and their backoff', () => {
    const peer = sent('mss 1000,wscale 7')
    peer.inject('. 1:1(0) ack 1 win 257')
    peer.inject('. 1:1(0) ack 1 win 257')
    expect(status(peer).congestion.duplicateAcks).toBe(2)
    const { rto } = peer.tcb.rtt
    peer.advance(peer.now + 3 * rto)
    expect(status(peer).timing).toMatchObject({ rto: 4 * rto, backoff: 2, retransmits: 2 })
  })
})

describe('its timers', () => {
  it('those that run, the next first', () => {
    const peer = Peer.established().run('+0 keepalive 10 5 3')
    expect(timers(peer)).toEqual(['keepalive 10000000'])
    peer.perform('write 2000')
    peer.poll()
    expect(timers(peer)).toEqual(['loss-probe 202000', 'retransmit 300000', 'keepalive 10000000'])
    peer.advance(peer.now + 100_000)
    peer.inject('. 1:1(0) ack 1 win 257 <sack 1001:2001>')
    expect(timers(peer)).toEqual(['reorder 25000', 'retransmit 200000', 'keepalive 9900000'])
  })

  it('a closed window, a delayed acknowledgment', () => {
    const peer = Peer.established().run('+0.1 < . 1:1(0) ack 1 win 0\n+0 write 10')
    expect(timers(peer)).toEqual([`persist ${peer.tcb.rtt.rto}`])
    Object.assign(peer.tcb.acks, { quick: 0, ato: 40_000, lastReceivedAt: peer.now })
    peer.inject('P. 1:101(100) ack 1 win 0')
    expect(timers(peer)[0]).toBe('delayed-ack 40000')
  })

  it('an orphan in FIN-WAIT-2, and TIME-WAIT', () => {
    const orphan = Peer.established().run('+0 close\n+0 > F. 1:1(0) ack 1\n+0 < . 1:1(0) ack 2 win 257')
    expect(timers(orphan)).toEqual(['fin-wait-2 60000000'])
    expect(timers(Peer.reach('TIME-WAIT'))).toEqual(['time-wait 60000000'])
  })
})

describe('its sequence spaces', () => {
  it('what was sent, segment by segment as one, and what waits', () => {
    const peer = sent()
    peer.perform('write 500')
    peer.perform('shutdown')
    expect(peer.poll()).toEqual([])
    expect(sending(peer)).toEqual(['1:10001 sent', '10001:10502 unsent'])
    expect(status(peer).queues).toMatchObject({ unsent: 500, unacknowledged: 10_000 })
    peer.inject('. 1:1(0) ack 2001 win 257')
    peer.poll()
    expect(sending(peer)).toEqual(['2001:10502 sent'])
  })

  it('sacked, lost, and sent again', () => {
    const peer = sent()
    peer.advance(peer.now + 100_000)
    peer.inject('. 1:1(0) ack 1 win 257 <sack 2001:4001 5001:8001>')
    expect(sending(peer)).toEqual([
      '1:2001 lost',
      '2001:4001 sacked',
      '4001:5001 lost',
      '5001:8001 sacked',
      '8001:10001 sent',
    ])
    peer.poll()
    expect(sending(peer)).toEqual([
      '1:2001 resent',
      '2001:4001 sacked',
      '4001:5001 resent',
      '5001:8001 sacked',
      '8001:10001 sent',
    ])
  })

  it('our SYN is an octet of it', () => {
    const peer = new Peer().run('+0 connect\n+0 > S 0:0(0)')
    peer.perform('write 10')
    expect([sending(peer), receiving(peer)]).toEqual([['0:1 sent', '1:11 unsent'], []])
    expect(status(peer).queues).toMatchObject({ unsent: 10, unacknowledged: 0 })
  })

  it('what was received: unread, and behind holes; a FIN that waits is an octet of it, one that was taken is none', () => {
    const peer = Peer.established()
    peer.inject('. 1:301(300) ack 1 win 257')
    peer.perform('read 100')
    peer.inject('. 501:601(100) ack 1 win 257')
    peer.inject('. 601:701(100) ack 1 win 257')
    peer.inject('F. 801:901(100) ack 1 win 257')
    expect(receiving(peer)).toEqual(['101:301 unread', '501:701 waiting', '801:902 waiting'])
    expect(status(peer).queues).toMatchObject({ readable: 200, waiting: 301 })
    peer.inject('. 301:801(500) ack 1 win 257')
    expect(receiving(peer)).toEqual(['101:901 unread'])
    expect(status(peer).rcv.nxt - PEERS).toBe(902)
  })

  it('runs through the end of the numbers', () => {
    const peer = Peer.established({ iss: 0xffff_ff00 })
    peer.perform('write 1000')
    peer.poll()
    expect(status(peer).sending).toEqual([{ from: 0xffff_ff01, to: 1001 - 256, what: 'sent' }])
  })

  it('has no gaps, whatever is lost and overtaken', () => {
    const pair = Pair.established()
    pair.fate = (_segment, _from, index) => (index % 7 === 3 ? [] : [1000 * (1 + (index % 5))])
    pair.a.connection.write(new Uint8Array(60_000), 0, 60_000)
    const seen = new Set<string>()
    const whole = pair.runUntil(
      () => pair.b.connection.readable === 60_000,
      10 * SECOND,
      () => {
        const { snd, sending, queues } = statusOf(pair.a.connection.tcb, pair.now)
        let at = snd.una
        for (const { from, to, what } of sending) {
          expect(from).toBe(at)
          at = to
          seen.add(what)
        }
        expect(at).toBe(snd.nxt + queues.unsent)
        const { rcv, receiving } = statusOf(pair.b.connection.tcb, pair.now)
        let end = 0
        for (const { from, to, what } of receiving) {
          expect(from).toBeGreaterThan(end)
          expect(what).toBe(to === rcv.nxt ? 'unread' : 'waiting')
          end = to
          seen.add(what)
        }
      },
    )
    expect(whole).toBe(true)
    expect([...seen].sort()).toEqual(['lost', 'resent', 'sacked', 'sent', 'unread', 'unsent', 'waiting'])
  })

  it('is bounded', () => {
    const peer = Peer.established()
    for (let i = 0; i < 300; i += 1) peer.inject(`. ${20 * i + 11}:${20 * i + 21}(10) ack 1 win 257`)
    expect(peer.tcb.reassembly.pieces).toBe(300)
    expect(receiving(peer)).toHaveLength(MAX_STRIP)
    expect(receiving(peer)[0]).toBe('11:21 waiting')
  })
})
