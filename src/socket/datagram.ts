import { isUnspecified } from '../ip/scope.ts'
import { StackError } from '../stack/stack-error.ts'
import type { UdpService } from '../stack/udp.ts'
import type { UdpPort, UdpUser } from '../stack/udp-port.ts'
import { ByteQueue } from '../tcp/byte-queue.ts'
import { Address } from '../wire/address.ts'
import { parseAddress } from '../wire/address-text.ts'

/** What a waiting datagram counts beside its bytes, so that empty ones fill a queue too. */
const DATAGRAM_COST = 128

/** Linux's net.core.rmem_default. */
const RECEIVE_BUFFER = 212_992

export interface DatagramOptions {
  /** The address to receive on; absent, '::' or '0.0.0.0' = every address of the host. */
  readonly address?: string | Address
  /** The port to receive on; 0 or absent = an ephemeral one. */
  readonly port?: number
  /** Bytes of datagrams that may wait, each counted 128 bytes longer than it is; 212,992 if absent. */
  readonly receiveBuffer?: number
}

/** What a datagram socket needs of its host. */
export interface DatagramHost {
  readonly udp: UdpService
  /** Integer microseconds. */
  now(): number
}

/** A datagram that waits. */
class Waiting {
  readonly source = new Address()
  sourcePort = 0
  length = 0
}

/** A UDP socket: synchronous and never blocking, what sockets of other styles are built on. */
export class DatagramSocket implements UdpUser {
  /** Called at the end of a turn: there is something to receive, an error to be told, or room to send again. */
  onevent: () => void = () => {}
  /** Who sent the datagram that `receive` gave last. */
  readonly sender = new Address()
  senderPort = 0
  /** Its length, of which `receive` may have given less. */
  senderLength = 0
  private readonly host: DatagramHost
  private readonly udpPort: UdpPort
  private readonly limit: number
  private readonly bytes: ByteQueue
  /** Records of datagrams, those in use first `head` .. `head + count`, a ring. */
  private waiting: Waiting[] = []
  private head = 0
  private count = 0
  /** Bytes that wait, and what they count for. */
  private length = 0
  private charged = 0
  private failure = ''
  private open = true

  /** Throws StackError EADDRINUSE or EADDRNOTAVAIL; TypeError for an address, RangeError for a port that is none. */
  constructor(host: DatagramHost, options: DatagramOptions = {}) {
    this.host = host
    this.bytes = new ByteQueue(host.udp.chunks)
    this.limit = options.receiveBuffer ?? RECEIVE_BUFFER
    const { address, port = 0 } = options
    const local = address === undefined ? null : toAddress(address)
    this.udpPort = host.udp.bind(this, local === null || isUnspecified(local) ? null : local, toPort(port, 0))
  }

  /** The port it receives on. */
  get port(): number {
    return this.udpPort.port
  }

  /** The address it receives on; null = every address of the host. */
  get address(): Address | null {
    return this.udpPort.local
  }

  /** Datagrams that wait to be received. */
  get pending(): number {
    return this.count
  }

  /** Hop limit, traffic class, whether to forbid fragmentation: of the datagrams sent from now on. */
  get options(): UdpPort['options'] {
    return this.udpPort.options
  }

  /** Allows sending to broadcast addresses (SO_BROADCAST). */
  set broadcast(allowed: boolean) {
    this.udpPort.broadcast = allowed
  }

  get broadcast(): boolean {
    return this.udpPort.broadcast
  }

  /** From now on sends to this peer and receives from it alone. Throws StackError ENETUNREACH, EACCES. */
  connect(address: string | Address, port: number): void {
    this.check('connect')
    this.host.udp.connect(this.udpPort, toAddress(address), toPort(port, 1))
  }

  /** Undoes `connect`. */
  disconnect(): void {
    this.host.udp.disconnect(this.udpPort)
  }

  /**
   * Sends `from` as one datagram to `address` and `port`, or to the connected peer where these are left
   * out. True = it is on its way; false = there is no room now (EAGAIN) and `onevent` tells when. Throws
   * StackError: an error that came back (ECONNREFUSED), EMSGSIZE, ENETUNREACH, EACCES, EDESTADDRREQ.
   */
  send(from: Uint8Array, address?: string | Address, port?: number): boolean {
    this.check('send')
    const { udp } = this.host
    const { udpPort } = this
    if ((address === undefined || port === undefined) && !udpPort.connected) {
      throw new StackError('EDESTADDRREQ', 'send', 'the socket is not connected: say where to')
    }
    const to = address === undefined ? udpPort.remote : toAddress(address)
    const toPortNumber = port === undefined ? udpPort.remotePort : toPort(port, 1)
    const result = udp.send(udpPort, from, 0, from.length, to, toPortNumber, this.host.now())
    if (result === 'sent') return true
    if (result === 'EAGAIN') return false
    throw new StackError(result, 'send', REASONS[result])
  }

  /**
   * Copies the datagram that has waited longest into `into`, as much of it as fits, and forgets it.
   * Returns the number of bytes copied; -1 = none waits (EAGAIN). `sender`, `senderPort` and
   * `senderLength` tell of it. Throws StackError with an error that came back (ECONNREFUSED).
   */
  receive(into: Uint8Array): number {
    this.check('receive')
    if (this.count === 0) return -1
    const first = this.waiting[this.head]
    this.head = (this.head + 1) % this.waiting.length
    this.count -= 1
    this.length -= first.length
    this.charged -= first.length + DATAGRAM_COST
    this.sender.set(first.source)
    this.senderPort = first.sourcePort
    this.senderLength = first.length
    const copied = Math.min(first.length, into.length)
    this.bytes.read(0, into, 0, copied)
    this.bytes.drop(first.length)
    // Chunks are held while a byte waits; at rest none is.
    if (this.count === 0) this.bytes.clear()
    return copied
  }

  /** Gives the port back; what waits is dropped. May be called again. */
  close(): void {
    if (!this.open) return
    this.open = false
    this.host.udp.close(this.udpPort)
    this.bytes.clear()
    this.waiting = []
    this.count = 0
    this.length = 0
    this.charged = 0
  }

  /** UdpUser: keeps a copy. */
  deliver(source: Address, sourcePort: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (!this.open || this.charged + length + DATAGRAM_COST > this.limit) return false
    if (this.count === this.waiting.length) this.grow()
    const last = this.waiting[(this.head + this.count) % this.waiting.length]
    last.source.set(source)
    last.sourcePort = sourcePort
    last.length = length
    this.bytes.write(this.length, bytes, start, length)
    this.count += 1
    this.length += length
    this.charged += length + DATAGRAM_COST
    return true
  }

  /** UdpUser: kept for the next call (RFC 1122, 4.1.3.3). */
  fail(code: string): void {
    this.failure = code
  }

  /** UdpUser: passes it on. */
  notify(): void {
    if (this.open) this.onevent()
  }

  /** Twice as many records, in order from the head. */
  private grow(): void {
    const records: Waiting[] = []
    for (let i = 0; i < this.count; i += 1) records.push(this.waiting[(this.head + i) % this.waiting.length])
    const size = Math.max(8, 2 * this.count)
    while (records.length < size) records.push(new Waiting())
    this.waiting = records
    this.head = 0
  }

  private check(syscall: string): void {
    if (!this.open) throw new StackError('EBADF', syscall, 'the socket is closed')
    const code = this.failure
    if (code === '') return
    this.failure = ''
    throw new StackError(code, syscall, 'the network reports about an earlier datagram')
  }
}

const REASONS = {
  EMSGSIZE: 'the datagram is longer than can be sent',
  ENETUNREACH: 'no route leads there',
  EACCES: 'a broadcast address: allow it by `broadcast = true`',
}

function toAddress(address: string | Address): Address {
  if (address instanceof Address) return address
  const parsed = parseAddress(address)
  if (parsed === null) throw new TypeError(`${address} is no IP address`)
  return parsed
}

function toPort(port: number, least: number): number {
  if (Number.isInteger(port) && port >= least && port <= 65_535) return port
  throw new RangeError(`a port is ${least} to 65535, not ${port}`)
}
