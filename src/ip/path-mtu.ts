import type { Address } from '../wire/address.ts'
import { AddressMap } from './address-map.ts'

/** RFC 1191, 7.1: MTUs that links have, for routers that do not tell theirs. */
const PLATEAUS = [65_535, 32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, 508, 296, 68]

/** No IPv4 path is narrower (RFC 791, 3.2), no IPv6 path (RFC 8200, 5). */
const MIN_MTU_V4 = 68
const MIN_MTU_V6 = 1280

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

/** Path MTUs by destination, for as long as they are believed (RFC 1191, 6.3; RFC 8201, 4). A bounded table. */
export class PathMtuCache {
  /** Grows by one with every change, so that who keeps a path MTU knows when to ask again. */
  generation = 0
  private readonly paths: AddressMap<PathMtu>
  private readonly limit: number
  private readonly lifetime: number
  private readonly minPmtu: number
  private next = Number.POSITIVE_INFINITY

  /** `limit` in destinations, `lifetime` in microseconds, `minPmtu` as Linux's min_pmtu in bytes. */
  constructor(limit: number, lifetime: number, minPmtu: number, seed: number) {
    this.paths = new AddressMap<PathMtu>(seed)
    this.limit = limit
    this.lifetime = lifetime
    this.minPmtu = minPmtu
  }

  /**
   * Remembers that packets of more than `mtu` bytes do not reach `destination`. False when that says
   * nothing new: a path is never made wider by it, nor narrower than RFC 1191, 3 and RFC 8201, 4 allow.
   */
  reduce(destination: Address, mtu: number, now: number): boolean {
    const v4 = destination.isV4
    if (!(mtu >= (v4 ? MIN_MTU_V4 : MIN_MTU_V6))) return false
    const locked = v4 && mtu < this.minPmtu
    const least = locked ? this.minPmtu : mtu
    const known = this.paths.get(destination)
    if (
      known !== null &&
      known.expires > now &&
      (known.mtu < least || (known.mtu === least && known.locked === locked))
    ) {
      return false
    }
    if (known === null && this.paths.size >= this.limit) this.evict()
    const expires = now + this.lifetime
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
