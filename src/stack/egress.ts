import { Fragmenter, fragmentPayload } from '../ip/fragmenter.ts'
import { Identifications } from '../ip/identifications.ts'
import { writeU16 } from '../wire/bytes.ts'
import { fold, sum } from '../wire/checksum.ts'
import { emitIp } from '../wire/ip-header.ts'
import { IPV4_HEADER } from '../wire/ipv4.ts'
import { IPV6_FRAGMENT_HEADER, IPV6_HEADER } from '../wire/ipv6.ts'
import { HEADROOM, IpHeader, Packet, PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/packet.ts'
import type { IpCounters } from './ip-counters.ts'
import type { Route } from './route.ts'
import type { SendOptions } from './transport.ts'

/** The longest transport payload there is, over either family. */
const MAX_PAYLOAD = 65_535

/** From the transport's packet to the link: checksum, IP header, fragments. Allocates nothing. */
export class Egress {
  private readonly counters: IpCounters
  private readonly header = new IpHeader()
  private readonly piece = new Packet()
  private readonly fragmenter = new Fragmenter()
  private readonly identifications: Identifications
  /** Where packets are built that the route's device must carry in pieces. */
  private large: Uint8Array = new Uint8Array(0)

  constructor(counters: IpCounters, random: () => number) {
    this.counters = counters
    this.identifications = new Identifications(random)
  }

  /**
   * A buffer for a packet with `length` bytes of transport header and payload, HEADROOM kept before
   * them: the device's own where it fits in one packet. Null = there is no room now, or there never is.
   */
  claim(route: Route, length: number): Uint8Array | null {
    const header = route.version === 4 ? IPV4_HEADER : IPV6_HEADER
    if (length + header <= route.mtu) return route.claim()
    if (length > MAX_PAYLOAD - (route.version === 4 ? IPV4_HEADER : 0)) return null
    if (this.large.length === 0) this.large = new Uint8Array(HEADROOM + MAX_PAYLOAD)
    return this.large
  }

  /** See Network.transmit. */
  transmit(
    route: Route,
    packet: Packet,
    protocol: number,
    checksumOffset: number,
    options: SendOptions,
    now: number,
  ): void {
    const { header, counters } = this
    counters.IpOutRequests += 1
    if (!route.interface.attached) {
      counters.IpOutNoRoutes += 1
      return
    }
    const { start } = packet
    const length = packet.end - start
    header.version = route.version
    header.source.set(route.source)
    header.destination.set(route.destination)
    header.protocol = protocol
    header.hopLimit = options.hopLimit
    header.trafficClass = options.trafficClass
    header.dontFragment = options.dontFragment && !route.mtuLocked
    const total = length + (route.version === 4 ? IPV4_HEADER : IPV6_HEADER)
    if (total > route.mtu) {
      if (packet.segmentSize === 0) {
        this.fragment(route, packet, checksumOffset, now)
        return
      }
      if (total > route.device.segmentation) {
        counters.IpOutDiscards += 1
        return
      }
    }
    if (checksumOffset >= 0) this.fillChecksum(route, packet, protocol, checksumOffset, route.device.checksumOffload)
    else packet.checksumOffloaded = false
    if (route.version === 4) header.identification = this.identify(route, packet.segmentSize, length)
    header.payloadLength = length
    packet.start = emitIp(header, packet.bytes, start)
    route.interface.link.send(route, packet, now)
  }

  /**
   * MAY-4: each packet has its own. Unique where the packet may be cut; counted along the route where not, by as many
   * as a super-packet becomes.
   */
  private identify(route: Route, segmentSize: number, length: number): number {
    const { header } = this
    if (!header.dontFragment) return this.identifications.next(header.source, header.destination, header.protocol)
    const id = (route.identification + 1) & 0xffff
    route.identification = segmentSize === 0 ? id : (id + ((length / segmentSize) | 0)) & 0xffff
    return id
  }

  /** RFC 9293, 3.1, MUST-2. `offload`: the device will do it, and finds the sum of the pseudo header there, not complemented. */
  private fillChecksum(route: Route, packet: Packet, protocol: number, offset: number, offload: boolean): void {
    const { bytes, start } = packet
    const length = packet.end - start
    const pseudo = protocol === PROTOCOL_ICMP ? 0 : route.addressSum + protocol + length
    const field = start + offset
    packet.checksumOffloaded = offload && (protocol === PROTOCOL_TCP || protocol === PROTOCOL_UDP)
    if (packet.checksumOffloaded) {
      writeU16(bytes, field, fold(pseudo))
      return
    }
    const checksum = ~fold(sum(bytes, start, length, pseudo)) & 0xffff
    // RFC 768: zero would say that there is none.
    writeU16(bytes, field, checksum === 0 && protocol === PROTOCOL_UDP ? 0xffff : checksum)
  }

  /** In pieces: an IPv4 packet that allows it, an IPv6 packet as only its source may (RFC 8200, 4.5). `this.header` is filled. */
  private fragment(route: Route, packet: Packet, checksumOffset: number, now: number): void {
    const { header, counters, fragmenter } = this
    const length = packet.end - packet.start
    const headerLength = route.version === 4 ? IPV4_HEADER : IPV6_HEADER + IPV6_FRAGMENT_HEADER
    const possible = fragmenter.begin(length, fragmentPayload(route.mtu, headerLength))
    const tooLong = length > MAX_PAYLOAD - (route.version === 4 ? IPV4_HEADER : 0)
    if ((route.version === 4 && header.dontFragment) || !possible || tooLong) {
      counters.IpFragFails += 1
      counters.IpOutDiscards += 1
      return
    }
    if (checksumOffset >= 0) this.fillChecksum(route, packet, header.protocol, checksumOffset, false)
    const whole = this.asLarge(packet)
    header.identification = this.identifications.next(header.source, header.destination, header.protocol)
    header.hasFragmentHeader = route.version === 6
    const complete = this.sendPieces(route, whole, now)
    header.hasFragmentHeader = false
    header.moreFragments = false
    header.fragmentOffset = 0
    if (complete) counters.IpFragOKs += 1
    else {
      counters.IpFragFails += 1
      counters.IpOutDiscards += 1
    }
  }

  /** False when the device has no more room: the rest would be of no use. */
  private sendPieces(route: Route, whole: Packet, now: number): boolean {
    const { header, fragmenter, piece, counters } = this
    piece.checksumOffloaded = false
    piece.segmentSize = 0
    while (fragmenter.next(header)) {
      const room = route.claim()
      if (room === null) return false
      const from = whole.start + fragmenter.offset
      room.set(whole.bytes.subarray(from, from + fragmenter.length), HEADROOM)
      piece.bytes = room
      piece.start = emitIp(header, room, HEADROOM)
      piece.end = HEADROOM + fragmenter.length
      counters.IpFragCreates += 1
      route.interface.link.send(route, piece, now)
    }
    return true
  }

  /** The device's buffer is needed for the pieces, so that the whole must stand elsewhere. */
  private asLarge(packet: Packet): Packet {
    if (packet.bytes === this.large) return packet
    if (this.large.length === 0) this.large = new Uint8Array(HEADROOM + MAX_PAYLOAD)
    this.large.set(packet.bytes.subarray(packet.start, packet.end), HEADROOM)
    packet.bytes = this.large
    packet.end = HEADROOM + packet.end - packet.start
    packet.start = HEADROOM
    return packet
  }
}
