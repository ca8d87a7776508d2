import { after } from '../wire/seq.ts'

/** What one acknowledgment has delivered: a record that is filled again and again. */
export class Delivery {
  /** Segments acknowledged cumulatively that no SACK block had covered. */
  acked = 0
  /** Segments newly covered by SACK blocks. */
  sacked = 0
  /** Of those acknowledged cumulatively and never retransmitted: when the first was sent; -1 = none. */
  firstSentAt = -1
  /** The same for those newly sacked. */
  firstSackedAt = -1
  /** A segment that had been retransmitted was among those acknowledged. */
  retransmitted = false
  /** When the last of those was sent again; -1 = none. */
  resentAt = -1
  /** A segment that was never retransmitted was delivered after a later one. */
  reordered = false
  /** A segment that was never retransmitted, sent before `highSeq`, was delivered (Linux: FLAG_ORIG_SACK_ACKED). */
  original = false
  /** Our SYN, our FIN was acknowledged. */
  syn = false
  fin = false
  /** The one of them sent last (RFC 8985, 6.2): when, and its end; -1 = none. */
  latestSentAt = -1
  latestEnd = 0
  private now = 0
  private minRtt = 0
  private highSeq = 0

  /**
   * Empties the record; `minRtt` tells a retransmission from its original (RFC 8985, 6.2, step 2),
   * `highSeq` is where the last recovery began.
   */
  reset(now: number, minRtt: number, highSeq: number): void {
    this.acked = 0
    this.sacked = 0
    this.firstSentAt = -1
    this.firstSackedAt = -1
    this.retransmitted = false
    this.resentAt = -1
    this.reordered = false
    this.original = false
    this.syn = false
    this.fin = false
    this.latestSentAt = -1
    this.latestEnd = 0
    this.now = now
    this.minRtt = minRtt
    this.highSeq = highSeq
  }

  /** Takes in our SYN: it tells of time, not of loss. */
  takeSyn(sentAt: number, resent: boolean): void {
    this.syn = true
    this.retransmitted = resent
    if (!resent) this.firstSentAt = sentAt
  }

  /** Takes in a segment that has just been delivered, cumulatively or by a SACK block. */
  take(sentAt: number, end: number, resent: boolean, cumulative: boolean): void {
    if (!resent && !after(end, this.highSeq)) this.original = true
    if (resent) {
      this.retransmitted = true
      if (sentAt > this.resentAt) this.resentAt = sentAt
      // Faster than light: this acknowledges the original, not the retransmission.
      if (this.now - sentAt < this.minRtt) return
    } else if (cumulative) {
      if (this.firstSentAt < 0) this.firstSentAt = sentAt
    } else if (this.firstSackedAt < 0) this.firstSackedAt = sentAt
    if (sentAt > this.latestSentAt || (sentAt === this.latestSentAt && after(end, this.latestEnd))) {
      this.latestSentAt = sentAt
      this.latestEnd = end
    }
  }
}
