import type { Endpoint } from './endpoint.ts'

/**
 * Connections in CLOSE-WAIT, the longest there first. The peer has closed, and only the application can do
 * the rest: one that forgets to leaks connections, which neither side ever ends.
 */
export class CloseWaitWatch {
  /** When each was last known to be in use, microseconds; in order of that. */
  private readonly since = new Map<Endpoint, number>()

  add(endpoint: Endpoint, now: number): void {
    this.since.set(endpoint, now)
  }

  delete(endpoint: Endpoint): void {
    this.since.delete(endpoint)
  }

  /** When the first will have waited for `patience` microseconds; Infinity = none waits. */
  deadline(patience: number): number {
    // Asked each turn: no iterator for nothing.
    if (this.since.size === 0) return Number.POSITIVE_INFINITY
    for (const since of this.since.values()) return since + patience
    return Number.POSITIVE_INFINITY
  }

  /** Takes out the next in which nothing has moved for `patience` microseconds; null = there is none. */
  pop(patience: number, now: number): Endpoint | null {
    if (this.since.size === 0) return null
    for (const [endpoint, since] of this.since) {
      if (since + patience > now) return null
      this.since.delete(endpoint)
      const { tcb } = endpoint.connection
      const used = Math.max(tcb.lastDataSentAt, tcb.lastSegmentReceivedAt, since)
      if (used + patience <= now) return endpoint
      // In order but for this one, which is looked at early at worst.
      this.since.set(endpoint, used)
    }
    return null
  }
}
