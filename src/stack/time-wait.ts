import type { Tcb } from '../tcp/tcb.ts'
import type { Address } from '../wire/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import { add, after, before, distance } from '../wire/seq.ts'
import { ACK, FIN, RST, SYN, type TcpSegment } from '../wire/tcp.ts'
import type { Tuple } from './demux.ts'
import type { Endpoint } from './endpoint.ts'
import type { Flow } from './probe.ts'

/** What a segment means to a connection in TIME-WAIT. */
export type Verdict = 'ignore' | 'acknowledge' | 'reset' | 'reopen'

/**
 * What is left of a connection whose owner has gone and whose both sides have closed (RFC 9293,
 * 3.6): enough to send the last ACK again, and to keep its old segments out of a new incarnation.
 */
export class TimeWait implements Tuple, Flow {
  readonly local: Address
  readonly localPort: number
  readonly remote: Address
  readonly remotePort: number
  readonly state = 'TIME-WAIT'
  readonly sndNxt: number
  readonly rcvNxt: number
  /** The window field of the last ACK. */
  readonly window: number
  readonly useTimestamps: boolean
  readonly tsOffset: number
  tsRecent: number
  hash = 0
  /** When 2 MSL are over, microseconds. */
  dueAt: number

  constructor(endpoint: Endpoint) {
    const tcb: Tcb = endpoint.connection.tcb
    this.local = endpoint.local
    this.localPort = endpoint.localPort
    this.remote = endpoint.remote
    this.remotePort = endpoint.remotePort
    this.sndNxt = tcb.snd.nxt
    this.rcvNxt = tcb.rcv.nxt
    this.window = tcb.rcvWnd >>> tcb.window.scale
    this.useTimestamps = tcb.useTimestamps
    this.tsOffset = tcb.tsOffset
    this.tsRecent = tcb.tsRecent
    this.dueAt = tcb.timers.timeWait
  }

  get localAddress(): string {
    return formatAddress(this.local)
  }

  get remoteAddress(): string {
    return formatAddress(this.remote)
  }

  /** SEGMENT ARRIVES in TIME-WAIT, as Linux has it (tcp_timewait_state_process); `until` is 2 MSL from now. */
  receive(segment: TcpSegment, until: number): Verdict {
    const { flags } = segment
    const old = this.useTimestamps && segment.hasTimestamps && before(segment.tsVal, this.tsRecent)
    const empty = segment.payloadLength === 0 && (flags & (SYN | FIN)) === 0
    if (!old && segment.seq === this.rcvNxt && (empty || flags & RST)) {
      // In the window there can only be a RST or a bare ACK.
      if (flags & RST) return 'reset'
      this.dueAt = until
      return 'ignore'
    }
    if ((flags & (SYN | RST | ACK)) === SYN && !old && this.isNewer(segment)) return 'reopen'
    if (flags & RST) return 'ignore'
    // The peer's FIN again, or a stray: answered. An old SYN must not keep us waiting.
    if (old || flags & ACK) this.dueAt = until
    return 'acknowledge'
  }

  /** Fills `out` with the last ACK, at `now` microseconds. */
  lastAck(out: TcpSegment, now: number): void {
    out.sourcePort = this.localPort
    out.destinationPort = this.remotePort
    out.seq = this.sndNxt
    out.ack = this.rcvNxt
    out.flags = ACK
    out.window = this.window
    out.urgentPointer = 0
    out.mss = 0
    out.windowScale = -1
    out.sackPermitted = false
    out.sackCount = 0
    out.fastOpenLength = -1
    out.payloadLength = 0
    out.segmentSize = 0
    out.hasTimestamps = this.useTimestamps
    out.tsVal = add(Math.floor(now / 1000), this.tsOffset)
    out.tsEcr = this.tsRecent
  }

  /** A SYN of a new incarnation: newer by sequence number or by timestamp (RFC 9293, MAY-2; RFC 6191). */
  private isNewer(segment: TcpSegment): boolean {
    if (after(segment.seq, this.rcvNxt)) return true
    return this.useTimestamps && segment.hasTimestamps && distance(segment.tsVal, this.tsRecent) > 0
  }
}

/** The connections in TIME-WAIT in the order in which they end: they all wait equally long. */
export class TimeWaitQueue {
  private entries: TimeWait[] = []
  private head = 0

  get size(): number {
    return this.entries.length - this.head
  }

  /** When the first may end; Infinity = there is none. */
  get next(): number {
    return this.entries[this.head]?.dueAt ?? Number.POSITIVE_INFINITY
  }

  add(entry: TimeWait): void {
    this.entries.push(entry)
  }

  /** The next whose time is over; null = none. Those that were restarted go to the back. */
  pop(now: number): TimeWait | null {
    for (let entry = this.entries[this.head]; entry !== undefined; entry = this.entries[this.head]) {
      if (entry.dueAt > now && (this.head + 1 >= this.entries.length || !this.restarted(entry))) return null
      this.head += 1
      if (this.head > 1024 && 2 * this.head > this.entries.length) {
        this.entries = this.entries.slice(this.head)
        this.head = 0
      }
      if (entry.dueAt <= now) return entry
      this.entries.push(entry)
    }
    return null
  }

  /** Whether the entry at the head was restarted, and so ends after the one behind it. */
  private restarted(entry: TimeWait): boolean {
    const behind = this.entries[this.head + 1]
    return behind !== undefined && entry.dueAt > behind.dueAt
  }
}
