import type { Endpoint } from './endpoint.ts'
import type { SourceCounts } from './source-counts.ts'

/** However crowded the queue is, an entry is worth so many timeouts of its SYN,ACK (as Linux). */
const LEAST_PATIENCE = 2
/** A queue of fewer entries is never crowded (as Linux). */
const FEW = 8

/** The half-open connections of one listener: SYN-RECEIVED, the third ACK has not come yet. */
export class SynQueue {
  private readonly entries = new Set<Endpoint>()
  private readonly sources: SourceCounts
  /** Entries whose SYN,ACK was sent once only. */
  private young = 0

  constructor(sources: SourceCounts) {
    this.sources = sources
  }

  get size(): number {
    return this.entries.size
  }

  add(endpoint: Endpoint): void {
    this.entries.add(endpoint)
    this.sources.add(endpoint.remote)
    this.young += 1
  }

  has(endpoint: Endpoint): boolean {
    return this.entries.has(endpoint)
  }

  delete(endpoint: Endpoint): void {
    if (!this.entries.delete(endpoint)) return
    this.sources.remove(endpoint.remote)
    if (endpoint.connection.tcb.retransmits === 0) this.young -= 1
  }

  [Symbol.iterator](): IterableIterator<Endpoint> {
    return this.entries.values()
  }

  /**
   * A timer of the entry is due: decides how often its SYN,ACK may go again. Half of the queue is for the
   * young: the more old entries crowd it, the earlier they are given up (Linux: reqsk_timer_handler).
   */
  ration(endpoint: Endpoint, retries: number, backlog: number, now: number): void {
    const { tcb } = endpoint.connection
    if (now < tcb.timers.retransmit) return
    let patience = retries
    if (2 * this.size > Math.max(FEW, backlog)) {
      for (let young = 2 * this.young; patience > LEAST_PATIENCE && this.size >= young; young *= 2) patience -= 1
    }
    tcb.synAckPatience = patience
    // It goes for the second time, or the entry goes.
    if (tcb.retransmits === 0 && patience > 0) this.young -= 1
  }
}
