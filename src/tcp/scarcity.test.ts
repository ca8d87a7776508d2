import { describe, expect, it } from 'vitest'
import { pattern } from '../sim/script/pattern.ts'
import { PAGE_BYTES } from './chunk-pool.ts'
import { Peer } from './peer.testkit.ts'
import { socketMemory } from './socket-memory.ts'
import { STATES } from './states.ts'
import { CLOSED, WRITABLE } from './tcb.ts'

const OPTIONS = 'mss 1460,sackOK,wscale 7'
const config = { tcp_mem: [64, 128, 256] as const }

/** A connection, established, whose host has `pages` pages in use elsewhere. */
function among(pages: number, setup: Parameters<typeof Peer.established>[0] = {}): Peer {
  const peer = Peer.established({ ...setup, config: { ...config, ...setup.config } }, OPTIONS)
  hold(peer, pages)
  return peer
}

function hold(peer: Peer, pages: number): void {
  peer.tcb.memory.pool.charge(pages * PAGE_BYTES)
}

/** Segment `index` of 1460 bytes, counted from 0, comes. */
function segment(index: number): string {
  return `. ${1460 * index + 1}:${1460 * index + 1461}(1460) ack 1 win 257`
}

const PRESSURE = 150
/** But for less than one chunk. */
const EXHAUSTED = 254

describe('receiving under pressure', () => {
  it('the window falls to four segments and grows no more (Linux: tcp_adjust_rcv_ssthresh)', () => {
    const peer = among(PRESSURE)
    const offers: number[] = []
    for (let i = 0; i < 60; i += 1) {
      peer.inject(segment(i))
      peer.perform('read all')
      peer.poll()
      offers.push(peer.tcb.window.offered)
    }
    expect(offers.at(-1)).toBe(5888)
    expect(peer.tcb.window.limit).toBe(4 * 1460)
    hold(peer, -PRESSURE)
    for (let i = 60; i < 70; i += 1) {
      peer.inject(segment(i))
      peer.perform('read all')
      peer.poll()
    }
    expect(peer.tcb.window.limit).toBe((4 + 10 * 2) * 1460)
  })

  it('SHLD-14: what was promised before is not taken back, and what fits in it is taken', () => {
    const peer = among(PRESSURE)
    const edge = peer.tcb.rcv.nxt + peer.tcb.rcvWnd
    let before = 0
    for (let i = 0; i < 44; i += 1) {
      peer.inject(segment(i))
      peer.poll()
      const now = peer.tcb.rcv.nxt + peer.tcb.rcvWnd
      expect(now).toBeGreaterThanOrEqual(Math.max(edge, before))
      before = now
    }
    expect(peer.tcb.reassembly.readable).toBe(44 * 1460)
    expect(peer.counters).toMatchObject({ TCPRcvQDrop: 0, PruneCalled: 0, TCPMemoryPressures: 1 })
  })

  it('who reads when it has begun is offered four segments, whatever the window was', () => {
    const peer = among(0)
    for (let i = 0; i < 43; i += 1) peer.inject(segment(i))
    peer.poll()
    hold(peer, PRESSURE)
    peer.perform('read all')
    peer.poll()
    expect(peer.tcb.window.offered).toBe(5888)
  })

  it('SHLD-14: what a SYN,ACK with a cookie has promised before holds', () => {
    const peer = new Peer({ config })
    hold(peer, PRESSURE)
    peer.connection.resume(peer.parse(`S 0:0(0) win 32792 <${OPTIONS}>`), peer.now)
    expect(peer.tcb.window.offered).toBe(65_535)
  })

  it('right-sizing waits until it is over', () => {
    const peer = among(PRESSURE)
    const { window } = peer.tcb
    const capacity = window.capacity
    window.sampleRtt(100_000)
    for (let i = 1; i < 10; i += 1) window.read(70_000, 1460, 1_000_000 * i)
    expect(window.capacity).toBe(capacity)
    hold(peer, -PRESSURE)
    window.read(80_000, 1460, 10_000_000)
    expect(window.capacity).toBeGreaterThan(capacity)
  })

  it('a connection that begins then is offered tcp_rmem[0], in whole segments', () => {
    const peer = new Peer({ config, options: OPTIONS })
    hold(peer, PRESSURE)
    peer.run(`
      +0   listen
      +0   < S 0:0(0) win 32792 <${OPTIONS}>
      +0   > S. 0:0(0) ack 1 win 2920
    `)
  })

  it('out-of-order data may take a share of the whole, and no more', () => {
    const peer = among(PRESSURE)
    // As if a hundred queues held something: 10 KiB for each.
    peer.tcb.memory.pool.holders = 100
    peer.inject(segment(1))
    peer.inject(segment(20))
    expect([peer.tcb.reassembly.pieces, peer.counters.TCPOFODrop]).toEqual([1, 1])
    // In order it was promised.
    for (const i of [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) peer.inject(segment(i))
    expect(peer.tcb.reassembly.readable).toBe(13 * 1460)
  })
})

describe('receiving when memory is exhausted', () => {
  it('tcp_rmem[0] is taken; more is dropped unacknowledged, and the window closed until the user has read', () => {
    const peer = among(EXHAUSTED)
    peer.run(`
      +0 < ${segment(0)}
      +0 > . 1:1(0) ack 1461
      +0 < ${segment(1)}
      +0 > . 1:1(0) ack 2921
      +0 < ${segment(2)}
      +0 > . 1:1(0) ack 2921 win 0
      +0 readable 2920
    `)
    expect(peer.counters).toMatchObject({ TCPRcvQDrop: 1, PruneCalled: 1, RcvPruned: 1, OfoPruned: 0 })
    expect(socketMemory(peer.tcb)).toMatchObject({ rmem_alloc: 2920, fwd_alloc: PAGE_BYTES - 2920, drops: 1 })
    peer.run(`
      +1 < ${segment(2)}
      +0 > . 1:1(0) ack 2921 win 0
      +1 read 2920
      +0 > . 1:1(0) ack 2921 win 32
      +0 < ${segment(2)}
      +0 > . 1:1(0) ack 4381
      +0 read 1460
    `)
    // Nothing that was acknowledged is missing, as `read` has checked.
    expect(peer.tcb.memory.allocated).toBe(EXHAUSTED * PAGE_BYTES)
  })

  it('only what will be there is offered: tcp_rmem[0] less what is unread', () => {
    const peer = among(PRESSURE)
    for (let i = 0; i < 44; i += 1) peer.inject(segment(i))
    peer.perform('read all')
    peer.poll()
    expect(peer.tcb.window.offered).toBe(5888)
    hold(peer, EXHAUSTED - PRESSURE)
    for (let i = 44; i < 46; i += 1) peer.inject(segment(i))
    peer.poll()
    // Rounded up to the scale, as always.
    expect(peer.tcb.rcvWnd).toBe(3072)
    peer.perform('read all')
    peer.skip(100_000)
    for (let i = 46; i < 48; i += 1) peer.inject(segment(i))
    peer.perform('read all')
    peer.poll()
    expect(peer.tcb.rcvWnd).toBe(4096)
  })

  it('RFC 2018, 8: what waits out of order behind new data gives way, without a word', () => {
    const peer = among(PRESSURE)
    const { reassembly, memory } = peer.tcb
    const fill = () => hold(peer, EXHAUSTED - memory.allocated / PAGE_BYTES)
    for (const i of [2, 40]) peer.inject(segment(i))
    peer.poll()
    expect([reassembly.pieces, reassembly.sackCount]).toEqual([2, 2])
    fill()
    // What lies before it stays.
    peer.inject(segment(24))
    expect([reassembly.pieces, reassembly.sackCount, peer.counters.OfoPruned]).toEqual([2, 1, 1])
    fill()
    // The first eleven have room in the chunk that the third has.
    for (const i of [0, 1, 3, 4, 5, 6, 7, 8, 9, 10]) peer.inject(segment(i))
    expect([reassembly.pieces, reassembly.readable, peer.counters.OfoPruned]).toEqual([1, 11 * 1460, 1])
    peer.inject(segment(11))
    expect([reassembly.pieces, reassembly.sackCount, peer.counters.OfoPruned]).toEqual([0, 0, 2])
    fill()
    for (let i = 12; i < 24; i += 1) peer.inject(segment(i))
    expect(reassembly.readable).toBe(22 * 1460)
    expect(peer.counters).toMatchObject({ PruneCalled: 4, OfoPruned: 2, RcvPruned: 2, TCPRcvQDrop: 1, TCPOFODrop: 1 })
  })

  it('out-of-order data is refused, for which nothing need give way', () => {
    const peer = among(EXHAUSTED)
    peer.inject(segment(0))
    peer.inject(segment(30))
    expect([peer.tcb.reassembly.pieces, peer.counters.TCPOFODrop, peer.tcb.drops]).toEqual([0, 1, 1])
    peer.poll()
    expect(peer.tcb.rcvWnd).toBeGreaterThan(0)
  })

  it('the FIN of text that was dropped waits for its text', () => {
    const peer = among(EXHAUSTED)
    for (let i = 0; i < 2; i += 1) peer.inject(segment(i))
    peer.poll()
    peer.run(`
      +0 < F. 2921:4381(1460) ack 1 win 257
      +0 > . 1:1(0) ack 2921 win 0 <>
      +0 read 2920
      +0 > . 1:1(0) ack 2921
      +0 < F. 2921:4381(1460) ack 1 win 257
      +0.04 > . 1:1(0) ack 4382
      +0 read 1460
      +0 state CLOSE-WAIT
    `)
  })
})

describe('writing', () => {
  const large = { tcp_wmem: [4096, 1_000_000, 1_000_000] as const }

  it('under pressure the send buffer stays as it is', () => {
    const peer = among(PRESSURE)
    const { capacity } = peer.tcb.sendBuffer
    peer.tcb.sendBuffer.grow(1000, 1460, 4_194_304)
    expect(peer.tcb.sendBuffer.capacity).toBe(capacity)
    // Nor does it grow before, where no more than tcp_mem[0] is in use.
    hold(peer, 70 - PRESSURE)
    peer.tcb.sendBuffer.grow(1000, 1460, 4_194_304)
    expect(peer.tcb.sendBuffer.capacity).toBe(capacity)
    hold(peer, -70)
    peer.tcb.sendBuffer.grow(1000, 1460, 4_194_304)
    expect(peer.tcb.sendBuffer.capacity).toBe(4_194_304)
  })

  it('a single write takes no more than there is', () => {
    const peer = among(20, { config: large })
    expect(peer.connection.write(new Uint8Array(2_000_000), 0, 2_000_000)).toBe(236 * PAGE_BYTES)
    expect(peer.tcb.memory.allocated).toBe(256 * PAGE_BYTES)
    peer.connection.abort()
    expect(peer.tcb.memory.allocated).toBe(20 * PAGE_BYTES)
  })

  it('exhausted: tcp_wmem[0] is taken and then nothing, and the writer is told when there is room', () => {
    const peer = among(EXHAUSTED, { config: large })
    const { connection, tcb } = peer
    expect(connection.write(pattern(0, 10_000), 0, 10_000)).toBe(4096)
    expect([connection.write(pattern(4096, 10_000), 0, 10_000), tcb.sendBuffer.free]).toEqual([0, 0])
    connection.takeEvents()
    peer.poll()
    peer.inject('. 1:1(0) ack 1001 win 2000')
    expect(connection.takeEvents() & WRITABLE).toBe(0)
    // With the last acknowledgment at the latest: who has nothing under way may write.
    peer.inject('. 1:1(0) ack 4097 win 2000')
    expect(connection.takeEvents() & WRITABLE).toBe(WRITABLE)
    expect(connection.write(pattern(4096, 10_000), 0, 10_000)).toBe(4096)
    expect(connection.write(pattern(8192, 10_000), 0, 10_000)).toBe(0)
    peer.poll()
    hold(peer, -EXHAUSTED)
    // Others have given back theirs: the next acknowledgment, of whatever it may be, says so.
    peer.inject('. 1:1(0) ack 5097 win 2000')
    expect(connection.takeEvents() & WRITABLE).toBe(WRITABLE)
    expect(tcb.sendBuffer.free).toBe(1_000_000 - 3096)
  })

  it('an orphan that its peer does not answer is reset then (TCPAbortOnMemory; Linux: tcp_out_of_resources)', () => {
    for (const [pages, end] of [
      [PRESSURE, 'FIN-WAIT-1'],
      [EXHAUSTED, 'CLOSED'],
    ] as const) {
      const peer = among(0, { config: large })
      peer.perform('write 10000')
      peer.perform('close')
      peer.poll()
      hold(peer, pages)
      peer.skip(3_000_000)
      expect(peer.state).toBe(end)
      expect(peer.counters.TCPAbortOnMemory).toBe(end === 'CLOSED' ? 1 : 0)
    }
  })
})

describe('at its end a connection has given everything back', () => {
  it('at once what nobody can ever read; what was received in order when it is read', () => {
    const peer = among(0)
    for (const i of [0, 20, 40]) peer.inject(segment(i))
    peer.inject('R. 1461:1461(0) ack 1')
    expect([peer.state, peer.tcb.memory.allocated, peer.connection.readable]).toEqual(['CLOSED', PAGE_BYTES, 1460])
    peer.perform('read 1460')
    expect(peer.tcb.memory.allocated).toBe(0)
  })

  const ends: Record<string, (peer: Peer) => void> = {
    ABORT: (peer) => peer.connection.abort(),
    'RST from the peer, then CLOSE': (peer) => {
      peer.inject('R. 1:1(0) ack 1')
      if (peer.connection.takeEvents() & CLOSED) peer.connection.close(peer.now)
      peer.connection.abort()
    },
    'silence, then ABORT': (peer) => {
      for (let i = 0; i < 300 && peer.connection.deadline() < Number.POSITIVE_INFINITY; i += 1) {
        peer.skip(peer.connection.deadline() - peer.now)
      }
      peer.connection.abort()
    },
    'CLOSE and silence': (peer) => {
      peer.connection.close(peer.now)
      for (let i = 0; i < 300 && peer.connection.deadline() < Number.POSITIVE_INFINITY; i += 1) {
        peer.skip(peer.connection.deadline() - peer.now)
      }
      if (peer.state === 'LISTEN') peer.connection.abort()
    },
  }
  const cases = Object.keys(ends).flatMap((name) => STATES.map((state) => [state, name] as const))

  it.each(cases)('%s: %s', (state, name) => {
    const peer = Peer.reach(state, { verify: false })
    const bytes = new Uint8Array(9000)
    peer.connection.write(bytes, 0, bytes.length)
    peer.poll()
    if (state === 'ESTABLISHED' || state === 'FIN-WAIT-1' || state === 'FIN-WAIT-2') {
      peer.inject(segment(0))
      peer.inject(segment(20))
      expect(peer.tcb.memory.allocated).toBeGreaterThan(0)
    }
    ends[name]?.(peer)
    peer.poll()
    expect(peer.state).toBe('CLOSED')
    expect([peer.tcb.memory.allocated, peer.tcb.memory.pool.holders]).toEqual([0, 0])
  })
})
