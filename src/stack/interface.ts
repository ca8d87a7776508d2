import type { Address } from '../wire/address.ts'
import type { Packet } from '../wire/packet.ts'
import type { Device } from './device.ts'
import type { Link } from './link.ts'
import { type Probe, silentProbe } from './probe.ts'

/** An address of ours and the length of its prefix, counted in its own family. */
export interface InterfaceAddress {
  readonly address: Address
  readonly length: number
}

/** A device as the network has it: with the addresses it answers to and the protocol of its link. */
export class Interface {
  readonly device: Device
  /** The host's way to itself. */
  readonly loopback: boolean
  /** In the order in which they were given. */
  readonly addresses: Address[] = []
  readonly link: Link
  probe: Probe = silentProbe
  /** False once the device was taken from the host. */
  attached = true
  /** Since when the device has had no room for a TCP segment, microseconds; Infinity = it has. */
  refusingSince = Number.POSITIVE_INFINITY

  /** `link` makes the protocol of the link for this interface. */
  constructor(device: Device, loopback: boolean, link: (owner: Interface) => Link) {
    this.device = device
    this.loopback = loopback
    this.link = link(this)
  }

  /** The next packet the device brings, shown to the probe; false = none. */
  receive(packet: Packet, now: number): boolean {
    if (!this.device.receive(packet)) return false
    this.probe.packet('in', this.device, packet, now)
    return true
  }

  /** The only way out: a packet as the link wants it, built in the device's claimed buffer. */
  transmit(packet: Packet, now: number): void {
    this.probe.packet('out', this.device, packet, now)
    this.device.transmit(packet)
  }

  has(address: Address): boolean {
    for (const own of this.addresses) if (own.equals(address)) return true
    return false
  }
}
