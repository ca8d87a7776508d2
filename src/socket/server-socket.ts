import type { Host } from '../stack/host.ts'
import type { Listener } from '../stack/listener.ts'
import { formatAddress } from '../wire/address-text.ts'
import { checkPort, StreamSocket, someAddress } from './stream-socket.ts'

export interface ListenOptions {
  /** 0 = an ephemeral port. */
  readonly port: number
  /** Absent, '::' or '0.0.0.0': any address of the host, of either family. */
  readonly address?: string
  /** Bound on the connections that wait to be accepted, of which there may be one more; 511 if absent, as Node has it. */
  readonly backlog?: number
  /** TCP_FASTOPEN: how many connections may be let in by Fast Open (RFC 7413) before their third ACK; 0 if absent. tcp_fastopen must have its 2. */
  readonly fastOpen?: number
}

/** A passive open: connections arrive, and `accept` takes them one by one. */
export class ServerSocket {
  /** There is something to accept. */
  onready: () => void = () => {}
  private readonly host: Host
  private readonly listener: Listener

  constructor(host: Host, listener: Listener) {
    this.host = host
    this.listener = listener
    listener.onready = () => this.onready()
  }

  get port(): number {
    return this.listener.port
  }

  /** '::' when it listens on any address. */
  get address(): string {
    return this.listener.address === null ? '::' : formatAddress(this.listener.address)
  }

  /** The connection that has waited longest; null = none waits (EAGAIN). */
  accept(): StreamSocket | null {
    const endpoint = this.listener.accept()
    return endpoint === null ? null : new StreamSocket(this.host, endpoint)
  }

  /** Stops listening; connections that were not accepted are reset. */
  close(): void {
    this.host.tcp.unlisten(this.listener)
  }
}

/** Listens (RFC 9293, 3.10.1). Throws StackError EADDRINUSE, EADDRNOTAVAIL; TypeError, RangeError for bad input. */
export function listen(host: Host, on: ListenOptions): ServerSocket {
  checkPort(on.port, 0)
  const { backlog = 511, fastOpen = 0 } = on
  if (!Number.isInteger(backlog)) throw new RangeError(`a backlog is an integer, not ${backlog}`)
  const local = on.address === undefined ? null : someAddress(on.address)
  if (!Number.isInteger(fastOpen) || fastOpen < 0)
    throw new RangeError(`fastOpen is a number of connections, not ${fastOpen}`)
  const listener = host.tcp.listen(local, on.port, backlog)
  listener.fastOpenRoom = fastOpen
  return new ServerSocket(host, listener)
}
