import type { Address } from '../wire/address.ts'
import type { Endpoint } from './endpoint.ts'
import type { SourceCounts } from './source-counts.ts'
import { SynQueue } from './syn-queue.ts'

/**
 * A passive open: its half-open connections (the SYN queue) and those that wait to be accepted (the
 * accept queue), both bounded.
 */
export class Listener {
  /** The local address; null = any. */
  readonly address: Address | null
  readonly port: number
  /** Bound on both queues. */
  readonly backlog: number
  /** Connections in SYN-RECEIVED. */
  readonly halfOpen: SynQueue
  /** Connections to be accepted. */
  readonly ready: Endpoint[] = []
  /** There is something to accept. Called when the protocol is at rest. */
  onready: () => void = () => {}
  /** Waits to be told. */
  eventful = false
  /** Bound on connections let in by Fast Open before their third ACK (TCP_FASTOPEN); 0 = none are. */
  fastOpenRoom = 0
  /** Those there are now. */
  fastOpens = 0
  /** When the places of those that were reset become free again. */
  readonly fastResets: number[] = []
  /** When a SYN was last answered by a cookie. */
  cookieAt = Number.NEGATIVE_INFINITY
  /** Its owner was told that it may be flooded. */
  floodTold = false

  constructor(address: Address | null, port: number, backlog: number, sources: SourceCounts) {
    this.address = address
    this.port = port
    this.backlog = backlog
    this.halfOpen = new SynQueue(sources)
  }

  /** The accept queue is full. As Linux (sk_acceptq_is_full): with one more than the backlog. */
  get full(): boolean {
    return this.ready.length > this.backlog
  }

  /** The SYN queue is full, of which `most` (tcp_max_syn_backlog) is another bound. */
  crowded(most: number): boolean {
    return this.halfOpen.size > this.backlog || this.halfOpen.size >= most
  }

  /** Places for Fast Open that are taken. */
  fastOpening(now: number): number {
    while ((this.fastResets[0] ?? Number.POSITIVE_INFINITY) <= now) this.fastResets.shift()
    return this.fastOpens + this.fastResets.length
  }

  /** The connection that has waited longest; null = none. */
  accept(): Endpoint | null {
    const endpoint = this.ready.shift() ?? null
    if (endpoint !== null) endpoint.connection.tcb.window.unaccepted = false
    return endpoint
  }
}
