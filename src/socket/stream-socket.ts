import { isUnspecified } from '../ip/scope.ts'
import type { Endpoint, EndpointOwner } from '../stack/endpoint.ts'
import { address, type Host } from '../stack/host.ts'
import { StackError } from '../stack/stack-error.ts'
import type { State } from '../tcp/states.ts'
import { type Status, statusOf } from '../tcp/status.ts'
import { ENDED } from '../tcp/tcb.ts'
import { type TcpInfo, tcpInfo } from '../tcp/tcp-info.ts'
import type { Address } from '../wire/address.ts'
import { OPTIONS, type SocketOption } from './option-table.ts'

export { CLOSED, CONNECTED, ENDED, READABLE, SOFT_ERROR, URGENT, WRITABLE } from '../tcp/tcb.ts'

/** Where to connect, and how. */
export interface ConnectOptions {
  /** IPv4 or IPv6 address; a name is not looked up. */
  readonly address: string
  readonly port: number
  readonly localAddress?: string
  /** 0 or absent: an ephemeral port. */
  readonly localPort?: number
  /** Options set before the SYN is sent. */
  readonly options?: Partial<Record<SocketOption, number>>
}

/**
 * One TCP connection as an application holds it: synchronous and non-blocking, in the manner of
 * Linux's calls. Nothing waits: a call does what it can now, and `onevent` says when more can be done.
 */
export class StreamSocket implements EndpointOwner {
  /** Told of what has happened, as bits: CONNECTED, READABLE, WRITABLE, ENDED, CLOSED, URGENT, SOFT_ERROR. */
  onevent: (events: number) => void = () => {}
  private readonly host: Host
  private readonly endpoint: Endpoint
  /** Seconds of SO_LINGER; -1 = off. */
  private linger = -1
  private readShut = false
  private closedByUs = false
  private errorTaken = false
  /** The peer's FIN has come: whatever fails afterwards, all that it sent is there. */
  private complete = false

  constructor(host: Host, endpoint: Endpoint) {
    this.host = host
    this.endpoint = endpoint
    endpoint.owner = this
    // What happened while it waited to be accepted is told now.
    if (endpoint.connection.tcb.events !== 0) host.tcp.touch(endpoint)
  }

  get state(): State {
    return this.endpoint.state
  }

  get localAddress(): string {
    return this.endpoint.localAddress
  }

  get localPort(): number {
    return this.endpoint.localPort
  }

  get remoteAddress(): string {
    return this.endpoint.remoteAddress
  }

  get remotePort(): number {
    return this.endpoint.remotePort
  }

  /** Why the connection failed, as an errno's name such as ECONNRESET; '' = it did not. */
  get error(): string {
    return this.endpoint.connection.tcb.error
  }

  /**
   * What is wrong with the way to the peer and may pass, by the errno's name: what ICMP has said (EHOSTUNREACH ...)
   * or ETIMEDOUT after tcp_retries1 retransmissions (RFC 9293, 3.9.1.8); '' once the peer has acknowledged
   * something. With IP_RECVERR the event SOFT_ERROR tells of it.
   */
  get softError(): string {
    return this.endpoint.connection.tcb.softError
  }

  /**
   * Differentiated Services field and ECN bits of the last packet received (IP_RECVTOS, IPV6_RECVTCLASS; RFC 9293,
   * MAY-9).
   */
  get receivedTos(): number {
    return this.endpoint.receivedTos
  }

  /** Bytes that `read` would find now. */
  get readable(): number {
    return this.endpoint.connection.readable
  }

  /** The peer has sent FIN and everything before it was read. */
  get ended(): boolean {
    const { connection } = this.endpoint
    if (connection.state !== 'CLOSED') return connection.ended
    return connection.readable === 0 && (this.complete || (connection.tcb.events & ENDED) !== 0)
  }

  /** Bytes that `write` would take now. */
  get writable(): number {
    return this.endpoint.connection.canWrite ? this.endpoint.connection.tcb.sendBuffer.free : 0
  }

  /** Bytes written and not yet acknowledged by the peer. */
  get unacknowledged(): number {
    return this.endpoint.connection.tcb.sendBuffer.length
  }

  /**
   * Copies received bytes into `into`; PSH is not told (MAY-17). Returns how many; 0 = end of stream (the peer's FIN);
   * -1 = nothing has come yet (EAGAIN). Throws StackError ECONNRESET, ETIMEDOUT ... once when the
   * connection has failed before the peer's FIN and all that came was read; EBADF after `close`.
   */
  read(into: Uint8Array): number {
    const { connection } = this.endpoint
    if (this.closedByUs) throw new StackError('EBADF', 'read', 'the socket is closed')
    const count = connection.read(into, 0, into.length, this.host.now())
    if (count > 0) {
      if (connection.tcb.acks.owed === 'now') this.host.tcp.touch(this.endpoint)
      return count
    }
    if (connection.readable > 0) return -1
    if (this.ended) return 0
    this.raiseError('read')
    return this.readShut || connection.state === 'CLOSED' ? 0 : -1
  }

  /**
   * Takes bytes to be sent. Returns how many, 0 when there is no room (EAGAIN): WRITABLE says when
   * there is. Throws StackError EPIPE after a shutdown or the connection's end, or its error once.
   */
  write(from: Uint8Array): number {
    const { connection } = this.endpoint
    if (this.closedByUs) throw new StackError('EBADF', 'write', 'the socket is closed')
    this.raiseError('write')
    if (!connection.canWrite) throw new StackError('EPIPE', 'write', 'the sending side is closed')
    const count = connection.write(from, 0, from.length)
    if (count > 0) this.host.tcp.touch(this.endpoint)
    return count
  }

  /** As `write`, with the URGENT flag on the last byte taken (MSG_OOB; RFC 9293, 3.8.5). */
  writeUrgent(from: Uint8Array): number {
    const count = this.write(from)
    if (count > 0) this.endpoint.connection.markUrgent()
    return count
  }

  /** Bytes not yet read up to the end of urgent data (SIOCATMARK); 0 = none ahead. Urgent data is read in line. */
  get urgentAhead(): number {
    return this.endpoint.connection.urgentAhead
  }

  /** SHUT_RD, SHUT_WR or SHUT_RDWR: 'write' sends FIN after what was written; with 'read' only what waits can still be read. */
  shutdown(how: 'read' | 'write' | 'both'): void {
    if (this.closedByUs) throw new StackError('EBADF', 'shutdown', 'the socket is closed')
    const { connection } = this.endpoint
    if (connection.state === 'CLOSED' || connection.state === 'LISTEN') {
      throw new StackError('ENOTCONN', 'shutdown', 'there is no connection')
    }
    if (how !== 'write') this.readShut = true
    if (how !== 'read') connection.shutdown()
    this.host.tcp.touch(this.endpoint)
  }

  /** Lets the connection go (MAY-1): FIN, or RST if received data was not read or SO_LINGER says so. No events follow. */
  close(): void {
    if (this.closedByUs) return
    if (this.linger === 0) {
      this.abort()
      return
    }
    this.closedByUs = true
    this.host.tcp.release(this.endpoint, this.host.now())
  }

  /** Ends the connection at once by RST. No events follow. */
  abort(): void {
    if (this.closedByUs) return
    this.closedByUs = true
    this.host.tcp.abort(this.endpoint)
  }

  /** SO_LINGER: `null` = off; 0 = `close` sends RST. Waiting for the close is the caller's business (no call blocks). */
  setLinger(seconds: number | null): void {
    this.linger = seconds === null ? -1 : seconds
  }

  /** Sets an option by its Linux name. Throws StackError ENOPROTOOPT or EINVAL. */
  setOption(name: SocketOption, value: number | boolean): void {
    const option = OPTIONS[name]
    if (option === undefined) throw new StackError('ENOPROTOOPT', 'setsockopt', `there is no option ${String(name)}`)
    const number = Number(value)
    if (!Number.isInteger(number) || number < option.least || number > option.most) {
      throw new StackError(
        'EINVAL',
        'setsockopt',
        `${name} takes ${option.least} to ${option.most}, not ${String(value)}`,
      )
    }
    option.set(this.endpoint, number, this.host.now())
    this.host.tcp.touch(this.endpoint)
  }

  getOption(name: SocketOption): number {
    const option = OPTIONS[name]
    if (option === undefined) throw new StackError('ENOPROTOOPT', 'getsockopt', `there is no option ${String(name)}`)
    return option.get(this.endpoint)
  }

  /** The connection's variables, queues, timers and sequence spaces now (RFC 9293, 3.9.1.6: STATUS). */
  status(): Status {
    return statusOf(this.endpoint.connection.tcb, this.host.now())
  }

  /** Linux's TCP_INFO. */
  tcpInfo(): TcpInfo {
    return tcpInfo(this.endpoint.connection.tcb, this.endpoint.mtu, this.host.now())
  }

  /** For the stack. */
  notify(events: number): void {
    if (events & ENDED) this.complete = true
    if (events !== 0) this.onevent(events)
  }

  /** The failure is reported to one call, as SO_ERROR is. */
  private raiseError(syscall: string): void {
    const { error } = this
    if (error === '' || this.errorTaken) return
    this.errorTaken = true
    throw new StackError(error, syscall, 'the connection has failed')
  }
}

/**
 * Begins to connect (RFC 9293, 3.10.1); CONNECTED or CLOSED (see `error`) says how it went.
 * Throws TypeError for what is no address, RangeError for a port out of range, StackError
 * EADDRNOTAVAIL, EADDRINUSE, ENETUNREACH.
 */
export function connect(host: Host, to: ConnectOptions): StreamSocket {
  checkPort(to.port, 1)
  checkPort(to.localPort ?? 0, 0)
  const local = to.localAddress === undefined ? null : someAddress(to.localAddress)
  const now = host.now()
  const endpoint = host.tcp.connect(local, to.localPort ?? 0, address(to.address), to.port, now)
  const socket = new StreamSocket(host, endpoint)
  for (const [name, value] of Object.entries(to.options ?? {})) socket.setOption(name as SocketOption, value)
  host.tcp.begin(endpoint, now)
  return socket
}

/** An address of ours that a user has given; '0.0.0.0' and '::' mean any (null). Throws TypeError for what is no address. */
export function someAddress(text: string): Address | null {
  const given = address(text)
  return isUnspecified(given) ? null : given
}

export function checkPort(port: number, least: number): void {
  if (!Number.isInteger(port) || port < least || port > 65_535) {
    throw new RangeError(`${port} is no port: ${least} to 65535`)
  }
}
