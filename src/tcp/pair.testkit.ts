import { TcpSegment } from '../wire/tcp.ts'
import { ChallengeLimit } from './challenge-limit.ts'
import { linux, type TcpConfig } from './config.ts'
import { Connection } from './connection.ts'
import { TcpCounters } from './counters.ts'
import { Memory } from './memory.ts'
import { newReno } from './newreno.ts'
import { refusal } from './refusal.ts'
import type { State } from './states.ts'

/** Copies a segment with its payload, as a wire does. */
export function copySegment(from: TcpSegment): TcpSegment {
  const to = new TcpSegment()
  to.sourcePort = from.sourcePort
  to.destinationPort = from.destinationPort
  to.seq = from.seq
  to.ack = from.ack
  to.flags = from.flags
  to.window = from.window
  to.urgentPointer = from.urgentPointer
  to.ecn = from.ecn
  to.mss = from.mss
  to.windowScale = from.windowScale
  to.sackPermitted = from.sackPermitted
  to.hasTimestamps = from.hasTimestamps
  to.tsVal = from.tsVal
  to.tsEcr = from.tsEcr
  to.sackCount = from.sackCount
  to.sackEdges.set(from.sackEdges)
  to.fastOpenLength = from.fastOpenLength
  to.fastOpenCookie.set(from.fastOpenCookie)
  to.userTimeout = from.userTimeout
  to.bytes = from.bytes.slice(from.payloadStart, from.payloadStart + from.payloadLength)
  to.payloadStart = 0
  to.payloadLength = from.payloadLength
  to.segmentSize = from.segmentSize
  return to
}

export interface EndSetup {
  config?: Partial<TcpConfig>
  /** Shared with others; its own if absent. */
  memory?: Memory
  iss?: number
  mss?: number
}

/** One end of a connection under test: what it sends is kept, the states it went through are kept. */
export class End {
  readonly connection: Connection
  readonly counters = new TcpCounters()
  readonly states: State[] = ['CLOSED']
  private readonly out = new TcpSegment()

  constructor(setup: EndSetup = {}) {
    const config = { ...linux, ...setup.config }
    this.connection = new Connection(
      {
        config,
        counters: this.counters,
        challenges: new ChallengeLimit(config, () => 0),
        memory: setup.memory ?? new Memory(config, this.counters, () => 0),
        control: newReno,
        observer: { moved: (_from, to) => this.states.push(to) },
      },
      { mss: setup.mss ?? 1460, defaultMss: 536, iss: setup.iss ?? 1000, timestampOffset: 0 },
    )
    this.out.bytes = new Uint8Array(65_536)
  }

  /** Everything owed now. */
  drain(now: number): TcpSegment[] {
    const segments: TcpSegment[] = []
    const { tcb } = this.connection
    tcb.reason = ''
    while (this.connection.poll(now, this.out)) {
      if (tcb.reason === '') throw new Error('sent for no reason')
      tcb.reason = ''
      segments.push(copySegment(this.out))
      if (segments.length > 10_000) throw new Error('poll never ends')
    }
    return segments
  }

  write(text: string): number {
    const bytes = new TextEncoder().encode(text)
    return this.connection.write(bytes, 0, bytes.length)
  }

  readAll(now: number): Uint8Array {
    const bytes = new Uint8Array(this.connection.readable)
    this.connection.read(bytes, 0, bytes.length, now)
    return bytes
  }

  readText(now: number): string {
    return new TextDecoder().decode(this.readAll(now))
  }
}

/** What a channel does to one segment: the delays at which copies of it arrive, microseconds; [] = lost. */
export type Fate = (segment: TcpSegment, from: 'a' | 'b', index: number) => number[]

interface InFlight {
  at: number
  order: number
  to: 'a' | 'b'
  segment: TcpSegment
}

/** Two connections and a channel between them, in virtual time. */
export class Pair {
  now = 1_000_000
  readonly a: End
  readonly b: End
  fate: Fate = () => [1000]
  /** Every segment sent, in order. */
  readonly sent: { from: 'a' | 'b'; at: number; segment: TcpSegment }[] = []
  private inFlight: InFlight[] = []
  private order = 0

  constructor(a: EndSetup = {}, b: EndSetup = {}) {
    this.a = new End({ iss: 100, ...a })
    this.b = new End({ iss: 300, ...b })
  }

  /** Both ends connected: a has opened actively, b passively. */
  static established(a: EndSetup = {}, b: EndSetup = {}): Pair {
    const pair = new Pair(a, b)
    pair.b.connection.listen()
    pair.a.connection.connect(pair.now)
    pair.run(100_000)
    return pair
  }

  /** Sends what is owed on both sides. */
  pump(): void {
    this.send('a', this.a)
    this.send('b', this.b)
  }

  /** Runs until `duration` has passed, or nothing is left to happen before it. `each` runs after every event. */
  run(duration: number, each: () => void = () => {}): void {
    const end = this.now + duration
    this.pump()
    for (;;) {
      const next = this.next()
      if (next > end) break
      this.now = Math.max(this.now, next)
      this.step()
      each()
      this.pump()
    }
    this.now = end
  }

  /** Runs until both are CLOSED or `limit` has passed; whether they are. */
  runUntil(done: () => boolean, limit: number, each: () => void = () => {}): boolean {
    const end = this.now + limit
    this.pump()
    while (!done()) {
      const next = this.next()
      if (next > end || next === Number.POSITIVE_INFINITY) return false
      this.now = Math.max(this.now, next)
      this.step()
      each()
      this.pump()
    }
    return true
  }

  private next(): number {
    let at = Math.min(this.a.connection.deadline(), this.b.connection.deadline())
    for (const item of this.inFlight) at = Math.min(at, item.at)
    return at
  }

  private step(): void {
    const due = this.inFlight.filter((item) => item.at <= this.now)
    this.inFlight = this.inFlight.filter((item) => item.at > this.now)
    due.sort((x, y) => x.at - y.at || x.order - y.order)
    for (const item of due) {
      const end = item.to === 'a' ? this.a : this.b
      if (end.connection.state !== 'CLOSED') end.connection.receive(item.segment, this.now)
      else this.refuse(item)
    }
    this.a.connection.tick(this.now)
    this.b.connection.tick(this.now)
  }

  /** What a host says for a connection that is gone. */
  private refuse(item: InFlight): void {
    const out = new TcpSegment()
    if (!refusal(item.segment, out)) return
    this.order += 1
    const to = item.to === 'a' ? 'b' : 'a'
    this.sent.push({ from: item.to, at: this.now, segment: out })
    this.inFlight.push({ at: this.now + 1000, order: this.order, to, segment: out })
  }

  private send(from: 'a' | 'b', end: End): void {
    for (const segment of end.drain(this.now)) {
      this.sent.push({ from, at: this.now, segment })
      for (const delay of this.fate(segment, from, this.sent.length - 1)) {
        this.order += 1
        this.inFlight.push({
          at: this.now + delay,
          order: this.order,
          to: from === 'a' ? 'b' : 'a',
          segment: copySegment(segment),
        })
      }
    }
  }
}
