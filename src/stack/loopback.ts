import { HEADROOM, type Packet } from '../wire/packet.ts'
import type { Device } from './device.ts'
import { PacketRing } from './packet-ring.ts'

/** The most an IPv4 packet can have, with its header. */
const LOOPBACK_MTU = 65_535
const CAPACITY = 256

/**
 * A host's way to itself (RFC 1122, 3.2.1.3 g): what is sent is received, in the same buffer. Nothing
 * is cut and no checksum is made or verified, because nothing leaves memory.
 */
export class Loopback implements Device {
  readonly name = 'lo'
  readonly mtu = LOOPBACK_MTU
  readonly medium = 'ip'
  readonly hardwareAddress = new Uint8Array(6)
  readonly checksumOffload = true
  readonly segmentation = 0
  private readonly ring = new PacketRing(CAPACITY, HEADROOM + LOOPBACK_MTU)
  private open = true

  attach(wake: () => void): void {
    this.ring.onarrival = wake
    this.ring.onroom = wake
  }

  receive(packet: Packet): boolean {
    return this.ring.take(packet)
  }

  claim(): Uint8Array | null {
    return this.open ? this.ring.claim() : null
  }

  transmit(packet: Packet): void {
    if (this.open) this.ring.publish(packet)
  }

  close(): void {
    this.open = false
    this.ring.close()
  }
}
