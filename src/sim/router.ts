import { prefixBits } from '../ip/prefix.ts'
import { RouteTable } from '../ip/routes.ts'
import { isLimitedBroadcast, isMulticast } from '../ip/scope.ts'
import type { Address } from '../wire/address.ts'
import type { Prefix } from '../wire/address-text.ts'
import {
  ICMP_FRAGMENTATION_NEEDED,
  ICMP_HOP_LIMIT_EXCEEDED,
  ICMP_HOST_UNREACHABLE,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  ICMPV6_NO_ROUTE,
  ICMPV6_PACKET_TOO_BIG,
  ICMPV6_TIME_EXCEEDED,
  ICMPV6_UNREACHABLE,
} from '../wire/icmp.ts'
import { type IpHeader, Packet } from '../wire/packet.ts'
import { echoReplyFor, icmpErrorFor } from './answers.ts'
import { fragmentsOf, oneHopLess } from './forwarding.ts'
import type { Middlebox, Surrounds } from './middlebox.ts'
import type { Node } from './node.ts'
import type { Port } from './port.ts'
import { covers, prefixOf } from './prefix.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { WirePacket } from './wire-packet.ts'

/** A link that a router is on, and its own addresses there. */
interface Plug {
  readonly port: Port
  readonly prefixes: readonly Prefix[]
}

/**
 * A node that joins any number of links and forwards IPv4 and IPv6 by the longest prefix, at once. It knows the
 * networks of its links; other ways it is given by `route`. What it cannot forward it answers by ICMP (RFC 1812,
 * 5.3; RFC 4443, 3). It has no sockets: of what is for itself it takes echo requests alone, and answers them.
 */
export class Router implements Node, Surrounds {
  readonly name: string
  readonly forwards = true
  /** Packets that were sent on, echo requests that were answered, and packets that ended here. */
  forwarded = 0
  answered = 0
  dropped = 0
  private readonly clock: VirtualClock
  private readonly plugs: Plug[] = []
  private readonly routes = new RouteTable<Port>(0)
  private readonly boxes: Middlebox[] = []
  private readonly packet = new Packet()

  constructor(name: string, clock: VirtualClock) {
    this.name = name
    this.clock = clock
  }

  now(): number {
    return this.clock.now()
  }

  plug(port: Port, addresses: readonly string[]): void {
    const prefixes = addresses.map(prefixOf)
    this.plugs.push({ port, prefixes })
    for (const { address, length } of prefixes) this.routes.add(address, prefixBits(address, length), port)
    port.attach(() => this.take(port))
  }

  /** A way beyond its own links, by the link of that port. Throws TypeError for what is no prefix. */
  route(prefix: string, port: Port): void {
    const { address, length } = prefixOf(prefix)
    this.routes.add(address, prefixBits(address, length), port)
  }

  /** Adds a function, such as a firewall: packets pass them in the order in which they were added. */
  use<T extends Middlebox>(box: T): T {
    this.boxes.push(box)
    return box
  }

  addressOn(port: Port, version: 4 | 6): Address | null {
    const plug = this.plugs.find((each) => each.port === port)
    return plug?.prefixes.find(({ address }) => address.isV4 === (version === 4))?.address ?? null
  }

  originate(bytes: Uint8Array): void {
    const packet = new WirePacket(bytes)
    const to = packet.ip === null ? null : this.routes.lookup(packet.ip.destination)
    if (to !== null) send(packet, to)
  }

  complain(packet: WirePacket, port: Port, v4: readonly [number, number], v6: readonly [number, number]): void {
    const version = packet.ip?.version ?? 4
    const [type, code] = version === 4 ? v4 : v6
    this.error(packet, port, type, code, 0)
  }

  private take(port: Port): void {
    const { packet } = this
    while (port.receive(packet)) this.enter(new WirePacket(packet.bytes), port)
  }

  private enter(packet: WirePacket, from: Port): void {
    let current = packet
    for (const box of this.boxes) {
      const next = current.ip === null ? null : box.enter(current, from, this)
      if (next === null) {
        this.dropped += 1
        return
      }
      current = next
    }
    const { ip } = current
    if (ip !== null && this.isOwn(ip.destination) && this.answer(current)) this.answered += 1
    else if (ip !== null && this.isForOthers(ip.destination, from) && this.forward(current, ip, packet, from)) {
      this.forwarded += 1
    } else this.dropped += 1
  }

  /** Its own addresses answer ping (RFC 1812, 4.3.3.6; RFC 4443, 4.2); whether it was one. */
  private answer(packet: WirePacket): boolean {
    const reply = echoReplyFor(packet)
    if (reply !== null) this.originate(reply)
    return reply !== null
  }

  /** `origin` is the packet as its sender knows it, for complaints. */
  private forward(packet: WirePacket, ip: IpHeader, origin: WirePacket, from: Port): boolean {
    if (ip.hopLimit <= 1) {
      const code = ICMP_HOP_LIMIT_EXCEEDED
      this.complain(origin, from, [ICMP_TIME_EXCEEDED, code], [ICMPV6_TIME_EXCEEDED, code])
      return false
    }
    const to = this.routes.lookup(ip.destination)
    if (to === null) {
      this.complain(origin, from, [ICMP_UNREACHABLE, ICMP_HOST_UNREACHABLE], [ICMPV6_UNREACHABLE, ICMPV6_NO_ROUTE])
      return false
    }
    const tooLarge = packet.bytes.length > to.mtu
    if (tooLarge && (ip.version === 6 || ip.dontFragment)) {
      if (ip.version === 6) this.error(origin, from, ICMPV6_PACKET_TOO_BIG, 0, to.mtu)
      else this.error(origin, from, ICMP_UNREACHABLE, ICMP_FRAGMENTATION_NEEDED, to.mtu)
      return false
    }
    let leaving = oneHopLess(packet)
    for (const box of this.boxes) {
      const next = box.leave(leaving, to, this)
      if (next === null) return false
      leaving = next
    }
    send(leaving, to)
    return true
  }

  private error(packet: WirePacket, port: Port, type: number, code: number, word: number): void {
    const source = this.addressOn(port, packet.ip?.version ?? 4)
    const bytes = source === null ? null : icmpErrorFor(packet, source, type, code, word)
    if (bytes !== null) this.originate(bytes)
  }

  /** Not its own, nor for all on a link (RFC 1812, 5.3.4), nor for somebody on the link by which it came. */
  private isForOthers(destination: Address, from: Port): boolean {
    if (isMulticast(destination) || isLimitedBroadcast(destination) || this.isOwn(destination)) return false
    const plug = this.plugs.find((each) => each.port === from)
    return plug?.prefixes.some((each) => covers(each, destination)) !== true
  }

  private isOwn(address: Address): boolean {
    return this.plugs.some(({ prefixes }) => prefixes.some((each) => each.address.equals(address)))
  }
}

/** In pieces where the link has not room for it whole. */
function send(packet: WirePacket, to: Port): void {
  const { bytes } = packet
  if (bytes.length <= to.mtu) to.send(bytes)
  else for (const piece of fragmentsOf(packet, to.mtu)) to.send(piece)
}
