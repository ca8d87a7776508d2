import type { Address } from '../wire/address.ts'
import type { Endpoint } from './endpoint.ts'

/**
 * A passive open: its half-open connections (the SYN queue) and those that wait to be accepted (the
 * accept queue), both bounded.
 */
export class Listener {
  /** The local address; null = any. */
  readonly address: Address | null
  readonly port: number
  /** Bound on the accept queue. */
  readonly backlog: number
  /** Connections in SYN-RECEIVED. */
  readonly halfOpen = new Set<Endpoint>()
  /** Connections to be accepted. */
  readonly ready: Endpoint[] = []
  /** There is something to accept. Called when the protocol is at rest. */
  onready: () => void = () => {}
  /** Waits to be told. */
  eventful = false

  constructor(address: Address | null, port: number, backlog: number) {
    this.address = address
    this.port = port
    this.backlog = backlog
  }

  /** As Linux (sk_acceptq_is_full): full is one more than the backlog. */
  get full(): boolean {
    return this.ready.length > this.backlog
  }

  /** The connection that has waited longest; null = none. */
  accept(): Endpoint | null {
    return this.ready.shift() ?? null
  }
}
