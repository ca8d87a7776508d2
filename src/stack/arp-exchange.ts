import type { Neighbour } from '../ip/neighbour.ts'
import type { Neighbours } from '../ip/neighbours.ts'
import { isLimitedBroadcast, isLoopback, isMulticast, isUnspecified } from '../ip/scope.ts'
import { selectSource } from '../ip/source-selection.ts'
import { ARP_REPLY, ARP_REQUEST, ArpPacket, emitArp, parseArp } from '../wire/arp.ts'
import { ETHERTYPE_ARP } from '../wire/ethernet.ts'
import { HEADROOM, Packet } from '../wire/packet.ts'
import type { FrameSender } from './frame-sender.ts'
import type { Interface } from './interface.ts'
import type { IpCounters } from './ip-counters.ts'

/** Address resolution for IPv4 (RFC 826; RFC 1122, 2.3.2). */
export class Arp {
  private readonly interface: Interface
  private readonly link: FrameSender
  private readonly neighbours: Neighbours
  private readonly counters: IpCounters
  private readonly received = new ArpPacket()
  private readonly sent = new ArpPacket()
  private readonly packet = new Packet()

  constructor(owner: Interface, link: FrameSender, neighbours: Neighbours, counters: IpCounters) {
    this.interface = owner
    this.link = link
    this.neighbours = neighbours
    this.counters = counters
  }

  /** `packet.start` is behind the Ethernet header. */
  receive(packet: Packet, toMany: boolean, now: number): void {
    const arp = this.received
    this.counters.ArpInReceives += 1
    if (!parseArp(packet.bytes, packet.start, packet.end, arp) || !this.credible(arp)) {
      this.counters.ArpInErrors += 1
      return
    }
    const forUs = this.interface.has(arp.targetAddress)
    const request = arp.operation === ARP_REQUEST
    // A probe (RFC 5227, 2.1.1) asks without saying who: it is answered, and teaches nothing.
    if (!isUnspecified(arp.senderAddress)) {
      if (arp.operation === ARP_REPLY) {
        // Only an answer to us shows that the way there and back works.
        this.neighbours.advertised(arp.senderAddress, arp.senderLink, forUs && !toMany, true, now)
      } else this.neighbours.heard(arp.senderAddress, arp.senderLink, forUs, now)
    }
    if (forUs && request) this.reply(arp, now)
  }

  /** Asks for the neighbour's link address: everybody, or itself. */
  request(neighbour: Neighbour, to: Uint8Array, now: number): void {
    const source = selectSource(neighbour.address, this.interface.addresses)
    if (source === null) return
    const { sent } = this
    sent.operation = ARP_REQUEST
    sent.senderLink.set(this.interface.device.hardwareAddress)
    sent.senderAddress.set(source)
    sent.targetLink.fill(0)
    sent.targetAddress.set(neighbour.address)
    if (this.send(to, now)) this.counters.ArpOutRequests += 1
  }

  private reply(asked: ArpPacket, now: number): void {
    const { sent } = this
    sent.operation = ARP_REPLY
    sent.senderLink.set(this.interface.device.hardwareAddress)
    sent.senderAddress.set(asked.targetAddress)
    sent.targetLink.set(asked.senderLink)
    sent.targetAddress.set(asked.senderAddress)
    if (this.send(asked.senderLink, now)) this.counters.ArpOutReplies += 1
  }

  private send(to: Uint8Array, now: number): boolean {
    const room = this.interface.device.claim()
    if (room === null) {
      this.counters.LinkOutDrops += 1
      return false
    }
    const { packet } = this
    packet.bytes = room
    packet.start = HEADROOM
    packet.end = emitArp(this.sent, room, HEADROOM)
    this.link.sendFrame(packet, to, ETHERTYPE_ARP, now)
    return true
  }

  /** A sender that one can answer, and that is not us: who claims our address is not believed (RFC 5227, 2.4). */
  private credible(arp: ArpPacket): boolean {
    const { operation, senderLink, senderAddress } = arp
    if (operation !== ARP_REQUEST && operation !== ARP_REPLY) return false
    if ((senderLink[0] & 1) !== 0) return false
    if (isMulticast(senderAddress) || isLimitedBroadcast(senderAddress) || isLoopback(senderAddress)) return false
    return !this.interface.has(senderAddress)
  }
}
