import { GONE_NEIGHBOUR, type Neighbour } from '../ip/neighbour.ts'
import type { PathMtuCache } from '../ip/path-mtu.ts'
import type { Address } from '../wire/address.ts'
import type { Device } from './device.ts'
import type { Interface } from './interface.ts'
import type { Cast, Hop } from './link.ts'

/** What a route rests on, and what makes it old. */
interface Ground {
  /** Grows with every change of interfaces, addresses or routes. */
  readonly generation: number
  readonly paths: PathMtuCache
}

/** What a route is made of. */
export interface RoutePlan {
  destination: Address
  source: Address
  interface: Interface
  /** The gateway, or the destination itself. */
  nextHop: Address
  cast: Cast
  local: boolean
  /** Where the identifications of its IPv4 packets begin. */
  identification: number
}

const MAX_PACKET_V4 = 65_535

/** A way from one of our addresses to a destination, looked up once and kept by its user while `valid`. */
export class Route implements Hop {
  readonly destination: Address
  readonly source: Address
  readonly version: 4 | 6
  readonly interface: Interface
  readonly nextHop: Address
  readonly cast: Cast
  /** The destination is this host. */
  readonly local: boolean
  /** The part of the pseudo-header sum that the addresses make. */
  readonly addressSum: number
  /** The next hop's entry on an Ethernet; GONE before the first packet. */
  neighbour: Neighbour = GONE_NEIGHBOUR
  /** The last identification used for a packet that must not be fragmented (RFC 6864, 4.1: any will do). */
  identification: number
  private readonly ground: Ground
  private readonly generation: number
  private pathGeneration = -1
  private pathMtu = Number.POSITIVE_INFINITY
  private locked = false

  constructor(ground: Ground, plan: RoutePlan) {
    const { source, destination } = plan
    this.destination = destination.clone()
    this.source = source.clone()
    this.version = destination.isV4 ? 4 : 6
    this.interface = plan.interface
    this.nextHop = plan.nextHop.clone()
    this.cast = plan.cast
    this.local = plan.local
    this.addressSum =
      source.w0 +
      source.w1 +
      source.w2 +
      source.w3 +
      (destination.w0 + destination.w1 + destination.w2 + destination.w3)
    this.identification = plan.identification
    this.ground = ground
    this.generation = ground.generation
  }

  get device(): Device {
    return this.interface.device
  }

  /** False once devices, addresses or routes have changed: look it up again. */
  get valid(): boolean {
    return this.generation === this.ground.generation
  }

  /** Largest IP packet in bytes: what the device takes and, as far as is known, the path. */
  get mtu(): number {
    if (this.pathGeneration !== this.ground.paths.generation) this.lookUpPath()
    const link = this.interface.device.mtu
    const mtu = Math.min(link, this.pathMtu)
    return this.version === 4 && mtu > MAX_PACKET_V4 ? MAX_PACKET_V4 : mtu
  }

  /** The path is narrower than `mtu` and may cut what is sent: packets must not forbid it. */
  get mtuLocked(): boolean {
    if (this.pathGeneration !== this.ground.paths.generation) this.lookUpPath()
    return this.locked
  }

  /** The device's buffer for the next packet, of HEADROOM + its MTU at least; null = there is no room now. */
  claim(): Uint8Array | null {
    return this.interface.device.claim()
  }

  private lookUpPath(): void {
    const { paths } = this.ground
    const path = this.local ? null : paths.get(this.destination)
    this.pathMtu = path === null ? Number.POSITIVE_INFINITY : path.mtu
    this.locked = path?.locked ?? false
    this.pathGeneration = paths.generation
  }
}
