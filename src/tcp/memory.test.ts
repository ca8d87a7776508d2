import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pattern } from '../sim/script/pattern.ts'
import { add } from '../wire/seq.ts'
import { ByteQueue } from './byte-queue.ts'
import { CHUNK_BYTES, ChunkPool, PAGE_BYTES } from './chunk-pool.ts'
import { linux } from './config.ts'
import { TcpCounters } from './counters.ts'
import { Memory } from './memory.ts'
import { Reassembly } from './reassembly.ts'
import { SendBuffer } from './send-buffer.ts'

/** A memory of so many pages whose clock is set by hand. */
class Scarce {
  now = 1_000_000
  readonly config = { tcp_mem: linux.tcp_mem }
  readonly counters = new TcpCounters()
  readonly memory: Memory

  constructor(...pages: [number, number, number]) {
    this.config.tcp_mem = pages
    this.memory = new Memory(this.config, this.counters, () => this.now)
  }

  /** Puts `pages` pages more in use; fewer than 0 = fewer. */
  hold(pages: number): void {
    this.memory.pool.charge(pages * PAGE_BYTES)
  }

  get state(): [pressure: boolean, exhausted: boolean, ample: boolean] {
    const { underPressure, exhausted, ample } = this.memory
    return [underPressure, exhausted, ample]
  }
}

describe('tcp_mem', () => {
  it('pressure begins above the second and lasts until below the first', () => {
    const scarce = new Scarce(10, 20, 40)
    const states = [9, 1, 10, 1, -10, -1, -1, 12].map((pages) => {
      scarce.hold(pages)
      return scarce.state[0]
    })
    //                      9      10     20     21    11    10    9      21
    expect(states).toEqual([false, false, false, true, true, true, false, true])
    expect(scarce.counters.TCPMemoryPressures).toBe(2)
  })

  it('counts for how long, in milliseconds, when it is over', () => {
    const scarce = new Scarce(10, 20, 40)
    scarce.hold(21)
    scarce.now += 1_234_567
    expect(scarce.counters.TCPMemoryPressuresChrono).toBe(0)
    scarce.hold(-21)
    scarce.hold(21)
    scarce.now += 1000
    scarce.hold(-21)
    expect(scarce.counters.TCPMemoryPressuresChrono).toBe(1235)
  })

  it('it is exhausted when not one chunk is left below the third, and ample below the first alone', () => {
    const scarce = new Scarce(10, 20, 40)
    const seen = [9, 1, 26, 1].map((pages) => {
      scarce.hold(pages)
      return scarce.state
    })
    expect(seen).toEqual([
      [false, false, true],
      [false, false, false],
      [true, false, false],
      [true, true, false],
    ])
  })

  it('follows a change of the setting', () => {
    const scarce = new Scarce(10, 20, 40)
    scarce.hold(36)
    expect(scarce.memory.exhausted).toBe(false)
    scarce.config.tcp_mem = [10, 20, 30]
    expect(scarce.memory.exhausted).toBe(true)
    scarce.config.tcp_mem = [100, 200, 400]
    scarce.hold(1)
    expect(scarce.state).toEqual([false, false, true])
  })

  it('grants what was promised up to the third, and beyond it each queue its least', () => {
    const { memory, counters } = new Scarce(10, 20, 40)
    memory.pool.charge(36 * PAGE_BYTES)
    expect(memory.grants(CHUNK_BYTES, CHUNK_BYTES, 4096)).toBe(true)
    memory.pool.charge(1)
    expect(memory.grants(CHUNK_BYTES, CHUNK_BYTES, 4096)).toBe(false)
    expect(memory.grants(4096, CHUNK_BYTES, 4096)).toBe(false)
    expect(memory.grants(0, CHUNK_BYTES, 4096)).toBe(true)
    // What fits in what it has takes nothing.
    expect(memory.grants(CHUNK_BYTES, 0, 4096)).toBe(true)
    expect(counters.TCPMemoryPressures).toBe(1)
  })

  it('what can come later is shared out under pressure: equal parts for those that hold anything', () => {
    const scarce = new Scarce(10, 20, 40)
    const { memory } = scarce
    memory.pool.holders = 4
    scarce.hold(20)
    expect(memory.spares(20 * PAGE_BYTES, CHUNK_BYTES)).toBe(true)
    scarce.hold(1)
    expect(memory.spares(20 * PAGE_BYTES, CHUNK_BYTES)).toBe(false)
    expect(memory.spares(6 * PAGE_BYTES, CHUNK_BYTES)).toBe(true)
    expect(memory.spares(7 * PAGE_BYTES, CHUNK_BYTES)).toBe(false)
    expect(memory.spare(6 * PAGE_BYTES, 4096)).toBe(4 * PAGE_BYTES)
    expect(memory.spare(20 * PAGE_BYTES, 4096)).toBe(0)
    expect(memory.spare(0, 4096)).toBe(10 * PAGE_BYTES)
    scarce.hold(18)
    expect(memory.spares(0, CHUNK_BYTES)).toBe(false)
    expect(memory.spare(0, 4096)).toBe(PAGE_BYTES)
  })
})

describe('the pool', () => {
  it('keeps at rest no more than is in use, and 2 MiB of chunks', () => {
    const pool = new ChunkPool()
    const chunks = Array.from({ length: 1000 }, () => pool.take(CHUNK_BYTES))
    for (const chunk of chunks) pool.give(chunk)
    expect([pool.used, pool.resting]).toEqual([0, 128 * CHUNK_BYTES])
    const pages = Array.from({ length: 1000 }, () => pool.take(PAGE_BYTES))
    for (const page of pages) pool.give(page)
    expect([pool.used, pool.resting]).toEqual([0, 128 * CHUNK_BYTES + 256 * PAGE_BYTES])
  })

  it('gives what rests again before it makes anything new', () => {
    const pool = new ChunkPool()
    const chunk = pool.take(CHUNK_BYTES)
    const page = pool.take(PAGE_BYTES)
    pool.give(chunk)
    pool.give(page)
    expect(pool.take(PAGE_BYTES)).toBe(page)
    expect(pool.take(CHUNK_BYTES)).toBe(chunk)
    expect(pool.take(CHUNK_BYTES)).not.toBe(chunk)
    expect(pool.resting).toBe(0)
  })

  it('a queue with little in it has a page, one with more has chunks, an empty one has nothing', () => {
    const pool = new ChunkPool()
    const queue = new ByteQueue(pool)
    const held = [1000, 3096, 1, 20_000].map((length, i) => {
      queue.write([0, 1000, 4096, 4097][i] ?? 0, new Uint8Array(length), 0, length)
      return pool.used
    })
    expect(held).toEqual([PAGE_BYTES, PAGE_BYTES, CHUNK_BYTES, 2 * CHUNK_BYTES])
    queue.clear()
    expect([pool.used, pool.holders]).toEqual([0, 0])
  })
})

type Step = { who: number; what: 'write' | 'ahead' | 'read' | 'clear' | 'prune'; at: number; length: number }

const step: fc.Arbitrary<Step> = fc.record({
  who: fc.nat(3),
  what: fc.constantFrom('write', 'write', 'ahead', 'ahead', 'read', 'clear', 'prune'),
  at: fc.nat(60_000),
  length: fc.integer({ min: 1, max: 30_000 }),
})

describe('the account', () => {
  it('is what all queues hold, whatever is done to them, and in the end nothing', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 0xffffffff }), (steps, isn) => {
        const { memory } = new Scarce(8, 16, 40)
        const config = { tcp_wmem: [4096, 200_000, 200_000] as [number, number, number] }
        const senders = [new SendBuffer(config, memory), new SendBuffer(config, memory)]
        const receivers = [new Reassembly(memory.pool), new Reassembly(memory.pool)]
        const next = [0, 0]
        for (const sender of senders) sender.reset(isn)
        for (const receiver of receivers) receiver.start(isn)
        for (const { who, what, at, length } of steps) {
          const sender = senders[who]
          const receiver = receivers[who - 2]
          if (sender !== undefined) send(sender, what, length)
          else if (receiver !== undefined) next[who - 2] = receive(receiver, isn, next[who - 2] ?? 0, what, at, length)
          const held = [...senders, ...receivers].map((queue) => queue.held)
          expect(memory.allocated).toBe(held.reduce((a, b) => a + b))
          expect(memory.pool.holders).toBeLessThanOrEqual(held.filter((bytes) => bytes > 0).length)
        }
        for (const sender of senders) sender.reset(0)
        for (const receiver of receivers) receiver.clear()
        expect([memory.allocated, memory.pool.holders]).toEqual([0, 0])
      }),
      { numRuns: 200 },
    )
  })

  it('`cost` is what a write takes, and `room` what can be written for so much', () => {
    const write = fc.tuple(fc.nat(40_000), fc.integer({ min: 1, max: 40_000 }), fc.nat(30_000))
    fc.assert(
      fc.property(fc.array(write, { maxLength: 10 }), fc.nat(80_000), (writes, more) => {
        const queue = new ByteQueue(new ChunkPool())
        let tail = 0
        for (const [ahead, length, dropped] of writes) {
          // A tail without holes, and then something beyond a hole.
          const cost = queue.cost(tail, length)
          const before = queue.held
          queue.write(tail, new Uint8Array(length), 0, length)
          expect(queue.held - before).toBe(cost)
          tail += length
          const room = queue.room(tail, more)
          expect(room > 0 ? queue.cost(tail, room) : 0).toBeLessThanOrEqual(more)
          expect(queue.cost(tail, room + 1)).toBeGreaterThan(more - CHUNK_BYTES)
          const gap = queue.cost(tail + ahead, length)
          const held = queue.held
          queue.write(tail + ahead, new Uint8Array(length), 0, length)
          expect(queue.held - held).toBe(gap)
          queue.cut(tail)
          const count = Math.min(dropped, tail)
          queue.drop(count)
          tail -= count
        }
      }),
      { numRuns: 200 },
    )
  })
})

function send(sender: SendBuffer, what: Step['what'], length: number): void {
  const { free, held } = sender
  if (what === 'write' || what === 'ahead') {
    expect(sender.write(pattern(0, length), 0, length)).toBe(Math.min(length, free))
    // Whoever holds nothing may always write.
    if (held === 0) expect(free).toBeGreaterThanOrEqual(4096)
  } else if (what === 'clear') {
    sender.reset(0)
  } else {
    sender.acknowledge(add(sender.start, length))
  }
}

/** `next`: bytes received in order since `isn`; returns how many there are now. */
function receive(receiver: Reassembly, isn: number, next: number, what: Step['what'], at: number, length: number) {
  switch (what) {
    case 'write':
      return next + Math.max(0, receiver.insert(add(isn, next), pattern(0, length), 0, length))
    case 'ahead':
      receiver.insert(add(isn, next + 1 + at), pattern(0, length), 0, length)
      if (at % 5 === 0) receiver.insertFin(add(receiver.end, 7))
      return next
    case 'read':
      receiver.discard(Math.min(length, receiver.readable))
      return next
    case 'prune':
      receiver.prune(add(isn, next + at))
      return next
    default:
      receiver.forgetWaiting()
      return next
  }
}
