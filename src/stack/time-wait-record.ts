import { SECOND, type TcpConfig } from '../tcp/config.ts'
import type { TcpCounters } from '../tcp/counters.ts'
import type { TimestampMemory } from '../tcp/paws.ts'
import type { Tcb } from '../tcp/tcb.ts'
import { judgeLate, TW_ANSWER, TW_END, TW_LIMITED, TW_OLD, TW_REOPEN, TW_RESTART, TW_STAMP } from '../tcp/time-wait.ts'
import { Address } from '../wire/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import { NOT_ECT } from '../wire/packet.ts'
import { add } from '../wire/seq.ts'
import { ACK, type TcpSegment } from '../wire/tcp.ts'
import type { FourTuple } from './four-tuple.ts'
import type { Flow } from './probe.ts'

/** What a segment means to a connection in TIME-WAIT. */
export type Verdict = 'ignore' | 'acknowledge' | 'reset' | 'reopen'

/** Where a record goes when it has changed. */
export interface TimeWaitKeeper {
  /** `restarted`: it waits anew, from `since` on. */
  keep(record: TimeWait, restarted: boolean): void
}

/** Between the last sequence number of an incarnation and the first of the next, as Linux has it. */
const ISN_DISTANCE = 65_535 + 2

/** Where a connection begins that takes the place of one in TIME-WAIT: beyond what that has used (RFC 9293, MAY-2). */
export function nextIsn(sndNxt: number): number {
  return add(sndNxt, ISN_DISTANCE)
}

/**
 * What is left of a connection whose owner has gone and whose both sides have closed (RFC 9293,
 * 3.6): enough to send the last ACK again, and to keep its old segments out of a new incarnation. A record that
 * is filled again and again, from a `TimeWaitTable`.
 */
export class TimeWait implements FourTuple, Flow, TimestampMemory {
  readonly local = new Address()
  localPort = 0
  readonly remote = new Address()
  remotePort = 0
  readonly state = 'TIME-WAIT'
  sndNxt = 0
  rcvNxt = 0
  /** The window field of the last ACK. */
  window = 0
  useTimestamps = false
  tsOffset = 0
  tsRecent = 0
  /** When the last timestamp came; microseconds, as all times are. */
  tsRecentAt = -1
  /** When the wait began, for the first time or again. */
  since = 0
  /** When a segment was last answered that could draw answers for ever; -Infinity = never. */
  answeredAt = Number.NEGATIVE_INFINITY
  private readonly config: TcpConfig
  private readonly counters: TcpCounters
  private readonly keeper: TimeWaitKeeper

  constructor(config: TcpConfig, counters: TcpCounters, keeper: TimeWaitKeeper) {
    this.config = config
    this.counters = counters
    this.keeper = keeper
  }

  get localAddress(): string {
    return formatAddress(this.local)
  }

  get remoteAddress(): string {
    return formatAddress(this.remote)
  }

  /** When 2 MSL are over, as tcp_timewait_len is now. */
  get until(): number {
    return this.since + this.config.tcp_timewait_len * SECOND
  }

  /** Fills the record from a connection in TIME-WAIT, at `now`. */
  fill(names: FourTuple, tcb: Tcb, now: number): void {
    this.local.set(names.local)
    this.localPort = names.localPort
    this.remote.set(names.remote)
    this.remotePort = names.remotePort
    this.sndNxt = tcb.snd.nxt
    this.rcvNxt = tcb.rcv.nxt
    this.window = Math.min(tcb.rcvWnd >>> tcb.window.scale, 65_535)
    this.useTimestamps = tcb.useTimestamps
    this.tsOffset = tcb.tsOffset
    this.tsRecent = tcb.tsRecent
    this.since = Math.min(now, tcb.timers.timeWait - this.config.tcp_timewait_len * SECOND)
    // What began the wait had a timestamp, even if it was not the one to be remembered.
    this.tsRecentAt = Math.max(this.since, tcb.tsRecentAt)
    this.answeredAt = Number.NEGATIVE_INFINITY
  }

  /** SEGMENT ARRIVES in TIME-WAIT, as Linux has it (tcp_timewait_state_process). */
  receive(segment: TcpSegment, now: number): Verdict {
    const { counters } = this
    const verdict = judgeLate(segment, this.rcvNxt, this, this.config.tcp_rfc1337, now)
    if (verdict & TW_OLD) counters.PAWSTimewait += 1
    if (verdict & TW_END) return 'reset'
    if (verdict & TW_REOPEN) return 'reopen'
    if (verdict & TW_STAMP) {
      this.tsRecent = segment.tsVal
      this.tsRecentAt = now
    }
    if (verdict & TW_RESTART) this.since = now
    let answers = (verdict & TW_ANSWER) !== 0
    if (verdict & TW_LIMITED) answers = this.mayAnswer(now)
    if (verdict !== 0) this.keeper.keep(this, (verdict & TW_RESTART) !== 0)
    return answers ? 'acknowledge' : 'ignore'
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
    out.ecn = NOT_ECT
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

  /** Two ends that each take the other's ACK for a stray must not answer for ever (Linux: tcp_oow_rate_limited). */
  private mayAnswer(now: number): boolean {
    if (now - this.answeredAt < this.config.tcp_invalid_ratelimit_us) {
      this.counters.TCPACKSkippedTimeWait += 1
      return false
    }
    this.answeredAt = now
    return true
  }
}
