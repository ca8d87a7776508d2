import type { Address } from '../wire/address.ts'
import { AddressMap } from './address-map.ts'

/** RFC 1191, 7.1: MTUs that links have, for routers that do not tell theirs. */
const PLATEAUS = [65_535, 32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, 508, 296, 68]

/** No IPv4 path is narrower (RFC 791, 3.2), no IPv6 path (RFC 8200, 5). */
const MIN_MTU_V4 = 68
const MIN_MTU_V6 = 1280
const SECOND = 1_000_000

/** The plateau below the length of a packet that was too big; 0 = there is none. */
export function plateauBelow(length: number): number {
  for (const plateau of PLATEAUS) if (plateau < length) return plateau
  return 0
}

/** What is known of the path to one destination. */
export class PathMtu {
  mtu: number
  /** The path is narrower than we are willing to go: packets of `mtu` bytes must allow fragmentation (Linux: rt_mtu_locked). */
  locked: boolean
  expires: number

  constructor(mtu: number, locked: boolean, expires: number) {
    this.mtu = mtu
    this.locked = locked
    this.expires = expires
  }
}

/** Looked at every time. */
export interface PathMtuSettings {
  /** Destinations that are remembered. */
  readonly max_path_mtus: number
  /** Seconds that what is learned is believed. */
  readonly mtu_expires: number
  /** Least path MTU that IPv4 accepts, bytes. */
  readonly min_pmtu: number
}

/** Path MTUs by destination, for as long as they are believed (RFC 1191, 6.3; RFC 8201, 4). A bounded table. */
export class PathMtuCache {
  /** Grows by one with every change, so that who keeps a path MTU knows when to ask again. */
  generation = 0
  private readonly paths: AddressMap<PathMtu>
  private readonly config: PathMtuSettings
  private next = Number.POSITIVE_INFINITY

  constructor(config: PathMtuSettings, seed: number) {
    this.paths = new AddressMap<PathMtu>(seed)
    this.config = config
  }

  /**
   * Remembers that packets of more than `mtu` bytes do not reach `destination`. False when that says
   * nothing new: a path is never made wider by it, nor narrower than RFC 1191, 3 and RFC 8201, 4 allow.
   */
  reduce(destination: Address, mtu: number, now: number): boolean {
    const { max_path_mtus, mtu_expires, min_pmtu } = this.config
    const v4 = destination.isV4
    if (!(mtu >= (v4 ? MIN_MTU_V4 : MIN_MTU_V6))) return false
    const locked = v4 && mtu < min_pmtu
    const least = locked ? min_pmtu : mtu
    const known = this.paths.get(destination)
    if (
      known !== null &&
      known.expires > now &&
      (known.mtu < least || (known.mtu === least && known.locked === locked))
    ) {
      return false
    }
    if (known === null) while (this.paths.size >= max_path_mtus) this.evict()
    const expires = now + mtu_expires * SECOND
    this.paths.set(destination, new PathMtu(least, locked, expires))
    this.next = Math.min(this.next, expires)
    this.generation += 1
    return true
  }

  /** Null = nothing is known: the first link's MTU holds. */
  get(destination: Address): PathMtu | null {
    return this.paths.size === 0 ? null : this.paths.get(destination)
  }

  /** Forgets what is too old, so that a wider path is found again. */
  tick(now: number): void {
    if (now < this.next) return
    this.next = Number.POSITIVE_INFINITY
    this.paths.each((path, destination) => {
      if (path.expires <= now) {
        this.paths.delete(destination)
        this.generation += 1
      } else this.next = Math.min(this.next, path.expires)
    })
  }

  /** When `tick` is next due, microseconds; Infinity = never. */
  deadline(): number {
    return this.next
  }

  private evict(): void {
    let oldest: Address | null = null
    let expires = Number.POSITIVE_INFINITY
    this.paths.each((path, destination) => {
      if (path.expires < expires) {
        expires = path.expires
        oldest = destination
      }
    })
    if (oldest !== null) this.paths.delete(oldest)
  }
}
