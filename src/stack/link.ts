import type { IpHeader, Packet } from '../wire/packet.ts'
import type { Interface } from './interface.ts'
import type { Route } from './route.ts'

/** What takes IP packets from a link. */
export interface IpReceiver {
  /** `packet.start` is the IP header; `toMany`: the link delivered it to more than one host. */
  receive(from: Interface, packet: Packet, toMany: boolean, now: number): void
}

/** How IP packets become what a device carries, and back. */
export interface Link {
  /** A packet the device has brought. */
  receive(from: Interface, packet: Packet, to: IpReceiver, now: number): void
  /** Sends an IP packet, built in the device's claimed buffer, to where the route says. */
  send(route: Route, packet: Packet, now: number): void
  /** A neighbour solicitation or advertisement, its checksum verified (RFC 4861). */
  neighbourMessage(ip: IpHeader, packet: Packet, now: number): void
  /** A hint from above that what is sent along the route arrives (RFC 4861, 7.3.1). */
  reached(route: Route, now: number): void
  tick(now: number): void
  deadline(): number
  /** Gives back what it holds. */
  close(): void
}

/** A link that carries bare IP packets to one other end. */
export class IpLink implements Link {
  receive(from: Interface, packet: Packet, to: IpReceiver, now: number): void {
    to.receive(from, packet, false, now)
  }

  send(route: Route, packet: Packet, now: number): void {
    route.interface.transmit(packet, now)
  }

  neighbourMessage(): void {}

  reached(): void {}

  tick(): void {}

  deadline(): number {
    return Number.POSITIVE_INFINITY
  }

  close(): void {}
}
