import { AddressMap } from '../ip/address-map.ts'
import type { PathMtuCache } from '../ip/path-mtu.ts'
import { prefixBits } from '../ip/prefix.ts'
import { RouteTable } from '../ip/routes.ts'
import {
  ALL_HOSTS_V4,
  ALL_NODES_V6,
  isLimitedBroadcast,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isUnspecified,
} from '../ip/scope.ts'
import { selectSource } from '../ip/source-selection.ts'
import { Address } from '../wire/address.ts'
import type { Interface, InterfaceAddress } from './interface.ts'
import type { Cast } from './link.ts'
import { Route } from './route.ts'

/** What an address is to this host. */
export type AddressKind = 'ours' | 'broadcast' | 'other'

/** An entry of the forwarding table. */
interface Way {
  readonly interface: Interface
  /** Null: the destination is on the link. */
  readonly gateway: Address | null
}

/** Where this host stands: its interfaces, its addresses, its routes. */
export class Topology {
  /** The loopback first. */
  readonly interfaces: Interface[]
  readonly paths: PathMtuCache
  /** Grows by one with every change, so that kept routes know that they are old. */
  generation = 0
  private readonly loopback: Interface
  private readonly random: () => number
  private readonly ways: RouteTable<Way>
  private readonly kinds: AddressMap<AddressKind>
  private readonly prefixes = new Map<Interface, InterfaceAddress[]>()
  /** `kinds` is to be made anew. */
  private stale = false
  /** The address that most packets are for, if `hasLastOurs`. */
  private readonly lastOurs = new Address()
  private hasLastOurs = false

  constructor(loopback: Interface, paths: PathMtuCache, random: () => number) {
    this.loopback = loopback
    this.interfaces = [loopback]
    this.paths = paths
    this.random = random
    this.ways = new RouteTable<Way>(random())
    this.kinds = new AddressMap<AddressKind>(random())
  }

  addInterface(added: Interface): void {
    this.interfaces.push(added)
    this.changed()
  }

  /** Takes out the interface with its addresses and routes. */
  removeInterface(gone: Interface): void {
    gone.attached = false
    this.interfaces.splice(this.interfaces.indexOf(gone), 1)
    this.prefixes.delete(gone)
    this.ways.remove((way) => way.interface === gone)
    this.changed()
  }

  /** Gives the interface an address, and the host the route to its link. `length` counts in the address's family. */
  addAddress(address: Address, length: number, to: Interface): void {
    const own = address.clone()
    const known = this.prefixes.get(to)
    if (known === undefined) this.prefixes.set(to, [{ address: own, length }])
    else known.push({ address: own, length })
    to.addresses.push(own)
    this.ways.add(address, prefixBits(address, length), { interface: to, gateway: null })
    this.changed()
  }

  addWay(prefix: Address, length: number, through: Interface, gateway: Address | null): void {
    const way = { interface: through, gateway: gateway === null ? null : gateway.clone() }
    this.ways.add(prefix, prefixBits(prefix, length), way)
    this.changed()
  }

  /** Loopback addresses are not in here: `isLoopback` tells them. */
  kindOf(address: Address): AddressKind {
    if (this.hasLastOurs && address.equals(this.lastOurs)) return 'ours'
    if (this.stale) this.findKinds()
    const kind = this.kinds.get(address)
    if (kind === null) return isLimitedBroadcast(address) ? 'broadcast' : 'other'
    if (kind === 'ours') {
      this.lastOurs.set(address)
      this.hasLastOurs = true
    }
    return kind
  }

  isOurs(address: Address): boolean {
    return this.kindOf(address) === 'ours' || isLoopback(address)
  }

  /** Whether the interface listens to the group: all nodes, and the solicited-node groups of its addresses (RFC 4291, 2.8). */
  isMember(group: Address, on: Interface): boolean {
    if (group.equals(ALL_HOSTS_V4) || group.equals(ALL_NODES_V6)) return true
    if (group.w0 !== 0xff02_0000 || group.w1 !== 0 || group.w2 !== 1 || group.w3 >>> 24 !== 0xff) return false
    for (const own of on.addresses) if (!own.isV4 && ((own.w3 ^ group.w3) & 0xff_ffff) === 0) return true
    return false
  }

  /** A way to `destination`; null = there is none, or none from `source` (null = chosen here, RFC 6724). */
  route(destination: Address, source: Address | null): Route | null {
    if (isUnspecified(destination)) return null
    if (source !== null && (source.isV4 !== destination.isV4 || !this.isOurs(source))) return null
    // RFC 1122, 3.2.1.3: traffic to ourselves never leaves; its natural source is the address itself.
    if (this.isOurs(destination)) {
      return this.make(destination, source ?? destination, this.loopback, destination, 'unicast')
    }
    if (source !== null && isLoopback(source)) return null
    const way = this.way(destination, source)
    if (way === null) return null
    const from = source ?? this.sourceFor(destination, way.interface)
    if (from === null) return null
    return this.make(destination, from, way.interface, way.gateway ?? destination, this.castOf(destination))
  }

  private make(destination: Address, source: Address, out: Interface, nextHop: Address, cast: Cast): Route {
    const identification = this.random() & 0xffff
    return new Route(this, {
      destination,
      source,
      interface: out,
      nextHop,
      cast,
      local: out === this.loopback,
      identification,
    })
  }

  private way(destination: Address, source: Address | null): Way | null {
    // Every link has the same link-local prefix (RFC 4007, 6): the source tells which is meant.
    if (source !== null && isLinkLocal(destination)) {
      return this.ways.lookup(destination, (way) => way.interface.has(source))
    }
    const way = this.ways.lookup(destination)
    if (way !== null || !(isMulticast(destination) || isLimitedBroadcast(destination))) return way
    // To many without a route of its own: the link that `source` is on, or the first of the family.
    for (const on of this.interfaces) {
      if (on.loopback) continue
      const own = on.addresses.some((address) =>
        source === null ? address.isV4 === destination.isV4 : address.equals(source),
      )
      if (own) return { interface: on, gateway: null }
    }
    return null
  }

  /** RFC 6724, 5, rule 5: an address of the outgoing interface, if it has one of the family. */
  private sourceFor(destination: Address, out: Interface): Address | null {
    const best = selectSource(destination, out.addresses)
    if (best !== null) return best
    return selectSource(
      destination,
      this.interfaces.flatMap((other) => (other.loopback ? [] : other.addresses)),
    )
  }

  private castOf(destination: Address): Cast {
    if (isMulticast(destination)) return 'multicast'
    return this.kindOf(destination) === 'broadcast' ? 'broadcast' : 'unicast'
  }

  private changed(): void {
    this.generation += 1
    this.stale = true
    this.hasLastOurs = false
  }

  private findKinds(): void {
    this.stale = false
    this.kinds.clear()
    for (const addresses of this.prefixes.values()) {
      for (const { address, length } of addresses) {
        // RFC 919, 7 and RFC 922: the host part all ones, or as of old all zeros; not where there is none (RFC 3021).
        if (!address.isV4 || length > 30) continue
        const host = 0xffff_ffff >>> length
        this.kinds.set(new Address(0, 0, 0xffff, address.w3 | host), 'broadcast')
        this.kinds.set(new Address(0, 0, 0xffff, address.w3 & ~host), 'broadcast')
      }
    }
    for (const own of this.interfaces) for (const address of own.addresses) this.kinds.set(address, 'ours')
  }
}
