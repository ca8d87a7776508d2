import type { Address } from '../wire/address.ts'
import type { Port } from './port.ts'
import type { WirePacket } from './wire-packet.ts'

/** What a function of a router may ask of it. */
export interface Surrounds {
  now(): number
  /** The router's own address of that family on one of its links; null = it has none there. */
  addressOn(port: Port, version: 4 | 6): Address | null
  /** Sends an IP packet of the router's own, past all functions. */
  originate(bytes: Uint8Array): void
  /** Tells the sender of a packet, which came in by `port`, what became of it: type and code of either family. */
  complain(packet: WirePacket, port: Port, v4: readonly [number, number], v6: readonly [number, number]): void
}

/** A function of a router, which all packets pass: what it gives back goes on, and null ends their way. */
export interface Middlebox {
  /** Before the route is looked up. */
  enter(packet: WirePacket, from: Port, router: Surrounds): WirePacket | null
  /** When the route is known. */
  leave(packet: WirePacket, to: Port, router: Surrounds): WirePacket | null
}
