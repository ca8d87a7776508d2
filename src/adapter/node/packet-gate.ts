import type { Device } from '../../stack/device.ts'
import type { Direction } from '../../stack/probe.ts'
import type { Packet } from '../../wire/packet.ts'

/** A device that can be told to lose packets. */
export class PacketGate implements Device {
  readonly name: string
  readonly medium: Device['medium']
  readonly hardwareAddress: Uint8Array
  readonly checksumOffload: boolean
  readonly segmentation: number
  /** Told of each packet that it loses. */
  onloss: (direction: Direction, packet: Packet) => void = () => {}
  private readonly device: Device
  /** So many of the next are lost. */
  private readonly doomed = { in: 0, out: 0 }

  constructor(device: Device) {
    this.device = device
    this.name = device.name
    this.medium = device.medium
    this.hardwareAddress = device.hardwareAddress
    this.checksumOffload = device.checksumOffload
    this.segmentation = device.segmentation
  }

  get mtu(): number {
    return this.device.mtu
  }

  /** The next packet that way is lost. */
  lose(direction: Direction): void {
    this.doomed[direction] += 1
  }

  attach(wake: () => void): void {
    this.device.attach(wake)
  }

  receive(packet: Packet): boolean {
    while (this.device.receive(packet)) {
      if (!this.loses('in', packet)) return true
    }
    return false
  }

  claim(): Uint8Array | null {
    return this.device.claim()
  }

  transmit(packet: Packet): void {
    if (!this.loses('out', packet)) this.device.transmit(packet)
  }

  close(): void {
    this.device.close()
  }

  private loses(direction: Direction, packet: Packet): boolean {
    if (this.doomed[direction] === 0) return false
    this.doomed[direction] -= 1
    this.onloss(direction, packet)
    return true
  }
}
