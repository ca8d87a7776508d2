import type { Neighbour } from '../ip/neighbour.ts'
import type { Address } from '../wire/address.ts'
import type { IpHeader, Packet } from '../wire/packet.ts'

/** To one host, to all hosts of a link, or to a group. */
export type Cast = 'unicast' | 'broadcast' | 'multicast'

/** What a link must know of the route that a packet takes. */
export interface Hop {
  readonly version: 4 | 6
  readonly cast: Cast
  readonly destination: Address
  /** The gateway, or the destination itself. */
  readonly nextHop: Address
  /** The next hop's entry on an Ethernet. */
  neighbour: Neighbour
}

/** How IP packets become what a device carries, and back. */
export interface Link {
  /**
   * Opens a packet the device has brought, so that `packet.start` is the IP header. Returns how it was
   * delivered, or 'done' when it is none for IP: the link's own, or dropped and counted.
   */
  open(packet: Packet, now: number): 'one' | 'many' | 'done'
  /** Sends an IP packet, built in the device's claimed buffer, to where the route says. */
  send(hop: Hop, packet: Packet, now: number): void
  /** A neighbour solicitation or advertisement, its checksum verified (RFC 4861). */
  neighbourMessage(ip: IpHeader, packet: Packet, now: number): void
  /** A hint from above that what is sent along the route arrives (RFC 4861, 7.3.1). */
  reached(hop: Hop, now: number): void
  /** And that it does not (RFC 1122, 3.3.1.4). */
  doubted(hop: Hop): void
  tick(now: number): void
  deadline(): number
  /** Gives back what it holds. */
  close(): void
}
