import type { Connection } from '../tcp/connection.ts'
import type { State } from '../tcp/states.ts'
import type { Address } from '../wire/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import type { Timed } from './deadlines.ts'
import type { Tuple } from './demux.ts'
import type { FourTuple } from './four-tuple.ts'
import type { Flow } from './probe.ts'
import type { Route } from './route.ts'

/** Who is told of an endpoint's events: the socket that holds it, or nobody. */
export interface EndpointOwner {
  /** `events` as the bits of tcp/tcb.ts. Called when the protocol is at rest. */
  notify(events: number): void
}

export const nobody: EndpointOwner = { notify() {} }

/** One end of a connection on a host: the connection, its names, its way out and its owner. */
export class Endpoint implements Tuple, Timed, Flow {
  readonly local: Address
  readonly localPort: number
  readonly remote: Address
  readonly remotePort: number
  readonly connection: Connection
  route: Route
  owner: EndpointOwner = nobody
  /** Waits in the host's queue of those that may have something to send. */
  queued = false
  /** Waits in the host's queue of those whose owner is to be told. */
  eventful = false
  /** In the demultiplexing table. */
  known = true
  /** The MTU that the connection was last told. */
  mtu: number
  /** Traffic class (IPv4: TOS) of the last packet received. */
  receivedTos = 0
  hash = 0
  dueAt = Number.POSITIVE_INFINITY
  heapIndex = -1

  constructor(names: FourTuple, connection: Connection, route: Route) {
    this.local = names.local
    this.localPort = names.localPort
    this.remote = names.remote
    this.remotePort = names.remotePort
    this.connection = connection
    this.route = route
    this.mtu = route.mtu
  }

  get state(): State {
    return this.connection.state
  }

  get localAddress(): string {
    return formatAddress(this.local)
  }

  get remoteAddress(): string {
    return formatAddress(this.remote)
  }
}
