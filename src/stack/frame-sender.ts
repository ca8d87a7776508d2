import type { Address } from '../wire/address.ts'
import type { Packet } from '../wire/packet.ts'

/** What address resolution needs of the Ethernet it runs on. */
export interface FrameSender {
  /** Writes the Ethernet header before `packet.start` and sends the frame. */
  sendFrame(packet: Packet, destination: Uint8Array, etherType: number, now: number): void
  /** An IPv6 packet to a neighbour or group of this link, past all routes. */
  sendOnLink(destination: Address, packet: Packet, now: number): void
}
