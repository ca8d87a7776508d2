import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CE, NOT_ECT } from '../wire/packet.ts'
import type { TcpSegment } from '../wire/tcp.ts'
import { checkInvariants } from './invariants.testkit.ts'
import type { End } from './pair.testkit.ts'
import { Pair } from './pair.testkit.ts'

/** A small seeded generator, so that a failing case repeats. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

interface Weather {
  seed: number
  loss: number
  reorder: number
  duplicate: number
  /** With ECN, asked for by `a`: how much is marked; 0 = without. */
  mark: number
  delay: number
  sackA: boolean
  sackB: boolean
  timestamps: boolean
  scaling: boolean
  issA: number
  issB: number
  mss: number
  sizeA: number
  sizeB: number
  buffer: number
  noDelay: boolean
}

const weather: fc.Arbitrary<Weather> = fc.record({
  seed: fc.nat(),
  loss: fc.double({ min: 0, max: 0.2, noNaN: true }),
  reorder: fc.double({ min: 0, max: 0.3, noNaN: true }),
  duplicate: fc.double({ min: 0, max: 0.1, noNaN: true }),
  mark: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.3, noNaN: true })),
  delay: fc.integer({ min: 10, max: 100_000 }),
  sackA: fc.boolean(),
  sackB: fc.boolean(),
  timestamps: fc.boolean(),
  scaling: fc.boolean(),
  // Half of the numbers begin just before the wrap.
  issA: fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0xffff0000, max: 0xffffffff })),
  issB: fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0xffff0000, max: 0xffffffff })),
  mss: fc.integer({ min: 100, max: 9000 }),
  sizeA: fc.integer({ min: 0, max: 150_000 }),
  sizeB: fc.integer({ min: 0, max: 150_000 }),
  buffer: fc.integer({ min: 4096, max: 262_144 }),
  noDelay: fc.boolean(),
})

class Talker {
  wrote = 0
  got = 0
  readonly end: End
  readonly size: number
  readonly salt: number

  constructor(end: End, size: number, salt: number) {
    this.end = end
    this.size = size
    this.salt = salt
  }

  byte(i: number): number {
    return (i * 31 + (i >> 8) * 7 + this.salt) & 255
  }

  write(): void {
    const { connection } = this.end
    if (!connection.canWrite) return
    const chunk = new Uint8Array(Math.min(5000, this.size - this.wrote))
    for (let i = 0; i < chunk.length; i += 1) chunk[i] = this.byte(this.wrote + i)
    this.wrote += connection.write(chunk, 0, chunk.length)
    // CLOSE in SYN-SENT would delete the connection (RFC 9293, 3.10.4).
    if (this.wrote === this.size && connection.state !== 'SYN-SENT') connection.shutdown()
  }

  read(peer: Talker, now: number): void {
    for (const byte of this.end.readAll(now)) {
      if (byte !== peer.byte(this.got)) throw new Error(`byte ${this.got} is wrong`)
      this.got += 1
    }
  }
}

function live(w: Weather): { pair: Pair; done: boolean; a: Talker; b: Talker } {
  const config = {
    tcp_timestamps: w.timestamps,
    tcp_ecn: w.mark > 0 ? 1 : 0,
    tcp_window_scaling: w.scaling,
    tcp_retries2: 100,
    tcp_syn_retries: 30,
    tcp_synack_retries: 30,
    tcp_orphan_retries: 100,
  }
  const rmem: [number, number, number] = [4096, w.buffer, Math.max(w.buffer, 1_000_000)]
  const pair = new Pair(
    { config: { ...config, tcp_sack: w.sackA, tcp_rmem: rmem }, iss: w.issA, mss: w.mss },
    { config: { ...config, tcp_sack: w.sackB }, iss: w.issB, mss: 1460 },
  )
  const random = generator(w.seed)
  pair.fate = (segment: TcpSegment) => {
    if (random() < w.loss) return []
    if (segment.ecn !== NOT_ECT && random() < w.mark) segment.ecn = CE
    const delays = [w.delay + (random() < w.reorder ? Math.floor(random() * 4 * w.delay) : 0)]
    if (random() < w.duplicate) delays.push(w.delay + Math.floor(random() * 2 * w.delay))
    return delays
  }
  pair.a.connection.options.noDelay = w.noDelay
  const a = new Talker(pair.a, w.sizeA, 1)
  const b = new Talker(pair.b, w.sizeB, 99)
  pair.b.connection.listen()
  pair.a.connection.connect(pair.now)
  const step = () => {
    a.write()
    b.write()
    a.read(b, pair.now)
    b.read(a, pair.now)
    checkInvariants(pair.a.connection.tcb)
    checkInvariants(pair.b.connection.tcb)
  }
  step()
  const closed = () => pair.a.connection.state === 'CLOSED' && pair.b.connection.state === 'CLOSED'
  return { pair, done: pair.runUntil(closed, 4 * 3600 * 1_000_000, step), a, b }
}

describe('two connections over a channel that loses, reorders, duplicates and marks', () => {
  it('RFC 9293 3.8: the exact byte stream arrives both ways, and both reach CLOSED', () => {
    fc.assert(
      fc.property(weather, (w) => {
        const { pair, done, a, b } = live(w)
        expect(done).toBe(true)
        expect([pair.a.connection.tcb.error, pair.b.connection.tcb.error]).toEqual(['', ''])
        expect([a.got, b.got]).toEqual([w.sizeB, w.sizeA])
      }),
      { numRuns: Number(process.env.RUNS ?? 150) },
    )
  }, 120_000)
})
