import type { IcmpError } from '../ip/icmp-error.ts'
import type { IpHeader, Packet } from '../wire/packet.ts'

/** What takes the packets of one upper-layer protocol. Called inside the packet path: it records, and answers later. */
export interface TransportReceiver {
  /**
   * A packet for this host. The transport part is `ip.payloadStart` .. + `ip.payloadLength` of
   * `packet.bytes`; `packet.start` is where the IP header begins. Its checksum is not verified, unless
   * `packet.checksumOffloaded`. Records and bytes are used again as soon as this returns.
   */
  receive(ip: IpHeader, packet: Packet, now: number): void
  /** The network reports about a packet of this protocol that we sent. One record that is filled again and again. */
  error(error: IcmpError, now: number): void
}

/** How a packet travels; a record that the caller uses again and again. */
export interface SendOptions {
  /** TTL or hop limit, 1 .. 255. */
  hopLimit: number
  /** IPv4 TOS or IPv6 traffic class. */
  trafficClass: number
  /** IPv4: never cut on the way. IPv6 packets never are. */
  dontFragment: boolean
}
