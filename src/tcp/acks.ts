import type { TcpConfig } from './config.ts'
import type { Reason } from './reason.ts'

/** At most so many segments in a row are acknowledged at once (Linux: TCP_MAX_QUICKACKS). */
const MAX_QUICK_ACKS = 16

/** What `scheduled` may be. */
export type Owed = 'none' | 'delayed' | 'now'

/**
 * When to acknowledge (RFC 9293, 3.8.6.3; RFC 5681, 4.2), by Linux's rules: at once for a while at
 * the start and after silence, then every second full segment or after a delay that follows the
 * pace of the data; an exchange of short messages lets the answer carry the acknowledgment.
 */
export class Acks {
  /** What is owed now. */
  owed: Owed = 'none'
  /** Why: the rule that was first to demand it; '' = none yet. */
  reason: Reason | '' = ''
  /** Duplicate acknowledgments owed beside it: without SACK each out-of-order segment draws its own. */
  duplicates = 0
  /** RCV.NXT when the last acknowledgment was sent (Linux: rcv_wup). */
  lastSent = 0
  /** The delay now thought right, microseconds; 0 before the first data. */
  ato = 0
  /** Segments still to be acknowledged at once. */
  quick = 0
  /** The application answers what it receives: acknowledgments ride on data. */
  interactive = false
  /** When data came last. */
  lastReceivedAt = 0
  /** Estimate of the peer's full segment, bytes (Linux: rcv_mss). */
  receiveMss: number
  /** A short segment, two short segments have come since the last acknowledgment. */
  private pushed = 0
  private readonly config: TcpConfig

  constructor(config: TcpConfig) {
    this.config = config
    this.receiveMss = 536
  }

  /** An acknowledgment is due now, by that rule. */
  demand(reason: Reason): void {
    this.owed = 'now'
    if (this.reason === '') this.reason = reason
  }

  /** No acknowledgment is owed any more. */
  waive(): void {
    this.owed = 'none'
    this.reason = ''
  }

  /** Acknowledge the next segments at once: about half a window of them, but no more than `most` (Linux: tcp_incr_quickack). */
  hurry(window: number, most: number = MAX_QUICK_ACKS): void {
    const segments = Math.floor(window / (2 * this.receiveMss))
    this.quick = Math.max(this.quick, Math.min(segments === 0 ? 2 : segments, most))
  }

  /** As `hurry`, and not interactive any more (Linux: tcp_enter_quickack_mode). */
  enterQuickMode(window: number, most: number = MAX_QUICK_ACKS): void {
    this.hurry(window, most)
    this.interactive = false
    this.ato = this.config.tcp_delack_min_us
  }

  get inQuickMode(): boolean {
    return this.quick > 0 && !this.interactive
  }

  /** Data has come: learn its pace and the peer's segment size (Linux: tcp_event_data_recv). */
  dataReceived(
    segmentLength: number,
    pushed: boolean,
    window: number,
    advertisedMss: number,
    rto: number,
    now: number,
  ): void {
    if (this.owed === 'none') this.owed = 'delayed'
    this.measure(segmentLength, pushed, advertisedMss)
    const least = this.config.tcp_delack_min_us
    if (this.ato === 0) {
      this.hurry(window)
      this.ato = least
    } else {
      const gap = now - this.lastReceivedAt
      if (gap <= least / 2) this.ato = Math.floor(this.ato / 2) + least / 2
      else if (gap < this.ato) this.ato = Math.min(Math.floor(this.ato / 2) + gap, rto)
      else if (gap > rto) this.hurry(window)
    }
    this.lastReceivedAt = now
  }

  /** Data was sent soon after data came: the exchange is interactive. */
  dataSent(now: number): void {
    if (now - this.lastReceivedAt < this.ato) this.interactive = true
  }

  /**
   * How long the acknowledgment may wait, microseconds (RFC 9293, 3.8.6.3, MUST-40; Linux: tcp_send_delayed_ack); `srtt` 0 =
   * unknown.
   */
  delay(srtt: number): number {
    let ato = this.ato
    if (ato > this.config.tcp_delack_min_us) {
      let most = this.interactive || this.pushed > 0 ? this.config.tcp_delack_max_us : 500_000
      if (srtt > 0) most = Math.min(most, Math.max(srtt, this.config.tcp_delack_min_us))
      ato = Math.min(ato, most)
    }
    return Math.min(ato, this.config.tcp_delack_max_us)
  }

  /** The delay is over (Linux: tcp_delack_timer_handler). */
  delayOver(rto: number): void {
    if (this.interactive) {
      this.interactive = false
      this.ato = this.config.tcp_delack_min_us
    } else {
      this.ato = Math.min(this.ato * 2, rto)
    }
    this.demand('ack-delayed')
  }

  /** A short segment was read to the end: its sender may be waiting (Linux: tcp_cleanup_rbuf). */
  emptied(): boolean {
    return this.pushed === 2 || (this.pushed === 1 && !this.interactive)
  }

  /** An acknowledgment of `rcvNxt` was sent, alone or on data. */
  sent(rcvNxt: number): void {
    this.waive()
    this.pushed = 0
    this.duplicates = 0
    this.lastSent = rcvNxt
    if (this.quick > 0) {
      this.quick -= 1
      if (this.quick === 0) this.ato = this.config.tcp_delack_min_us
    }
  }

  private measure(length: number, pushed: boolean, advertisedMss: number): void {
    if (length >= this.receiveMss) {
      this.receiveMss = Math.min(length, advertisedMss)
      if (pushed) this.pushed = Math.max(this.pushed, 1)
      return
    }
    this.pushed = this.pushed > 0 ? 2 : 1
  }
}
