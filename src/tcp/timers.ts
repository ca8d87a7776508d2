/** Deadlines of one connection in microseconds of the host's clock; Infinity = not set. */
export class Timers {
  /** Retransmission (RFC 6298), of a SYN and a SYN,ACK too. */
  retransmit = Number.POSITIVE_INFINITY
  /** Tail loss probe (RFC 8985, 7.2). */
  lossProbe = Number.POSITIVE_INFINITY
  /** What was overtaken counts as lost (RFC 8985, the reordering window). */
  reorder = Number.POSITIVE_INFINITY
  /** Zero-window probe (RFC 9293, 3.8.6.1). */
  persist = Number.POSITIVE_INFINITY
  /** Delayed acknowledgment (RFC 9293, 3.8.6.3). */
  delayedAck = Number.POSITIVE_INFINITY
  /** Keepalive (RFC 9293, 3.8.4). */
  keepalive = Number.POSITIVE_INFINITY
  /** 2 MSL, and the patience of an orphan in FIN-WAIT-2. */
  timeWait = Number.POSITIVE_INFINITY

  /** The earliest of them. */
  get next(): number {
    const { retransmit, lossProbe, reorder, persist, delayedAck, keepalive, timeWait } = this
    return Math.min(retransmit, lossProbe, reorder, persist, delayedAck, keepalive, timeWait)
  }

  /** Stops all of them. */
  clear(): void {
    this.retransmit = Number.POSITIVE_INFINITY
    this.lossProbe = Number.POSITIVE_INFINITY
    this.reorder = Number.POSITIVE_INFINITY
    this.persist = Number.POSITIVE_INFINITY
    this.delayedAck = Number.POSITIVE_INFINITY
    this.keepalive = Number.POSITIVE_INFINITY
    this.timeWait = Number.POSITIVE_INFINITY
  }
}
