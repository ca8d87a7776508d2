import { type Neighbour, Neighbours } from '../ip/index.ts'
import type { Address } from '../wire/address.ts'
import {
  ETHERNET_HEADER,
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  EthernetHeader,
  emitEthernet,
  multicastLinkAddress,
  parseEthernet,
} from '../wire/ethernet.ts'
import { HEADROOM, type IpHeader, Packet } from '../wire/packet.ts'
import { Arp } from './arp-exchange.ts'
import type { FrameSender } from './frame-sender.ts'
import type { Interface } from './interface.ts'
import type { IpCounters } from './ip-counters.ts'
import type { Hop, Link } from './link.ts'
import { Ndp } from './ndp-exchange.ts'
import type { NetworkConfig } from './network-config.ts'

const BROADCAST = new Uint8Array(6).fill(0xff)

/** Takes a packet of ours that could not be delivered, from its IP header on. */
export type UndeliveredListener = (bytes: Uint8Array, now: number) => void

/** IP over Ethernet (RFC 894, RFC 2464): frames, and who has which address (ARP, RFC 826; NDP, RFC 4861). */
export class EthernetLink implements Link, FrameSender {
  private readonly interface: Interface
  private readonly counters: IpCounters
  private readonly undelivered: UndeliveredListener
  private readonly neighbours: Neighbours
  private readonly arp: Arp
  private readonly ndp: Ndp
  private readonly received = new EthernetHeader()
  private readonly sent = new EthernetHeader()
  private readonly groupAddress = new Uint8Array(6)
  private readonly waiting = new Packet()

  constructor(
    owner: Interface,
    config: NetworkConfig,
    counters: IpCounters,
    random: () => number,
    undelivered: UndeliveredListener,
  ) {
    this.interface = owner
    this.counters = counters
    this.undelivered = undelivered
    this.neighbours = new Neighbours(config, counters, this, random)
    this.arp = new Arp(owner, this, this.neighbours, counters)
    this.ndp = new Ndp(owner, this, this.neighbours, counters)
  }

  open(packet: Packet, now: number): 'one' | 'many' | 'done' {
    const { bytes, start, end } = packet
    const frame = this.received
    if (!parseEthernet(bytes, start, end, frame)) {
      this.counters.LinkInErrors += 1
      return 'done'
    }
    const toMany = (frame.destination[0] & 1) !== 0
    if (!toMany && !isSame(frame.destination, this.interface.device.hardwareAddress)) {
      this.counters.LinkInOtherHosts += 1
      return 'done'
    }
    packet.start = start + ETHERNET_HEADER
    switch (frame.etherType) {
      case ETHERTYPE_IPV4:
      case ETHERTYPE_IPV6:
        if (bytes[packet.start] >>> 4 === (frame.etherType === ETHERTYPE_IPV4 ? 4 : 6)) {
          return toMany ? 'many' : 'one'
        }
        this.counters.LinkInErrors += 1
        return 'done'
      case ETHERTYPE_ARP:
        this.arp.receive(packet, toMany, now)
        return 'done'
      default:
        this.counters.LinkInUnknownTypes += 1
        return 'done'
    }
  }

  send(hop: Hop, packet: Packet, now: number): void {
    const type = hop.version === 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6
    if (hop.cast === 'unicast') {
      if (hop.neighbour.state === 'GONE') hop.neighbour = this.neighbours.find(hop.nextHop, now)
      this.sendToNeighbour(hop.neighbour, packet, type, now)
    } else if (hop.cast === 'broadcast') this.sendFrame(packet, BROADCAST, type, now)
    else this.sendToGroup(hop.destination, packet, type, now)
  }

  /** An IPv6 packet to a neighbour or group of this link, past all routes: for neighbour discovery itself. */
  sendOnLink(destination: Address, packet: Packet, now: number): void {
    if (destination.w0 >>> 24 === 0xff) this.sendToGroup(destination, packet, ETHERTYPE_IPV6, now)
    else this.sendToNeighbour(this.neighbours.find(destination, now), packet, ETHERTYPE_IPV6, now)
  }

  /** Writes the Ethernet header before `packet.start` and sends the frame. */
  sendFrame(packet: Packet, destination: Uint8Array, etherType: number, now: number): void {
    const { sent } = this
    const own = this.interface.device.hardwareAddress
    for (let i = 0; i < 6; i += 1) {
      sent.destination[i] = destination[i]
      sent.source[i] = own[i]
    }
    sent.etherType = etherType
    packet.start = emitEthernet(sent, packet.bytes, packet.start)
    this.interface.transmit(packet, now)
  }

  neighbourMessage(ip: IpHeader, packet: Packet, now: number): void {
    this.ndp.receive(ip, packet, now)
  }

  reached(hop: Hop, now: number): void {
    this.neighbours.reached(hop.neighbour, now)
  }

  doubted(hop: Hop): void {
    this.neighbours.doubted(hop.neighbour)
  }

  tick(now: number): void {
    this.neighbours.tick(now)
  }

  deadline(): number {
    return this.neighbours.deadline()
  }

  close(): void {
    this.neighbours.clear()
  }

  /** NeighbourLink: asks who the neighbour is. */
  solicit(neighbour: Neighbour, unicast: boolean, now: number): void {
    if (neighbour.address.isV4) this.arp.request(neighbour, unicast ? neighbour.linkAddress : BROADCAST, now)
    else this.ndp.solicit(neighbour, unicast, now)
  }

  /** NeighbourLink: sends what has waited. */
  resolved(neighbour: Neighbour, now: number): void {
    const { waiting } = this
    const type = neighbour.address.isV4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6
    this.neighbours.use(neighbour, now)
    for (const packet of neighbour.waiting) {
      const room = this.interface.device.claim()
      if (room === null || HEADROOM + packet.bytes.length > room.length) {
        this.counters.NeighQueueDrops += 1
        continue
      }
      room.set(packet.bytes, HEADROOM)
      waiting.bytes = room
      waiting.start = HEADROOM
      waiting.end = HEADROOM + packet.bytes.length
      waiting.checksumOffloaded = packet.checksumOffloaded
      waiting.segmentSize = packet.segmentSize
      this.sendFrame(waiting, neighbour.linkAddress, type, now)
    }
  }

  /** NeighbourLink: tells the senders of what has waited. */
  unreachable(neighbour: Neighbour, now: number): void {
    for (const packet of neighbour.waiting) this.undelivered(packet.bytes, now)
  }

  private sendToNeighbour(neighbour: Neighbour, packet: Packet, etherType: number, now: number): void {
    if (this.neighbours.use(neighbour, now)) this.sendFrame(packet, neighbour.linkAddress, etherType, now)
    else this.neighbours.hold(neighbour, packet, now)
  }

  private sendToGroup(group: Address, packet: Packet, etherType: number, now: number): void {
    multicastLinkAddress(group, this.groupAddress)
    this.sendFrame(packet, this.groupAddress, etherType, now)
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < 6; i += 1) if (a[i] !== b[i]) return false
  return true
}
