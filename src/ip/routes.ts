import { Address } from '../wire/address.ts'
import { AddressMap } from './address-map.ts'
import { maskAddress, V4_PREFIX } from './prefix.ts'

/** The routes that share one prefix length. */
class Level<T> {
  readonly bits: number
  /** Several for one prefix: the first added is used. */
  readonly routes: AddressMap<T[]>

  constructor(bits: number, seed: number) {
    this.bits = bits
    this.routes = new AddressMap<T[]>(seed)
  }
}

/**
 * A forwarding table with longest prefix match (RFC 1812, 5.2.4.3) for both families: a hash table
 * for each prefix length in use, the longest first. Lengths count over the four words of an address
 * (`prefixBits`).
 */
export class RouteTable<T> {
  private readonly levels: Level<T>[] = []
  private readonly masked = new Address()
  private readonly seed: number

  constructor(seed: number) {
    this.seed = seed
  }

  /** Bits of `prefix` beyond its length are ignored. */
  add(prefix: Address, bits: number, route: T): void {
    const { routes } = this.level(bits)
    maskAddress(prefix, bits, this.masked)
    const known = routes.get(this.masked)
    if (known === null) routes.set(this.masked, [route])
    else known.push(route)
  }

  /** Takes out the routes of which `gone` says true. */
  remove(gone: (route: T) => boolean): void {
    for (const level of this.levels) {
      level.routes.each((routes, prefix) => {
        const left = routes.filter((route) => !gone(route))
        if (left.length === 0) level.routes.delete(prefix)
        else if (left.length < routes.length) level.routes.set(prefix, left)
      })
    }
  }

  /** The route with the longest prefix that `destination` begins with, of those that `usable` accepts; null = none. */
  lookup(destination: Address, usable: (route: T) => boolean = always): T | null {
    const shortest = destination.isV4 ? V4_PREFIX : 0
    for (const { bits, routes } of this.levels) {
      // A short IPv6 prefix, ::/0 above all, would cover the mapped addresses too.
      if (bits < shortest) return null
      if (routes.size === 0) continue
      maskAddress(destination, bits, this.masked)
      const found = routes.get(this.masked)?.find(usable)
      if (found !== undefined) return found
    }
    return null
  }

  private level(bits: number): Level<T> {
    let at = 0
    while (at < this.levels.length && this.levels[at].bits > bits) at += 1
    const found = this.levels[at]
    if (found !== undefined && found.bits === bits) return found
    const level = new Level<T>(bits, this.seed)
    this.levels.splice(at, 0, level)
    return level
  }
}

function always(): boolean {
  return true
}
