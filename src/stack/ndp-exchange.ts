import type { Neighbour } from '../ip/neighbour.ts'
import type { Neighbours } from '../ip/neighbours.ts'
import { ALL_NODES_V6, isMulticast, isUnspecified } from '../ip/scope.ts'
import { selectSource } from '../ip/source-selection.ts'
import { Address } from '../wire/address.ts'
import { writeU16 } from '../wire/bytes.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { ICMP_CHECKSUM_OFFSET, ICMPV6_NEIGHBOUR_ADVERTISEMENT, ICMPV6_NEIGHBOUR_SOLICITATION } from '../wire/icmp.ts'
import { emitIp } from '../wire/ip-header.ts'
import { emitNeighbour, NeighbourMessage, parseNeighbour, solicitedNode } from '../wire/ndp.ts'
import { HEADROOM, IpHeader, Packet, PROTOCOL_ICMPV6 } from '../wire/packet.ts'
import type { FrameSender } from './frame-sender.ts'
import type { Interface } from './interface.ts'
import type { IpCounters } from './ip-counters.ts'

/** What crosses a router has less, and is not from this link (RFC 4861, 7.1). */
const HOP_LIMIT = 255

/** Address resolution and reachability for IPv6 (RFC 4861, 7). */
export class Ndp {
  private readonly interface: Interface
  private readonly link: FrameSender
  private readonly neighbours: Neighbours
  private readonly counters: IpCounters
  private readonly received = new NeighbourMessage()
  private readonly sent = new NeighbourMessage()
  private readonly header = new IpHeader()
  private readonly packet = new Packet()
  private readonly group = new Address()

  constructor(owner: Interface, link: FrameSender, neighbours: Neighbours, counters: IpCounters) {
    this.interface = owner
    this.link = link
    this.neighbours = neighbours
    this.counters = counters
    this.header.version = 6
    this.header.hopLimit = HOP_LIMIT
    this.header.protocol = PROTOCOL_ICMPV6
  }

  /** A solicitation or advertisement whose checksum is right. */
  receive(ip: IpHeader, packet: Packet, now: number): void {
    const message = this.received
    const wellFormed = parseNeighbour(packet.bytes, ip.payloadStart, ip.payloadLength, message)
    if (!wellFormed || ip.hopLimit !== HOP_LIMIT || !this.receiveMessage(ip, message, now)) {
      this.counters.NdpInErrors += 1
    }
  }

  /** Asks for the neighbour's link address: the group of its address, or itself (RFC 4861, 7.2.2, 7.3.3). */
  solicit(neighbour: Neighbour, unicast: boolean, now: number): void {
    const source = selectSource(neighbour.address, this.interface.addresses)
    if (source === null) return
    const { sent, group } = this
    sent.type = ICMPV6_NEIGHBOUR_SOLICITATION
    sent.target.set(neighbour.address)
    sent.hasLinkAddress = true
    sent.linkAddress.set(this.interface.device.hardwareAddress)
    if (unicast) group.set(neighbour.address)
    else solicitedNode(neighbour.address, group)
    if (this.send(source, group, now)) this.counters.NdpOutSolicits += 1
  }

  /** False = it fails a check of RFC 4861, 7.1.1 or 7.1.2. */
  private receiveMessage(ip: IpHeader, message: NeighbourMessage, now: number): boolean {
    if (message.type === ICMPV6_NEIGHBOUR_ADVERTISEMENT) {
      if (message.solicited && isMulticast(ip.destination)) return false
      this.advertised(message, now)
      return true
    }
    const anonymous = isUnspecified(ip.source)
    // Duplicate address detection: to the group, and without a link address to answer to.
    if (anonymous && (message.hasLinkAddress || !isSolicitedNode(ip.destination))) return false
    if (!this.interface.has(message.target)) return true
    if (!anonymous && message.hasLinkAddress && (message.linkAddress[0] & 1) === 0) {
      this.neighbours.heard(ip.source, message.linkAddress, true, now)
    }
    this.advertise(message.target, anonymous ? ALL_NODES_V6 : ip.source, !anonymous, now)
    return true
  }

  private advertised(message: NeighbourMessage, now: number): void {
    // An address of ours that another claims: not believed.
    if (this.interface.has(message.target)) return
    if (!message.hasLinkAddress) {
      if (message.solicited) this.neighbours.confirmed(message.target, now)
    } else if ((message.linkAddress[0] & 1) === 0) {
      this.neighbours.advertised(message.target, message.linkAddress, message.solicited, message.override, now)
    }
  }

  private advertise(target: Address, to: Readonly<Address>, solicited: boolean, now: number): void {
    const { sent, group } = this
    sent.type = ICMPV6_NEIGHBOUR_ADVERTISEMENT
    sent.target.set(target)
    sent.router = false
    sent.solicited = solicited
    sent.override = true
    sent.hasLinkAddress = true
    sent.linkAddress.set(this.interface.device.hardwareAddress)
    group.set(to)
    if (this.send(target, group, now)) this.counters.NdpOutAdvertisements += 1
  }

  private send(source: Address, destination: Address, now: number): boolean {
    const room = this.interface.device.claim()
    if (room === null) {
      this.counters.LinkOutDrops += 1
      return false
    }
    const { header, packet } = this
    const end = emitNeighbour(this.sent, room, HEADROOM)
    const length = end - HEADROOM
    const pseudo = pseudoHeaderSum(source, destination, PROTOCOL_ICMPV6, length)
    writeU16(room, HEADROOM + ICMP_CHECKSUM_OFFSET, ~fold(sum(room, HEADROOM, length, pseudo)))
    header.source.set(source)
    header.destination.set(destination)
    header.payloadLength = length
    packet.bytes = room
    packet.start = emitIp(header, room, HEADROOM)
    packet.end = end
    this.counters.IcmpOutMsgs += 1
    this.link.sendOnLink(destination, packet, now)
    return true
  }
}

function isSolicitedNode(address: Address): boolean {
  return address.w0 === 0xff02_0000 && address.w1 === 0 && address.w2 === 1 && address.w3 >>> 24 === 0xff
}
