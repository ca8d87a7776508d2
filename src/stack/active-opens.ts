import type { Memory } from '../tcp/memory.ts'
import { Address } from '../wire/address.ts'
import type { Connections } from './connections.ts'
import type { Endpoint } from './endpoint.ts'
import type { Listeners } from './listeners.ts'
import type { Network } from './network.ts'
import type { EphemeralPorts } from './ports.ts'
import { StackError } from './stack-error.ts'

/** Stands for any address where one is hashed. */
const ANY = new Address()

/** Opens by the user, in which this host chooses what was left open: the way, our address, our port (RFC 9293, 3.10.1). */
export class ActiveOpens {
  private readonly network: Network
  private readonly connections: Connections
  private readonly listeners: Listeners
  private readonly ports: EphemeralPorts
  private readonly memory: Memory

  constructor(network: Network, connections: Connections, listeners: Listeners, ports: EphemeralPorts, memory: Memory) {
    this.memory = memory
    this.network = network
    this.connections = connections
    this.listeners = listeners
    this.ports = ports
  }

  /** A connection in CLOSED. Throws StackError: EADDRNOTAVAIL, EADDRINUSE, ENETUNREACH, ENOBUFS. */
  open(local: Address | null, localPort: number, remote: Address, remotePort: number, now: number): Endpoint {
    if (local !== null && !this.network.isLocal(local)) {
      throw new StackError('EADDRNOTAVAIL', 'connect', 'the local address is none of this host')
    }
    // MUST-43: from the address that is named; MUST-44: else from one that IP chooses.
    const route = this.network.route(remote, local)
    if (route === null) throw new StackError('ENETUNREACH', 'connect', 'no route leads there: add one by host.addRoute')
    // RFC 9293, 3.9.2.3 (MUST-46): a connection is between two; the error is Linux's.
    if (route.cast !== 'unicast') throw new StackError('ENETUNREACH', 'connect', 'the address is one of many hosts')
    if (this.memory.exhausted) throw new StackError('ENOBUFS', 'connect', 'memory is exhausted: see tcp_mem')
    const { source } = route
    const free = (port: number) => this.connections.isFree(source, port, remote, remotePort, now)
    let port = localPort
    if (port === 0) {
      port = this.ports.choose(source, remote, remotePort, (each) => free(each) && !this.listeners.has(each))
      if (port === 0) {
        const why = 'no ephemeral port is free: see ip_local_port_range, tcp_tw_reuse'
        throw new StackError('EADDRNOTAVAIL', 'connect', why)
      }
    } else if (!free(port)) {
      throw new StackError('EADDRINUSE', 'connect', `port ${port} already has a connection to that address and port`)
    }
    const names = { local: source.clone(), localPort: port, remote: remote.clone(), remotePort }
    return this.connections.succeed(names, route, now)
  }

  /** A port to listen on that no listener has. Throws StackError: EADDRINUSE. */
  listeningPort(address: Address | null): number {
    const any = address ?? ANY
    const port = this.ports.choose(any, any, 0, (each) => !this.listeners.has(each))
    if (port === 0) throw new StackError('EADDRINUSE', 'listen', 'no port is free: see ip_local_port_range')
    return port
  }
}
