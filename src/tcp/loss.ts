import { after } from '../wire/seq.ts'
import type { Delivery } from './delivery.ts'
import { EVER_RETRANSMITTED, type Flight, LOST, RETRANSMITTED, SACKED } from './flight.ts'
import type { RecoveryPhase } from './recovery.ts'

/** Recoveries in a row without a needless retransmission after which the reordering window is reset. */
const RECOVERIES_TO_FORGET = 16

/** What `detect` must know of the rest of the connection. */
export interface LossContext {
  now: number
  /** Least and smoothed RTT, microseconds. */
  minRtt: number
  srtt: number
  /** Recovery or Loss is under way. */
  recovering: boolean
  /** SND.UNA has moved. */
  advanced: boolean
}

/**
 * Tells which segments are lost. With SACK by time, as RFC 8985 (RACK): what was sent well before
 * something that has arrived is gone. Without SACK by counting duplicate acknowledgments (RFC 5681,
 * 3.2, and for partial acknowledgments RFC 6582).
 */
export class Loss {
  /** Duplicate acknowledgments, or sacked segments, that mean loss (RFC 5681: three). */
  readonly threshold: number
  /** Send time, end and RTT of the segment sent last among those delivered (RACK.xmit_ts ...). */
  private sentAt = -1
  private end = 0
  private rtt = 0
  /** Whether this path has been seen to reorder. */
  private reorderingSeen = false
  /** Round trips' quarters to wait; grows when a retransmission proves needless (RFC 8985, 6.2, step 4). */
  private windowSteps = 1
  /** Duplicate acknowledgments in a row, on a connection without SACK. */
  duplicateAcks = 0
  /** Recoveries until the reordering window shrinks again (RFC 8985, 6.2, step 4). */
  private persistence = 0

  constructor(threshold: number) {
    this.threshold = threshold
  }

  /** Takes in what an acknowledgment has delivered (RFC 8985, 6.2, steps 1 to 3). */
  delivered(delivery: Delivery, now: number): void {
    if (delivery.reordered) this.reorderingSeen = true
    if (delivery.latestSentAt < 0) return
    this.rtt = now - delivery.latestSentAt
    if (
      delivery.latestSentAt > this.sentAt ||
      (delivery.latestSentAt === this.sentAt && after(delivery.latestEnd, this.end))
    ) {
      this.sentAt = delivery.latestSentAt
      this.end = delivery.latestEnd
    }
  }

  /** A DSACK has told of a needless retransmission (RFC 8985, 6.2, step 4). */
  spurious(): void {
    this.windowSteps = Math.min(this.windowSteps + 1, 255)
    this.persistence = RECOVERIES_TO_FORGET
  }

  /** The path reorders: what was thought lost had only been overtaken. */
  reordered(): void {
    this.reorderingSeen = true
  }

  /** A recovery has ended, and it was needed. */
  recovered(): void {
    if (this.persistence === 0) return
    this.persistence -= 1
    if (this.persistence === 0) this.windowSteps = 1
  }

  /** How long after its sending a segment may be taken for lost, reordering not allowed for, microseconds. */
  get patience(): number {
    return this.rtt
  }

  /**
   * Marks lost what RACK says is lost; returns how many microseconds from now to look again, or
   * Infinity (RFC 8985, 6.2, step 5).
   */
  detect(flight: Flight, context: LossContext): number {
    if (this.sentAt < 0) return Number.POSITIVE_INFINITY
    const patience = this.rtt + this.reorderingWindow(flight, context)
    let again = Number.POSITIVE_INFINITY
    for (let i = 0; i < flight.count; i += 1) {
      const flags = flight.flags(i)
      if (flags & SACKED) {
        i += flight.sackedRun(i) - 1
        continue
      }
      if ((flags & (LOST | RETRANSMITTED)) === LOST) continue
      const sentAt = flight.sentAt(i)
      if (!(sentAt < this.sentAt || (sentAt === this.sentAt && after(this.end, flight.end(i))))) {
        // First transmissions are in order of time: behind this one there is nothing older.
        if ((flags & EVER_RETRANSMITTED) === 0) break
        continue
      }
      const remaining = sentAt + patience - context.now
      if (remaining <= 0) flight.lose(i)
      else if (remaining < again) again = remaining
    }
    return again
  }

  /** The same without SACK: the head is lost after enough duplicates, and at each partial acknowledgment. */
  detectWithoutSack(flight: Flight, context: LossContext, phase: RecoveryPhase): void {
    const enough = this.duplicateAcks >= this.threshold
    if ((!context.recovering && enough) || (phase === 'Recovery' && context.advanced)) {
      if (flight.count > 0 && (flight.flags(0) & LOST) === 0) flight.lose(0)
    }
  }

  private reorderingWindow(flight: Flight, context: LossContext): number {
    if (!this.reorderingSeen) {
      if (context.recovering || flight.sackedOut >= this.threshold) return 0
    }
    if (context.minRtt === Number.POSITIVE_INFINITY) return 0
    return Math.min(Math.floor(context.minRtt / 4) * this.windowSteps, context.srtt)
  }
}
