import type { IcmpError } from '../ip/icmp-error.ts'
import { isMulticast } from '../ip/scope.ts'
import { ChunkPool } from '../tcp/chunk-pool.ts'
import type { Address } from '../wire/address.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { HEADROOM, type IpHeader, Packet, PROTOCOL_UDP } from '../wire/packet.ts'
import { emitUdp, parseUdp, UDP_CHECKSUM_OFFSET, UDP_HEADER, UdpDatagram } from '../wire/udp.ts'
import { icmpMeaning } from './icmp-meaning.ts'
import type { IpCounters } from './ip-counters.ts'
import type { Network, TransportReceiver } from './network.ts'
import type { PortSettings } from './ports.ts'
import type { Route } from './route.ts'
import { StackError } from './stack-error.ts'
import { UdpPort, type UdpUser } from './udp-port.ts'

/** The most a datagram can carry: an IP length of 65,535 without the headers. */
const MAX_DATA_V4 = 65_535 - 20 - UDP_HEADER
const MAX_DATA_V6 = 65_535 - UDP_HEADER

/** What became of a datagram: the errno of Linux where it was not sent. 'EAGAIN': there is no room now. */
export type UdpSendResult = 'sent' | 'EAGAIN' | 'EMSGSIZE' | 'ENETUNREACH' | 'EACCES'

/** UDP (RFC 768): ports, and whose datagram is whose. */
export class UdpService implements TransportReceiver {
  /** Memory of what waits to be received. */
  readonly chunks = new ChunkPool()
  private readonly network: Network
  private readonly counters: IpCounters
  private readonly random: () => number
  private readonly config: PortSettings
  private readonly ports = new Map<number, UdpPort[]>()
  private readonly datagram = new UdpDatagram()
  private readonly packet = new Packet()
  private news: UdpPort[] = []
  private blocked: UdpPort[] = []

  /** `random` gives uint32. */
  constructor(network: Network, counters: IpCounters, random: () => number, config: PortSettings) {
    this.network = network
    this.counters = counters
    this.random = random
    this.config = config
    network.handle(PROTOCOL_UDP, this)
  }

  /**
   * Takes a port for `user`; 0 = an ephemeral one, `address` null = every address of the host. Throws
   * StackError EADDRNOTAVAIL when the address is not ours, EADDRINUSE when the port is taken.
   */
  bind(user: UdpUser, address: Address | null, port: number): UdpPort {
    if (address !== null && !this.network.isLocal(address)) {
      throw new StackError('EADDRNOTAVAIL', 'bind', 'the address is none of this host')
    }
    const number = port === 0 ? this.ephemeral(address) : port
    if (number === 0 || this.inUse(address, number)) {
      throw new StackError('EADDRINUSE', 'bind', 'the port is in use')
    }
    const bound = new UdpPort(user, address === null ? null : address.clone(), number)
    const others = this.ports.get(number)
    if (others === undefined) this.ports.set(number, [bound])
    else others.push(bound)
    return bound
  }

  /** Gives the port back. */
  close(port: UdpPort): void {
    const left = (this.ports.get(port.port) ?? []).filter((other) => other !== port)
    if (left.length === 0) this.ports.delete(port.port)
    else this.ports.set(port.port, left)
    this.news = this.news.filter((other) => other !== port)
    this.blocked = this.blocked.filter((other) => other !== port)
  }

  /** Sends to and receives from one peer alone from now on. Throws StackError ENETUNREACH when no route leads there. */
  connect(port: UdpPort, address: Address, remotePort: number): void {
    const route = this.network.route(address, port.boundTo)
    if (route === null) throw new StackError('ENETUNREACH', 'connect', 'no route leads there')
    if (!this.permitted(port, address)) throw new StackError('EACCES', 'connect', 'a broadcast address')
    port.remote.set(address)
    port.remotePort = remotePort
    port.connected = true
    port.local = route.source.clone()
    port.route = route
  }

  disconnect(port: UdpPort): void {
    port.connected = false
    port.local = port.boundTo
    port.route = null
  }

  /** Sends `length` bytes from `start` of `data`. */
  send(
    port: UdpPort,
    data: Uint8Array,
    start: number,
    length: number,
    address: Address,
    remotePort: number,
    now: number,
  ): UdpSendResult {
    const route = this.routeTo(port, address)
    if (route === null) return 'ENETUNREACH'
    if (!this.permitted(port, address)) return 'EACCES'
    if (length > (route.version === 4 ? MAX_DATA_V4 : MAX_DATA_V6)) return 'EMSGSIZE'
    const uncut = UDP_HEADER + length + (route.version === 4 ? 20 : 40) <= route.mtu
    if (!uncut && port.options.dontFragment) return 'EMSGSIZE'
    const room = this.network.claim(route, UDP_HEADER + length)
    if (room === null) {
      this.block(port)
      return 'EAGAIN'
    }
    const { datagram, packet } = this
    datagram.sourcePort = port.port
    datagram.destinationPort = remotePort
    datagram.bytes = room
    datagram.payloadStart = HEADROOM + UDP_HEADER
    datagram.payloadLength = length
    if (start === 0 && length === data.length) room.set(data, datagram.payloadStart)
    else room.set(data.subarray(start, start + length), datagram.payloadStart)
    packet.bytes = room
    packet.start = emitUdp(datagram)
    packet.end = datagram.payloadStart + length
    this.counters.UdpOutDatagrams += 1
    this.network.transmit(route, packet, PROTOCOL_UDP, UDP_CHECKSUM_OFFSET, port.options, now)
    this.network.rearm()
    return 'sent'
  }

  receive(ip: IpHeader, packet: Packet, now: number): void {
    const { counters, datagram } = this
    if (!parseUdp(packet.bytes, ip.payloadStart, ip.payloadLength, datagram)) {
      counters.UdpInErrors += 1
      return
    }
    if (!packet.checksumOffloaded && !checksumRight(ip, datagram)) {
      counters.UdpInCsumErrors += 1
      counters.UdpInErrors += 1
      return
    }
    const { destination } = ip
    if (!this.network.isLocal(destination)) {
      this.receiveForMany(ip)
      return
    }
    const port = this.find(datagram.destinationPort, destination, ip.source, datagram.sourcePort)
    if (port === null) {
      counters.UdpNoPorts += 1
      this.network.reject(ip, packet, 'port-unreachable', now)
      return
    }
    this.give(port, ip.source)
  }

  error(error: IcmpError, now: number): void {
    const port = this.find(error.sourcePort, error.source, error.destination, error.destinationPort)
    if (port === null) {
      this.counters.IcmpInErrors += 1
      return
    }
    if (error.kind === 'packet-too-big') {
      this.network.reducePathMtu(error.destination, error.mtu, now)
      return
    }
    // RFC 1122, 4.1.3.3 would pass all on; as in Linux, hard errors reach a socket that has one peer.
    const meaning = icmpMeaning(error)
    if (meaning?.hard && port.connected) {
      port.user.fail(meaning.code)
      this.tell(port)
    }
  }

  /** Whether somebody is to be told something. */
  get hasNews(): boolean {
    if (this.blocked.length > 0) this.unblock()
    return this.news.length > 0
  }

  /** Tells users what has happened to them: at the end of a turn, when the protocols are at rest. What they throw goes to `errors`. */
  notify(errors: unknown[]): void {
    const told = this.news
    this.news = []
    for (const port of told) {
      port.hasNews = false
      try {
        port.user.notify()
      } catch (error) {
        errors.push(error)
      }
    }
  }

  private give(port: UdpPort, source: Address): void {
    const { bytes, payloadStart, payloadLength, sourcePort } = this.datagram
    if (port.user.deliver(source, sourcePort, bytes, payloadStart, payloadLength)) {
      this.counters.UdpInDatagrams += 1
      this.tell(port)
    } else {
      this.counters.UdpRcvbufErrors += 1
      this.counters.UdpInErrors += 1
    }
  }

  /** Broadcast and multicast go to all who fit (RFC 1122, 4.1.3.6 lets a group in that one listens to). */
  private receiveForMany(ip: IpHeader): void {
    const { destinationPort, sourcePort } = this.datagram
    const ports = this.ports.get(destinationPort)
    if (ports === undefined) {
      this.counters.UdpNoPorts += 1
      return
    }
    for (const port of ports) if (port.match(ip.destination, ip.source, sourcePort) >= 0) this.give(port, ip.source)
  }

  private find(number: number, local: Address, remote: Address, remotePort: number): UdpPort | null {
    const ports = this.ports.get(number)
    if (ports === undefined) return null
    let best: UdpPort | null = null
    let bestScore = -1
    for (const port of ports) {
      const score = port.match(local, remote, remotePort)
      if (score > bestScore) {
        best = port
        bestScore = score
      }
    }
    return best
  }

  private routeTo(port: UdpPort, address: Address): Route | null {
    const last = port.route
    if (last?.valid && last.destination.equals(address)) return last
    port.route = this.network.route(address, port.local)
    return port.route
  }

  /** RFC 1122, 3.3.6: to all only on purpose. */
  private permitted(port: UdpPort, address: Address): boolean {
    return port.broadcast || isMulticast(address) || !this.network.isBroadcast(address)
  }

  private tell(port: UdpPort): void {
    if (port.hasNews) return
    port.hasNews = true
    this.news.push(port)
  }

  private block(port: UdpPort): void {
    this.counters.UdpSndbufErrors += 1
    if (port.blocked) return
    port.blocked = true
    this.blocked.push(port)
  }

  /** Those for whom there is room now. */
  private unblock(): void {
    const blocked = this.blocked
    this.blocked = []
    for (const port of blocked) {
      if (port.route?.valid && port.route.claim() === null) this.blocked.push(port)
      else {
        port.blocked = false
        this.tell(port)
      }
    }
  }

  private inUse(address: Address | null, number: number): boolean {
    for (const other of this.ports.get(number) ?? []) {
      if (address === null || other.boundTo === null || other.boundTo.equals(address)) return true
    }
    return false
  }

  /** A free port from a random place on (RFC 6056, 3.3.1); 0 = none is left. */
  private ephemeral(address: Address | null): number {
    const [low, high] = this.config.ip_local_port_range
    const count = high - low + 1
    const first = this.random() % count
    for (let i = 0; i < count; i += 1) {
      const number = low + ((first + i) % count)
      if (!this.inUse(address, number)) return number
    }
    return 0
  }
}

/** IPv4 may leave the checksum out (RFC 768), IPv6 must not (RFC 8200, 8.1). */
function checksumRight(ip: IpHeader, datagram: UdpDatagram): boolean {
  if (!datagram.hasChecksum) return ip.version === 4
  const start = datagram.payloadStart - UDP_HEADER
  const length = UDP_HEADER + datagram.payloadLength
  const pseudo = pseudoHeaderSum(ip.source, ip.destination, PROTOCOL_UDP, length)
  return fold(sum(datagram.bytes, start, length, pseudo)) === 0xffff
}
