import { add } from '../wire/seq.ts'
import { ACK, TcpSegment } from '../wire/tcp.ts'
import { Peer, type PeerSetup } from './peer.testkit.ts'

/**
 * A connection in ESTABLISHED whose peer misbehaves: sequence numbers count from 0, ours from 1 on, the peer's, too.
 * Faster than scripts, for thousands of segments.
 */
export class Victim {
  readonly peer: Peer
  readonly counters
  private readonly segment = new TcpSegment()
  private readonly out = new TcpSegment()
  private readonly zeros = new Uint8Array(1 << 16)
  /** Data segments and bytes sent since the beginning, again or not. */
  sent = 0
  sentBytes = 0

  constructor(options: string, setup: PeerSetup = {}) {
    this.peer = Peer.established({ iss: 0, peerIss: 0, verify: false, ...setup }, options)
    this.counters = this.peer.counters
    this.out.bytes = new Uint8Array(1 << 17)
  }

  get connection() {
    return this.peer.connection
  }

  get tcb() {
    return this.peer.tcb
  }

  get now(): number {
    return this.peer.now
  }

  /** Time passes, timers fire, what is owed is sent. */
  pass(microseconds: number): void {
    const end = this.peer.now + microseconds
    for (let next = this.connection.deadline(); next <= end; next = this.connection.deadline()) {
      this.peer.now = Math.max(this.peer.now, next)
      this.connection.tick(this.peer.now)
      this.pump()
    }
    this.peer.now = end
  }

  /** A segment of the peer's: an ACK of `ack` with a window of 65,535 times the scale, but for `fields`. */
  receive(ack: number, fields: Partial<TcpSegment> = {}): void {
    const { segment, tcb } = this
    Object.assign(segment, {
      flags: ACK,
      seq: tcb.rcv.nxt,
      ack,
      window: 65_535,
      sackCount: 0,
      hasTimestamps: tcb.useTimestamps,
      tsVal: Math.floor(this.now / 1000) % 2 ** 31,
      tsEcr: tcb.timestamp(this.now),
      bytes: this.zeros,
      payloadStart: 0,
      payloadLength: 0,
      ...fields,
    })
    this.connection.receive(segment, this.now)
    this.pump()
  }

  /** The same with SACK blocks, given by their edges. */
  sack(ack: number, edges: readonly number[], fields: Partial<TcpSegment> = {}): void {
    edges.forEach((edge, i) => {
      this.segment.sackEdges[i] = edge
    })
    this.receive(ack, { sackCount: edges.length >> 1, ...fields })
  }

  /** Writes all that there is room for. */
  fill(): void {
    while (this.connection.write(this.zeros, 0, this.zeros.length) > 0);
    this.pump()
  }

  /** Acknowledges segment after segment, and writes more, until so many are in flight or their number grows no more. */
  grow(segments: number): void {
    const { flight } = this.tcb
    this.fill()
    for (let round = 0; round < 30 && flight.count < segments; round += 1) {
      const end = this.tcb.snd.nxt
      const before = flight.count
      this.pass(1000)
      while (this.tcb.snd.una !== end && flight.count < segments) {
        this.receive(flight.end(0))
        this.fill()
      }
      if (round > 3 && flight.count === before) return
    }
  }

  /** The honest end: everything that is sent is acknowledged until nothing is left; whether it came to that. */
  drain(): boolean {
    for (let round = 0; round < 100_000; round += 1) {
      if (this.tcb.flight.count === 0 && this.tcb.unsent === 0) return true
      if (this.tcb.flight.count === 0) this.pass(250_000)
      this.receive(this.tcb.snd.nxt)
    }
    return false
  }

  /** Our number that lies so far behind SND.UNA. */
  at(offset: number): number {
    return add(this.tcb.snd.una, offset)
  }

  private pump(): void {
    while (this.connection.poll(this.now, this.out)) {
      if (this.out.payloadLength === 0) continue
      this.sent += this.out.segmentSize > 0 ? Math.ceil(this.out.payloadLength / this.out.segmentSize) : 1
      this.sentBytes += this.out.payloadLength
    }
  }
}

/** The least time that `run` takes of a few, milliseconds: to be compared with another, taken at the same time. */
export function leastTime(run: () => void): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < 5; i += 1) {
    const begin = performance.now()
    run()
    least = Math.min(least, performance.now() - begin)
  }
  return least
}
