import { SECOND } from '../tcp/config.ts'
import type { Tcb } from '../tcp/tcb.ts'
import { judgeLate, TW_ANSWER, TW_END, TW_REOPEN, TW_RESTART, TW_STAMP } from '../tcp/time-wait.ts'
import type { Address } from '../wire/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import { add } from '../wire/seq.ts'
import { ACK, FIN, SYN, type TcpSegment } from '../wire/tcp.ts'
import { Deadlines, type Timed } from './deadlines.ts'
import type { Tuple } from './demux.ts'
import type { Endpoint } from './endpoint.ts'
import type { Flow } from './probe.ts'

/**
 * What a segment means to a connection in TIME-WAIT. 'skip': it would be acknowledged, had not another
 * been a moment ago (RFC 5961, 7).
 */
export type Verdict = 'ignore' | 'acknowledge' | 'skip' | 'reset' | 'reopen'

/** Between the last sequence number of an incarnation and the first of the next, as Linux has it. */
const ISN_DISTANCE = 65_535 + 2

/** Where a connection begins that takes the place of one in TIME-WAIT: beyond what that has used (RFC 9293, MAY-2). */
export function nextIsn(sndNxt: number): number {
  return add(sndNxt, ISN_DISTANCE)
}

/**
 * What is left of a connection whose owner has gone and whose both sides have closed (RFC 9293,
 * 3.6): enough to send the last ACK again, and to keep its old segments out of a new incarnation.
 */
export class TimeWait implements Tuple, Flow, Timed {
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
  until: number
  dueAt = Number.POSITIVE_INFINITY
  heapIndex = -1
  private readonly config: Tcb['config']
  private answeredAt = Number.NEGATIVE_INFINITY

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
    this.until = tcb.timers.timeWait
    this.config = tcb.config
  }

  get localAddress(): string {
    return formatAddress(this.local)
  }

  get remoteAddress(): string {
    return formatAddress(this.remote)
  }

  /** SEGMENT ARRIVES in TIME-WAIT, as Linux has it (tcp_timewait_state_process). */
  receive(segment: TcpSegment, now: number): Verdict {
    const verdict = judgeLate(segment, this.rcvNxt, this.useTimestamps, this.tsRecent)
    if (verdict & TW_RESTART) this.restart(now)
    if (verdict & TW_STAMP) this.tsRecent = segment.tsVal
    if (verdict & TW_END) return 'reset'
    if (verdict & TW_REOPEN) return 'reopen'
    if ((verdict & TW_ANSWER) === 0) return 'ignore'
    const repeats = segment.payloadLength > 0 || (segment.flags & FIN) !== 0
    return this.mayAnswer(!repeats || (segment.flags & SYN) !== 0, now) ? 'acknowledge' : 'skip'
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

  private restart(now: number): void {
    this.until = now + this.config.tcp_timewait_len * SECOND
  }

  /** Two ends that each take the other's ACK for a stray must not answer for ever (Linux: tcp_oow_rate_limited). */
  private mayAnswer(mayLoop: boolean, now: number): boolean {
    if (mayLoop && now - this.answeredAt < this.config.tcp_invalid_ratelimit_us) return false
    if (mayLoop) this.answeredAt = now
    return true
  }
}

/** The connections in TIME-WAIT, in the order in which they end. */
export class TimeWaitQueue {
  private readonly heap = new Deadlines<TimeWait>()

  get size(): number {
    return this.heap.size
  }

  /** When the first may end; Infinity = there is none. */
  get next(): number {
    return this.heap.next
  }

  add(entry: TimeWait): void {
    this.heap.set(entry, entry.until)
  }

  remove(entry: TimeWait): void {
    this.heap.remove(entry)
  }

  /** Takes out the next whose time is over; null = none. Those that were restarted wait on. */
  pop(now: number): TimeWait | null {
    for (let entry = this.heap.pop(now); entry !== null; entry = this.heap.pop(now)) {
      if (entry.until <= now) return entry
      this.heap.set(entry, entry.until)
    }
    return null
  }
}
