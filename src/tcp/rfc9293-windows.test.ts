import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linux, rfc } from './config.ts'
import { Peer } from './peer.testkit.ts'

/** No tail loss probes: only the rule under test decides what goes when. */
const plain = { config: { tcp_early_retrans: false } }

describe('RFC 9293 3.1: windows are large unsigned numbers', () => {
  it('MUST-1, REC-1: of the peer: 65,535 is no negative window, nor is it scaled by 2^14', () => {
    const plainly = Peer.established(plain, 'mss 1000').run('+0.1 < . 1:1(0) ack 1 win 65535')
    expect(plainly.tcb.snd.wnd).toBe(65_535)
    const peer = Peer.established(plain, 'mss 1000,wscale 14').run('+0.1 < . 1:1(0) ack 1 win 65535')
    expect(peer.tcb.snd.wnd).toBe(65_535 * 2 ** 14)
    peer.perform('write 5000')
    expect(peer.poll().length).toBe(5)
  })

  it('MUST-1, REC-1: of ours: nearly 2^30 octets may be offered, and are taken', () => {
    const buffer: [number, number, number] = [4096, 2_000_000_000, 2_000_000_000]
    const peer = Peer.established({ config: { tcp_rmem: buffer } }, 'mss 1000,wscale 14')
    peer.tcb.window.limit = 1_000_000_000
    peer.run('+0.1 < P. 1:1001(1000) ack 1 win 257\n+0 > . 1:1(0) ack 1001')
    const { window } = peer.segments.at(-1) ?? { window: 0 }
    expect(window).toBeGreaterThan(60_000)
    expect(peer.tcb.rcvWnd).toBe(window * 2 ** 14)
    // Far beyond what fits into 16 bits.
    peer.run('+0.1 < P. 500000001:500000101(100) ack 1 win 257\n+0 > . 1:1(0) ack 1001')
    expect(peer.tcb.reassembly.pieces).toBe(1)
  })
})

describe('RFC 9293 3.8.6: the sender', () => {
  it('MUST-34: a window that shrinks below what is in flight stops new data, and harms nothing', () => {
    Peer.established(plain, 'mss 1000').run(`
      +0.1 write 8000
      +0   > . 1:1001(1000) ack 1
      +0   > . 1001:2001(1000) ack 1
      +0   > . 2001:3001(1000) ack 1
      +0   > . 3001:4001(1000) ack 1
      +0   > . 4001:5001(1000) ack 1
      +0   > . 5001:6001(1000) ack 1
      +0   > . 6001:7001(1000) ack 1
      +0   > P. 7001:8001(1000) ack 1
      +0.1 < . 1:1(0) ack 1001 win 2000
      +0   write 3000
      +0.1 < . 1:1(0) ack 8001 win 2000
      +0   > . 8001:9001(1000) ack 1
      +0   > . 9001:10001(1000) ack 1
      +0.1 < . 1:1(0) ack 10001 win 2000
      +0   > P. 10001:11001(1000) ack 1
    `)
  })

  it('MUST-35: taken back to nothing with all of it acknowledged, it is probed', () => {
    Peer.established(plain, 'mss 1000').run(`
      +0.1 write 1000
      +0   > P. 1:1001(1000) ack 1
      +0.1 < . 1:1(0) ack 1001 win 0
      +0   write 10
      +0.3 > . 1000:1000(0) ack 1
      +0   < . 1:1(0) ack 1001 win 5000
      +0   > P. 1001:1011(10) ack 1
    `)
  })

  it('MUST-38: a window that opens in small steps draws no small segments', () => {
    const peer = Peer.established(plain, 'mss 1000').run(`
      +0.1 < P. 1:2(1) ack 1 win 32792
      +0   > . 1:1(0) ack 2
      +0.1 < P. 2:3(1) ack 1 win 4000
      +0   > . 1:1(0) ack 3
      +0   write 10000
      +0   > . 1:1001(1000) ack 3
      +0   > . 1001:2001(1000) ack 3
      +0   > . 2001:3001(1000) ack 3
      +0   > . 3001:4001(1000) ack 3
    `)
    for (let edge = 4100; edge < 9000; edge += 100) {
      peer.inject(`. 3:3(0) ack 1 win ${edge}`)
      peer.poll()
    }
    const lengths = peer.segments.map((segment) => segment.payloadLength).filter((length) => length > 0)
    expect(lengths).toEqual(Array(8).fill(1000))
  })
})

describe('RFC 9293 3.8.6: the receiver', () => {
  it.each([
    [20_000, 'mss 1000'],
    [200_000, 'mss 1000,wscale 7'],
  ])('MUST-39: an application that reads a few octets at a time opens no silly window (%d, %s)', (size, options) => {
    const peer = Peer.established({ config: { tcp_rmem: [4096, size, 6_000_000] } }, options)
    // SO_RCVBUF was set: it does not grow.
    peer.tcb.window.locked = true
    let at = 1
    while (peer.tcb.rcvWnd > 0) {
      const length = Math.min(1000, peer.tcb.rcvWnd)
      peer.inject(`P. ${at}:${at + length}(${length}) ack 1 win 257`)
      peer.poll()
      at += length
    }
    peer.skip(1_000_000)
    peer.segments.length = 0
    for (let i = 0; i < 200; i += 1) {
      peer.perform('read 20')
      peer.poll()
    }
    // 4000 octets were read: they were not told of one by one, and never of less than a segment.
    expect(peer.segments.length).toBeLessThan(5)
    const { scale } = peer.tcb.window
    for (const { window } of peer.segments) expect(window << scale).toBeGreaterThanOrEqual(1000)
  })

  it.each([
    ['linux', linux],
    ['rfc', rfc],
  ] as const)(
    'MUST-40: whatever comes, its acknowledgment has gone before half a second is over (%s)',
    (_name, config) => {
      const length = fc.oneof(fc.constant(1460), fc.integer({ min: 1, max: 1500 }))
      const steps = fc.array(fc.tuple(length, fc.integer({ min: 0, max: 3_000_000 })), { minLength: 1, maxLength: 40 })
      const time = fc.integer({ min: 1, max: 5_000_000 })
      fc.assert(
        fc.property(steps, time, time, fc.boolean(), (segments, rtt, ato, answers) => {
          const peer = Peer.established({ config }, 'mss 1460,wscale 7')
          for (let i = 0; i < 20; i += 1) peer.tcb.rtt.sample(rtt, i, i)
          peer.tcb.acks.ato = ato
          let at = 1
          for (const [length, gap] of segments) {
            // Not those that are acknowledged at once.
            peer.tcb.acks.quick = 0
            peer.inject(`. ${at}:${at + length}(${length}) ack ${peer.tcb.snd.nxt - 5000} win 257`)
            at += length
            const came = peer.now
            peer.perform('read all')
            if (answers) peer.perform('write 10')
            peer.poll()
            peer.advance(Math.max(came + 499_999, came + gap))
            expect(peer.tcb.acks.lastSent).toBe(peer.tcb.rcv.nxt)
          }
        }),
        { numRuns: 100 },
      )
    },
  )
})
