import { Address } from '../wire/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import { readU16 } from '../wire/bytes.ts'
import { isIcmpError } from '../wire/icmp.ts'
import { type IpHeader, PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/packet.ts'
import { SYN } from '../wire/tcp.ts'
import { resetFor } from './answers.ts'
import type { Link } from './link.ts'
import type { Middlebox, Surrounds } from './middlebox.ts'
import type { Port } from './port.ts'
import { quotedIn, translated, translatedError } from './translation.ts'
import type { WirePacket } from './wire-packet.ts'

export interface NatOptions {
  /** The link whose address all that leaves by it comes from: the router's own there. */
  readonly outside: Link
  /** Microseconds without a packet after which a mapping is forgotten; 7,440 s for TCP (RFC 5382, 5), 300 s for UDP (RFC 4787, 4.3). */
  readonly idle?: number
  /** What becomes of a TCP segment whose mapping is forgotten: 'drop' if not given, or it is answered by RST. */
  readonly forgotten?: 'drop' | 'reset'
}

/** An inside address and port, and the outside port that stands for them. */
interface Mapping {
  readonly inside: string
  readonly address: Address
  readonly port: number
  readonly outsidePort: number
  used: number
}

const SECOND = 1_000_000
const TCP_IDLE = 7440 * SECOND
const UDP_IDLE = 300 * SECOND
const FIRST_PORT = 1024
const LAST_PORT = 65_535

/**
 * Translates addresses and ports of TCP and UDP, as a function of a router: what leaves by the outside link comes
 * from its address there, and what comes back goes where that came from. An inside address and port have one
 * outside port whoever they speak with (RFC 4787, 4.1), their own where it is free. A mapping begins with a SYN or a
 * datagram from inside. Fragments are dropped, for only the first one has ports.
 */
export class Nat implements Middlebox {
  /** Packets without a mapping, or with no port left. */
  refused = 0
  private readonly options: NatOptions
  private readonly byInside = new Map<string, Mapping>()
  private readonly byOutside = new Map<string, Mapping>()

  constructor(options: NatOptions) {
    this.options = options
  }

  /** Mappings that are in use, or whose end nobody has noticed yet. */
  get size(): number {
    return this.byInside.size
  }

  enter(packet: WirePacket, from: Port, router: Surrounds): WirePacket | null {
    const { ip } = packet
    if (ip === null || !this.isOutside(from) || !router.addressOn(from, ip.version)?.equals(ip.destination))
      return packet
    if (isFragment(ip)) return this.refuse()
    if (ip.protocol === PROTOCOL_ICMP || ip.protocol === PROTOCOL_ICMPV6) return this.error(packet, ip, router)
    if (!hasPorts(ip)) return packet
    const mapping = this.outside(ip, readU16(packet.bytes, ip.payloadStart + 2), router.now())
    if (mapping === null) return this.forgotten(packet, router)
    mapping.used = router.now()
    return translated(packet, ip, 'destination', mapping.address, mapping.port)
  }

  leave(packet: WirePacket, to: Port, router: Surrounds): WirePacket | null {
    const { ip } = packet
    if (ip === null || !this.isOutside(to)) return packet
    const address = router.addressOn(to, ip.version)
    if (address === null || !hasPorts(ip)) return packet
    if (isFragment(ip)) return this.refuse()
    const now = router.now()
    const port = readU16(packet.bytes, ip.payloadStart)
    const begins = ip.protocol === PROTOCOL_UDP || ((packet.tcp?.flags ?? 0) & SYN) !== 0
    const mapping = this.inside(ip, port, now) ?? (begins ? this.map(ip, port, now) : null)
    if (mapping === null) return begins ? this.refuse() : this.forgotten(packet, router)
    mapping.used = now
    return translated(packet, ip, 'source', address, mapping.outsidePort)
  }

  private isOutside(port: Port): boolean {
    return this.options.outside.ports.includes(port)
  }

  /** An error about what somebody inside has sent. */
  private error(packet: WirePacket, ip: IpHeader, router: Surrounds): WirePacket | null {
    const quoted = isIcmpError(ip.version, packet.bytes[ip.payloadStart] ?? 0) ? quotedIn(packet, ip) : null
    if (quoted === null || !hasPorts(quoted)) return packet
    const mapping = this.outside(quoted, readU16(packet.bytes, quoted.payloadStart), router.now())
    return mapping === null ? this.refuse() : translatedError(packet, ip, quoted, mapping.address, mapping.port)
  }

  private inside(ip: IpHeader, port: number, now: number): Mapping | null {
    return this.alive(ip, this.byInside.get(insideKey(ip, port)), now)
  }

  private outside(ip: IpHeader, port: number, now: number): Mapping | null {
    return this.alive(ip, this.byOutside.get(outsideKey(ip, port)), now)
  }

  private alive(ip: IpHeader, mapping: Mapping | undefined, now: number): Mapping | null {
    if (mapping === undefined) return null
    const idle = this.options.idle ?? (ip.protocol === PROTOCOL_TCP ? TCP_IDLE : UDP_IDLE)
    if (now - mapping.used < idle) return mapping
    this.byInside.delete(mapping.inside)
    this.byOutside.delete(outsideKey(ip, mapping.outsidePort))
    return null
  }

  private map(ip: IpHeader, port: number, now: number): Mapping | null {
    let outsidePort = port
    for (let tried = 0; this.outside(ip, outsidePort, now) !== null; tried += 1) {
      if (tried > LAST_PORT - FIRST_PORT) return null
      outsidePort = outsidePort < FIRST_PORT || outsidePort === LAST_PORT ? FIRST_PORT : outsidePort + 1
    }
    const address = new Address()
    address.set(ip.source)
    const mapping = { inside: insideKey(ip, port), address, port, outsidePort, used: now }
    this.byInside.set(mapping.inside, mapping)
    this.byOutside.set(outsideKey(ip, outsidePort), mapping)
    return mapping
  }

  private forgotten(packet: WirePacket, router: Surrounds): null {
    const reset = this.options.forgotten === 'reset' ? resetFor(packet) : null
    if (reset !== null) router.originate(reset)
    return this.refuse()
  }

  private refuse(): null {
    this.refused += 1
    return null
  }
}

function hasPorts(ip: IpHeader): boolean {
  return (ip.protocol === PROTOCOL_TCP || ip.protocol === PROTOCOL_UDP) && ip.payloadLength >= 8
}

function isFragment(ip: IpHeader): boolean {
  return ip.moreFragments || ip.fragmentOffset > 0
}

function insideKey(ip: IpHeader, port: number): string {
  return `${ip.protocol} ${formatAddress(ip.source)} ${port}`
}

function outsideKey(ip: IpHeader, port: number): string {
  return `${ip.version} ${ip.protocol} ${port}`
}
