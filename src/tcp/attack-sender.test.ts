import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { add } from '../wire/seq.ts'
import { leastTime, Victim } from './attack.testkit.ts'
import { checkInvariants } from './invariants.testkit.ts'
import { Peer } from './peer.testkit.ts'

const SACK = 'mss 1000,sackOK,wscale 7'
const PLAIN = 'mss 1000,wscale 7'

/** Ten segments of 1000 in flight. */
function inFlight(options: string, write = 10_000): Victim {
  const victim = new Victim(options)
  victim.connection.write(new Uint8Array(write), 0, write)
  victim.receive(1)
  expect(victim.tcb.flight.count).toBe(10)
  return victim
}

describe('acknowledgments of what was not sent', () => {
  it('RFC 5961, 5.2, RFC 9293, 3.10.7.4: optimistic ACKs gain nothing', () => {
    const victim = inFlight(SACK)
    const { snd, congestion } = victim.tcb
    for (let i = 1; i <= 5000; i += 1) {
      victim.pass(100)
      victim.receive(add(snd.nxt, 1 + 1000 * i))
    }
    expect([snd.una, congestion.cwnd]).toEqual([1, 10])
    expect(victim.counters).toMatchObject({ TCPAckUnsent: 5000, TCPChallengeACK: 1, TCPACKSkippedChallenge: 4999 })
    expect(victim.drain()).toBe(true)
  })

  it('RFC 9293, 3.10.7.4: nor does one that is an octet too far', () => {
    const victim = inFlight(SACK)
    victim.receive(add(victim.tcb.snd.nxt, 1))
    expect(victim.tcb.snd.una).toBe(1)
    victim.receive(victim.tcb.snd.nxt)
    expect(victim.tcb.flight.count).toBe(0)
  })
})

describe('acknowledgments in small change', () => {
  it.each([1, 7, 100, 500])(
    'RFC 5681, 3.1, RFC 3465: ACKs of %d octets each grow the window as whole ones do',
    (step) => {
      const divided = inFlight(SACK, 100_000)
      const whole = inFlight(SACK, 100_000)
      for (let ack = 1 + step; ack <= 10_001; ack += step) divided.receive(ack)
      divided.receive(10_001)
      for (let ack = 1001; ack <= 10_001; ack += 1000) whole.receive(ack)
      expect(whole.tcb.congestion.cwnd).toBe(20)
      expect(divided.tcb.congestion.cwnd).toBeLessThanOrEqual(20)
      expect(divided.sent).toBeLessThanOrEqual(whole.sent)
      checkInvariants(divided.tcb)
    },
  )
})

describe('spoofed duplicates', () => {
  it('RFC 5681, 3.2: with SACK a duplicate that sacks nothing counts for nothing', () => {
    const victim = inFlight(SACK, 100_000)
    for (let i = 0; i < 10_000; i += 1) victim.receive(1)
    expect([victim.sent, victim.tcb.congestion.cwnd, victim.tcb.recovery.phase]).toEqual([10, 10, 'Open'])
  })

  it('RFC 5681, 3.2, RFC 6582: without SACK each sends a segment at most, within the window; then it is halved', () => {
    const victim = inFlight(PLAIN, 200_000)
    // A window of 60 segments.
    for (let i = 1; i <= 10_000; i += 1) {
      victim.receive(1, { window: 469 })
      expect(victim.sent).toBeLessThanOrEqual(10 + i)
    }
    checkInvariants(victim.tcb)
    expect(victim.tcb.flight.span).toBeLessThanOrEqual(469 * 128)
    expect(victim.tcb.congestion.ssthresh).toBe(5)
    victim.receive(victim.tcb.snd.nxt)
    expect(victim.tcb.congestion.cwnd).toBeLessThanOrEqual(6)
    expect(victim.drain()).toBe(true)
  })
})

describe('RFC 2018, 5: SACK blocks that lie', () => {
  it('RFC 2018, 5: outside of what is in flight, reversed, empty: discarded', () => {
    const victim = inFlight(SACK)
    const { snd, flight } = victim.tcb
    const lies = [
      [20_001, 21_001],
      [9001, 10_002],
      [5001, 3001],
      [5001, 5001],
      [2 ** 31, 2 ** 31 + 1000],
      [add(1, -1000), 1001],
      [snd.nxt, add(snd.nxt, 1)],
    ]
    // Behind an honest block, since the first may be a report of a duplicate (RFC 2883).
    for (const lie of lies) victim.sack(1, [2001, 3001, ...lie])
    expect([flight.sackedOut, flight.count, victim.counters.TCPSACKDiscard]).toEqual([1, 10, lies.length])
    expect(victim.drain()).toBe(true)
  })

  it('RFC 2018, 5: a part of a segment is none of it', () => {
    const victim = inFlight(SACK)
    for (let i = 0; i < 900; i += 1) victim.sack(1, [2002 + i, 3000, 4001, 5000 - i])
    expect(victim.tcb.flight.sackedOut).toBe(0)
    expect(victim.drain()).toBe(true)
  })

  it('RFC 2018, 8: blocks of any kind, taken back or not: all is sent in the end', () => {
    const edge = fc.oneof(fc.integer({ min: -3000, max: 14_000 }), fc.integer({ min: 0, max: 0xffffffff }))
    const step = fc.record({ ack: fc.integer({ min: -2000, max: 12_000 }), edges: fc.array(edge, { maxLength: 8 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const victim = inFlight(SACK, 12_000)
        for (const { ack, edges } of steps) {
          victim.sack(
            add(1, ack),
            edges.slice(0, edges.length & ~1).map((each) => add(1, each)),
          )
          checkInvariants(victim.tcb)
          victim.pass(50_000)
          checkInvariants(victim.tcb)
        }
        expect(victim.drain()).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('RFC 2883, RFC 3708: reports of duplicates that were never sent undo nothing', () => {
    const victim = inFlight(SACK, 100_000)
    for (let i = 0; i < 1000; i += 1) victim.sack(1, [add(1, -1000 * i - 1000), add(1, -1000 * i)])
    expect([victim.tcb.congestion.cwnd, victim.sent]).toEqual([10, 10])
    victim.pass(1_000_000)
    expect(victim.tcb.recovery.phase).toBe('Loss')
    expect(victim.drain()).toBe(true)
  })
})

describe('what a peer may make us hold and search (CVE-2019-11477, 11478, 11479)', () => {
  it('RFC 9293, 3.7.1: however small an MSS it offers, segments have tcp_min_snd_mss', () => {
    for (const mss of [1, 2, 8, 47]) {
      const victim = new Victim(`mss ${mss},sackOK,wscale 7`)
      victim.connection.write(new Uint8Array(480), 0, 480)
      victim.receive(1)
      expect([victim.sent, victim.sentBytes]).toEqual([10, 480])
    }
  })

  it('tiny segments in flight are bounded by the buffer they would take (as Linux charges it)', () => {
    const victim = new Victim('mss 48,sackOK,wscale 14')
    victim.grow(100_000)
    const { flight, sendBuffer } = victim.tcb
    expect(flight.count).toBe(4_194_304 / 256)
    expect(flight.count).toBeLessThanOrEqual(sendBuffer.maxSegments)
    expect(victim.drain()).toBe(true)
  })

  it('RFC 2018, 5: thousands of wide blocks, all different: in the largest flight they cost hardly more than in a small one', () => {
    const costs = [64, 100_000].map((segments) => {
      const victim = new Victim('mss 48,sackOK,wscale 14')
      victim.grow(segments)
      const { flight } = victim.tcb
      const most = flight.count - 1
      const cost = leastTime(() => {
        for (let i = 0; i < 1000; i += 1) {
          const steps = [4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3]
          const edges = steps.flatMap((step) => [
            victim.at(48 * (1 + (step % 17))),
            victim.at(48 * (most - (step % 13))),
          ])
          victim.sack(victim.tcb.snd.una, edges)
        }
      })
      checkInvariants(victim.tcb)
      expect(flight.sackedOut).toBe(most - 1)
      expect(victim.drain()).toBe(true)
      return cost
    })
    expect(costs[1]).toBeLessThan(6 * (costs[0] ?? 0))
  })

  it('pieces of 8 octets: what is cut in two again and again stays bounded, and all arrives', () => {
    const victim = new Victim('mss 48,sackOK,wscale 14,TS val 1 ecr 0', {
      config: { tcp_wmem: [4096, 16_384, 262_144] },
    })
    victim.grow(100_000)
    const { flight, sendBuffer, reassembly, rcv } = victim.tcb
    const most = 3 * sendBuffer.maxSegments
    // Our own SACK blocks take room in each segment: 8 octets of 48 are left.
    for (const hole of [100, 300, 500])
      victim.receive(victim.tcb.snd.una, { seq: add(rcv.nxt, hole), payloadLength: 100 })
    expect([reassembly.sackCount, victim.tcb.currentMss()]).toEqual([3, 8])
    let largest = 0
    // After a timeout each piece that is acknowledged sends two, and cuts two.
    victim.pass(3_000_000)
    for (let i = 0; i < 3000; i += 1) {
      victim.receive(flight.end(0))
      victim.pass(100)
      largest = Math.max(largest, flight.count)
      if (i % 100 === 0) checkInvariants(victim.tcb)
    }
    expect(largest).toBeGreaterThan(1500)
    expect(largest).toBeLessThanOrEqual(most)
    expect(victim.drain()).toBe(true)
  })

  it('a window that shrinks to one octet and creeps cuts no more pieces than may be in the network', () => {
    const victim = new Victim(SACK)
    victim.connection.write(new Uint8Array(40_000), 0, 40_000)
    victim.receive(1)
    let largest = 0
    const { snd, flight } = victim.tcb
    for (let i = 1; i < 3000; i += 1) {
      victim.receive(snd.una, { window: 1 + (i % 3) })
      victim.pass(300_000)
      largest = Math.max(largest, flight.count)
    }
    checkInvariants(victim.tcb)
    expect(largest).toBeLessThanOrEqual(40)
    expect(victim.drain()).toBe(true)
  })
})

it('RFC 9293, 3.8.5: urgent pointers of forgeries and floods move nothing but the pointer', () => {
  const peer = Peer.established().run('+0.1 < PU. 1:101(100) ack 1 win 257 urg 65535\n+0 > . 1:1(0) ack 101')
  expect(peer.connection.urgentAhead).toBe(65_535)
  for (let i = 0; i < 1000; i += 1) peer.inject(`U. 101:101(0) ack 1 win 257 urg ${65_535 - i}`)
  // The furthest counts.
  expect(peer.connection.urgentAhead).toBe(65_635)
  peer.inject('U. 101:101(0) ack 1 win 257 urg 0')
  expect([peer.connection.readable, peer.tcb.reassembly.held <= 16_384 + 100]).toEqual([100, true])
})

it('RFC 9293, 3.8.5: RCV.UP keeps up with what is read, so that it is never taken for ahead half the space later', () => {
  const peer = Peer.established()
  for (let i = 0; i < 20; i += 1) {
    peer.inject(`P. ${1 + 1000 * i}:${1001 + 1000 * i}(1000) ack 1 win 257`)
    peer.perform('read all')
    peer.poll()
  }
  expect([peer.tcb.rcv.up, peer.connection.urgentAhead]).toEqual([peer.tcb.rcv.nxt, 0])
})
