/** The congestion window, in segments as Linux counts it, and what an algorithm may keep beside it. */
export class CongestionWindow {
  cwnd: number
  ssthresh = 0x7fffffff
  /** Segments acknowledged since the window last grew in congestion avoidance. */
  count = 0

  constructor(initial: number) {
    this.cwnd = initial
  }

  get inSlowStart(): boolean {
    return this.cwnd < this.ssthresh
  }
}

/**
 * A congestion control (RFC 9293, 3.8.2, MAY-18): three hooks on a window it does not own, so that one object serves all
 * connections that need no state of their own. Integer arithmetic only: a replay must be
 * bit-identical in every engine.
 */
export interface CongestionControl {
  /** As TCP_CONGESTION names it. */
  readonly name: string
  /** The slow-start threshold after a loss, in segments (RFC 5681, equation 4). */
  threshold(window: CongestionWindow): number
  /** `acked` segments were acknowledged while the window was in full use. */
  acknowledged(window: CongestionWindow, acked: number, srtt: number, now: number): void
  /** A recovery or a timeout begins, or is over. */
  congested(window: CongestionWindow, now: number): void
}

/** Slow start with appropriate byte counting (RFC 5681, 3.1; RFC 3465): returns what is left over for congestion avoidance. */
export function slowStart(window: CongestionWindow, acked: number): number {
  const grown = Math.min(window.cwnd + acked, window.ssthresh)
  const left = acked - (grown - window.cwnd)
  window.cwnd = grown
  return left
}
