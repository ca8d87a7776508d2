import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linux } from './config.ts'
import { TcpCounters } from './counters.ts'
import { Memory } from './memory.ts'
import { Peer } from './peer.testkit.ts'
import { ReceiveWindow } from './window.ts'

const small = { config: { tcp_rmem: [4096, 20_000, 20_000] as [number, number, number] } }

/** Fills the receive window with segments of 1000 bytes until nothing more fits; returns the next sequence number. */
function fill(peer: Peer): number {
  let at = 1
  while (peer.tcb.rcvWnd >= 1000) {
    peer.inject(`. ${at}:${at + 1000}(1000) ack 1 win 257`)
    peer.poll()
    at += 1000
  }
  peer.skip(1_000_000)
  return at
}

describe('RFC 9293 3.8.6: the receive window', () => {
  it('half the receive buffer is offered, in whole segments (Linux)', () => {
    new Peer().run('+0 connect\n+0 > S 0:0(0) win 64240 <mss 1460,sackOK,TS val 100 ecr 0,wscale 7>')
    new Peer(small).run('+0 connect\n+0 > S 0:0(0) win 8760 <mss 1460,sackOK,TS val 100 ecr 0,wscale 0>')
  })

  it('RFC 7323, 2.2: the window of a SYN is not scaled', () => {
    const config = { tcp_rmem: [4096, 4_000_000, 4_000_000] as [number, number, number] }
    new Peer({ config }).run('+0 connect\n+0 > S 0:0(0) win 65535 <mss 1460,sackOK,TS val 100 ecr 0,wscale 6>')
  })

  it('MUST-39: what the user does not read closes it, in no small steps', () => {
    const peer = Peer.established(small, 'mss 1000')
    const windows = new Set<number>()
    let at = 1
    for (let i = 0; i < 9; i += 1) {
      peer.inject(`. ${at}:${at + 1000}(1000) ack 1 win 32792`)
      peer.poll()
      at += 1000
      windows.add(peer.segments.at(-1)?.window ?? -1)
    }
    for (const window of windows) expect(window === 0 || window >= 536).toBe(true)
  })

  it('SHLD-14, RFC 7323, 2.4 a: the right edge never moves back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 0, max: 1500 })), { maxLength: 60 }),
        fc.constantFrom('mss 1000', 'mss 1000,wscale 7', 'mss 1000,wscale 0'),
        (steps, options) => {
          const peer = Peer.established(small, options)
          let at = 1
          let edge = 0
          const look = () => {
            for (const segment of peer.segments.splice(0)) {
              if ((segment.flags & 2) !== 0) continue
              const right = (segment.ack - 70_000 + segment.window * 2 ** peer.tcb.window.scale) >>> 0
              expect(right).toBeGreaterThanOrEqual(edge)
              edge = right
            }
          }
          for (const [size, read] of steps) {
            const length = Math.min(size, peer.tcb.rcvWnd)
            if (length > 0) peer.inject(`P. ${at}:${at + length}(${length}) ack 1 win 257`)
            at += length
            peer.poll()
            if (read > 0) peer.perform(`read ${Math.min(read, peer.connection.readable)}`)
            peer.poll()
            look()
            peer.advance(peer.now + 1000)
            look()
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  it('MUST-39: reading reopens it, and the peer is told when it is worth a segment', () => {
    const peer = Peer.established(small, 'mss 1000')
    fill(peer)
    peer.segments.length = 0
    peer.perform('read 100')
    expect(peer.poll()).toEqual([])
    peer.perform('read 3000')
    const told = peer.poll()
    expect(told.length).toBe(1)
    expect(peer.segments[0]?.window).toBeGreaterThanOrEqual(1000)
  })

  it('RFC 9293 3.8.6.1: in a zero window probes are answered, their text is not taken', () => {
    const peer = Peer.established(small, 'mss 1000')
    let at = fill(peer)
    peer.inject(`. ${at}:${at + peer.tcb.rcvWnd}(${peer.tcb.rcvWnd}) ack 1 win 257`)
    at += peer.tcb.rcvWnd
    peer.poll()
    at = (peer.tcb.rcv.nxt - 70_000) >>> 0
    const readable = peer.connection.readable
    expect(peer.tcb.rcvWnd).toBe(0)
    peer.run(`
      +1 < . ${at}:${at + 1}(1) ack 1 win 257
      +0 > . 1:1(0) ack ${at} win 0
      +1 < . ${at - 1}:${at - 1}(0) ack 1 win 257
      +0 > . 1:1(0) ack ${at} win 0
      +0 readable ${readable}
      +1 < F. ${at}:${at}(0) ack 1 win 257
      +0 state CLOSE-WAIT
      +0.04 > . 1:1(0) ack ${at + 1} win 0
    `)
    expect(peer.counters.TCPZeroWindowDrop).toBe(1)
  })

  it('RFC 9293 3.10.7.4: text that reaches beyond the window is cut', () => {
    const peer = Peer.established(small, 'mss 1000')
    const window = peer.tcb.rcvWnd
    peer.inject(`P. 1:${window + 501}(${window + 500}) ack 1 win 257`)
    peer.run(`
      +0 readable ${window}
      +0 > . 1:1(0) ack ${window + 1} win 0
    `)
    expect(peer.counters.TCPBeyondWindow).toBe(1)
  })
})

describe('growth of the window', () => {
  it('slow start of the offer: it grows with what arrives', () => {
    const peer = Peer.established({}, 'mss 1460,sackOK,wscale 7')
    const before = peer.tcb.window.limit
    for (let i = 0; i < 10; i += 1) {
      peer.inject(`. ${1460 * i + 1}:${1460 * i + 1461}(1460) ack 1 win 257`)
      peer.perform('read all')
      peer.poll()
    }
    expect(peer.tcb.window.limit).toBeGreaterThanOrEqual(before)
  })

  it('right-sizing: a user who reads a window in each round trip gets twice as much, up to tcp_rmem[2] / 2', () => {
    const window = new ReceiveWindow(linux, new Memory(linux, new TcpCounters(), () => 0))
    window.initial(1460)
    window.sampleRtt(100_000)
    let now = 0
    for (let i = 0; i < 40; i += 1) {
      now += 100_000
      window.read(window.capacity, 1460, now)
    }
    expect(window.capacity).toBe(linux.tcp_rmem[2] / 2)
  })

  it('SO_RCVBUF locks it', () => {
    const window = new ReceiveWindow(linux, new Memory(linux, new TcpCounters(), () => 0))
    window.initial(1460)
    window.locked = true
    window.sampleRtt(100_000)
    for (let now = 0; now < 4_000_000; now += 100_000) window.read(60_000, 1460, now)
    expect(window.capacity).toBe(linux.tcp_rmem[1] / 2)
  })
})
