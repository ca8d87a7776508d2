import { describe, expect, it } from 'vitest'
import { add } from '../wire/seq.ts'
import { ACK, FIN, PSH } from '../wire/tcp.ts'
import { leastTime, Victim } from './attack.testkit.ts'
import { checkInvariants } from './invariants.testkit.ts'

const OPTIONS = 'mss 1000,sackOK,wscale 7'
const SECOND = 1_000_000

/** With a window of 1 MB, all of it read. */
function wide(): Victim {
  const victim = new Victim(OPTIONS, { config: { tcp_rmem: [4096, 2 << 20, 6 << 20] } })
  for (let i = 0; i < 2000 && victim.tcb.rcvWnd < 1_000_000; i += 1) text(victim, 0, 1000)
  expect(victim.tcb.rcvWnd).toBeGreaterThan(1_000_000)
  return victim
}

/** Text `offset` octets ahead of RCV.NXT; what is in order is read. */
function text(victim: Victim, offset: number, length: number): void {
  victim.receive(1, { flags: ACK | PSH, seq: add(victim.tcb.rcv.nxt, offset), payloadLength: length })
  const { readable } = victim.connection
  if (readable > 0) victim.connection.read(new Uint8Array(readable), 0, readable, victim.now)
}

describe('text out of order in small pieces (CVE-2018-5390)', () => {
  it('RFC 9293, 3.10.7.4: single octets with holes between them: so many are kept, the others are counted', () => {
    const victim = wide()
    const { reassembly, rcv } = victim.tcb
    const first = rcv.nxt
    for (let i = 20_000; i > 0; i -= 1) text(victim, 2 * i, 1)
    for (let i = 1; i <= 20_000; i += 1) text(victim, 2 * i, 1)
    expect(reassembly.pieces).toBeLessThanOrEqual(4096)
    expect(victim.counters.TCPOFODrop).toBeGreaterThan(30_000)
    expect(reassembly.held).toBeLessThanOrEqual(1 << 20)
    checkInvariants(victim.tcb)
    // The holes are filled from the front, as an honest sender does, however many pieces wait behind them.
    while (rcv.nxt !== add(first, 41_000)) {
      const before = rcv.nxt
      text(victim, 0, 1)
      if (rcv.nxt === before) throw new Error('what is next in order was refused')
    }
    expect([reassembly.pieces, reassembly.waiting]).toEqual([0, 0])
  })

  it('RFC 9293, 3.10.7.4: a piece among thousands costs hardly more than one among a few', () => {
    const costs = [50, 4000].map((pieces) => {
      const victim = wide()
      for (let i = 1; i <= pieces; i += 1) text(victim, 4 * i, 1)
      // Joined to others at random, and apart from all.
      return leastTime(() => {
        for (let i = 0; i < 2000; i += 1) text(victim, 4 * (1 + ((i * 7919) % pieces)) + (i % 2), 1)
      })
    })
    expect(costs[1]).toBeLessThan(20 * (costs[0] ?? 0))
  })

  it('RFC 2018, 4: however many pieces wait, an ACK tells of four, the newest first', () => {
    const victim = wide()
    for (let i = 1; i < 1000; i += 1) text(victim, 10 * i, 1)
    const edges = new Uint32Array(8)
    expect(victim.tcb.reassembly.sackBlocks(edges, 4)).toBe(4)
    expect(edges[0]).toBe(add(victim.tcb.rcv.nxt, 9990))
  })

  it('RFC 9293, 3.10.7.4: the same pieces over and over, overlapping and contained, take no more room', () => {
    const victim = wide()
    for (let round = 0; round < 20; round += 1) {
      for (let i = 1; i < 500; i += 1) text(victim, 20 * i + (round % 7), 1 + ((i * round) % 13))
    }
    const { reassembly } = victim.tcb
    expect(reassembly.pieces).toBeLessThan(500)
    expect(reassembly.waiting).toBeLessThan(20 * 500)
    expect(reassembly.held).toBeLessThan(16_384 * 3)
    checkInvariants(victim.tcb)
  })

  it('RFC 9293, 3.10.7.4: FINs out of order, many and different: the first counts, the stream ends there or not at all', () => {
    const victim = wide()
    for (let i = 1; i < 1000; i += 1) victim.receive(1, { flags: ACK | FIN, seq: add(victim.tcb.rcv.nxt, 3000 + i) })
    expect([victim.tcb.state, victim.tcb.reassembly.pieces]).toEqual(['ESTABLISHED', 1])
    text(victim, 0, 1000)
    text(victim, 0, 1000)
    expect(victim.tcb.state).toBe('ESTABLISHED')
    text(victim, 0, 1001)
    expect(victim.tcb.state).toBe('CLOSE-WAIT')
  })
})

describe('windows held shut', () => {
  /** Data waits, the peer says 0 to every probe; how long until the connection is over, seconds at most `limit`. */
  function heldOpen(victim: Victim, limit: number): number {
    for (let second = 0; second < limit; second += 1) {
      victim.pass(SECOND)
      if (victim.tcb.state === 'CLOSED') return second
      victim.receive(victim.tcb.snd.nxt, { window: 0 })
    }
    return limit
  }

  it('RFC 9293, 3.8.6.1: while somebody owns it, it goes on as long as the peer answers, in bounded memory', () => {
    const victim = new Victim(OPTIONS)
    victim.receive(1, { window: 0 })
    victim.fill()
    expect(heldOpen(victim, 20_000)).toBe(20_000)
    expect(victim.tcb.sendBuffer.length).toBeLessThanOrEqual(victim.tcb.sendBuffer.capacity)
    expect(victim.sent).toBe(0)
    expect(victim.tcb.timers.persist - victim.now).toBeLessThanOrEqual(120 * SECOND)
    expect(victim.drain()).toBe(true)
  })

  it('RFC 6429: with nobody there, it is over once the probes are as far apart as they get (as Linux)', () => {
    const victim = new Victim(OPTIONS)
    victim.receive(1, { window: 0 })
    victim.fill()
    victim.connection.close(victim.now)
    const seconds = heldOpen(victim, 20_000)
    expect(seconds).toBeGreaterThan(100)
    expect(seconds).toBeLessThan(600)
    expect([victim.tcb.error, victim.counters.TCPAbortOnTimeout]).toEqual(['ETIMEDOUT', 1])
  })

  it('RFC 9293, 3.8.6.2.1: a window that opens by an octet a time draws a segment for each timeout, not for each ACK', () => {
    const victim = new Victim(OPTIONS)
    victim.receive(1, { window: 0 })
    victim.fill()
    for (let i = 0; i < 10_000; i += 1) {
      victim.pass(1000)
      // Scaled by 7: 128 octets, of segments of 1000.
      victim.receive(victim.tcb.snd.nxt, { window: 1 })
    }
    expect(victim.sent).toBeLessThanOrEqual(10 * 5)
    expect(victim.drain()).toBe(true)
  })

  it('a slow reader is served at its own pace: what waits for it is bounded, what it takes is all', () => {
    const victim = new Victim('mss 1000,sackOK,wscale 0')
    let written = 0
    for (let i = 0; i < 2000; i += 1) {
      written += victim.connection.write(new Uint8Array(10_000), 0, 10_000)
      victim.receive(victim.tcb.snd.nxt, { window: 1000 })
      victim.pass(1000)
      expect(victim.tcb.sendBuffer.length).toBeLessThanOrEqual(victim.tcb.sendBuffer.capacity)
    }
    expect(victim.drain()).toBe(true)
    expect(victim.sentBytes).toBe(written)
  })
})
