import { HEADROOM, type Packet } from '../wire/packet.ts'
import type { Device } from './device.ts'

export interface TapOptions {
  /** Largest IP packet in bytes; 1500 if not given. */
  readonly mtu?: number
  /** Packets that may wait in each direction, 1024 if not given; more are lost. */
  readonly capacity?: number
}

/**
 * A device whose other end is your program: packets as plain byte arrays, from the IP header on.
 * What the host sends waits for `take`; what you `deliver` is received in the host's next turn.
 */
export class Tap implements Device {
  readonly name = 'tap'
  readonly mtu: number
  readonly medium = 'ip'
  readonly hardwareAddress = new Uint8Array(6)
  readonly checksumOffload = false
  readonly segmentation = 0
  private readonly capacity: number
  private readonly room: Uint8Array
  private readonly incoming: Uint8Array[] = []
  private readonly outgoing: Uint8Array[] = []
  private wakeHost: () => void = () => {}
  /** The host has found no room and waits for some. */
  private refused = false
  private open = true

  constructor(options: TapOptions = {}) {
    this.mtu = options.mtu ?? 1500
    this.capacity = options.capacity ?? 1024
    this.room = new Uint8Array(HEADROOM + this.mtu)
  }

  /** Brings the host a packet; the bytes must not be changed afterwards. False = it is lost: too many wait, or the tap is closed. */
  deliver(packet: Uint8Array): boolean {
    if (!this.open || this.incoming.length >= this.capacity) return false
    this.incoming.push(packet)
    this.wakeHost()
    return true
  }

  /** The next packet that the host has sent; null = there is none. */
  take(): Uint8Array | null {
    const packet = this.outgoing.shift() ?? null
    if (this.refused) {
      this.refused = false
      this.wakeHost()
    }
    return packet
  }

  attach(wake: () => void): void {
    this.wakeHost = wake
    if (this.incoming.length > 0) wake()
  }

  receive(packet: Packet): boolean {
    const bytes = this.incoming.shift()
    if (bytes === undefined) return false
    packet.hold(bytes)
    return true
  }

  claim(): Uint8Array | null {
    if (!this.open) return null
    if (this.outgoing.length < this.capacity) return this.room
    this.refused = true
    return null
  }

  transmit(packet: Packet): void {
    if (this.open) this.outgoing.push(packet.bytes.slice(packet.start, packet.end))
  }

  close(): void {
    this.open = false
    this.refused = false
    this.incoming.length = 0
    this.outgoing.length = 0
  }
}
