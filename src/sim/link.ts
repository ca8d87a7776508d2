import type { Device } from '../stack/device.ts'
import { HEADROOM, type Packet } from '../wire/packet.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface LinkOptions {
  /** One-way delay, microseconds. */
  readonly delay: number
  /** Largest IP packet, bytes. */
  readonly mtu: number
}

/** A link in virtual time: two devices, and a delay between them. */
export function link(clock: VirtualClock, options: LinkOptions): [Device, Device] {
  const left = new LinkEnd('left', clock, options)
  const right = new LinkEnd('right', clock, options)
  left.peer = right
  right.peer = left
  return [left, right]
}

class LinkEnd implements Device {
  readonly name: string
  readonly mtu: number
  readonly medium = 'ip'
  readonly hardwareAddress = new Uint8Array(6)
  readonly checksumOffload = false
  readonly segmentation = 0
  peer: LinkEnd | null = null
  private readonly clock: VirtualClock
  private readonly delay: number
  private readonly room: Uint8Array
  private readonly arrived: Uint8Array[] = []
  private wakeHost: () => void = () => {}
  private closed = false

  constructor(name: string, clock: VirtualClock, options: LinkOptions) {
    this.name = name
    this.clock = clock
    this.mtu = options.mtu
    this.delay = options.delay
    this.room = new Uint8Array(HEADROOM + options.mtu)
  }

  attach(wake: () => void): void {
    this.wakeHost = wake
  }

  claim(): Uint8Array | null {
    return this.room
  }

  transmit(packet: Packet): void {
    const { peer } = this
    if (this.closed || peer === null) return
    const bytes = packet.bytes.slice(packet.start, packet.end)
    this.clock.at(this.clock.now() + this.delay, () => peer.arrive(bytes))
  }

  receive(packet: Packet): boolean {
    const bytes = this.arrived.shift()
    if (bytes === undefined) return false
    packet.hold(bytes)
    return true
  }

  close(): void {
    this.closed = true
    this.arrived.length = 0
  }

  private arrive(bytes: Uint8Array): void {
    if (this.closed) return
    this.arrived.push(bytes)
    this.wakeHost()
  }
}
