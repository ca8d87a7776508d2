/**
 * Tail loss probe (RFC 8985, 7): when the end of a flight is not acknowledged in time, its last segment,
 * or a new one, goes once more, so that the answer shows what is lost long before the timer would.
 */
export class LossProbe {
  /** A probe is to be sent. */
  owed = false
  /** A probe was sent and SND.UNA has not passed `end`, SND.NXT at that time (TLP.end_seq). */
  outstanding = false
  end = 0
  /** It repeated a segment, rather than bring a new one. */
  repeats = false

  clear(): void {
    this.owed = false
    this.outstanding = false
  }
}
