import { AddressMap } from '../ip/address-map.ts'
import { Address } from '../wire/address.ts'

/** How many half-open connections each source has: an IPv4 address, or a network of 64 bits of IPv6, which one host may own. */
export class SourceCounts {
  private readonly counts: AddressMap<{ held: number }>
  private readonly network = new Address()

  /** `seed`: a random uint32. */
  constructor(seed: number) {
    this.counts = new AddressMap(seed)
  }

  of(source: Address): number {
    return this.counts.get(this.key(source))?.held ?? 0
  }

  add(source: Address): void {
    const key = this.key(source)
    const count = this.counts.get(key)
    if (count === null) this.counts.set(key, { held: 1 })
    else count.held += 1
  }

  remove(source: Address): void {
    const key = this.key(source)
    const count = this.counts.get(key)
    if (count === null) return
    count.held -= 1
    if (count.held === 0) this.counts.delete(key)
  }

  private key(source: Address): Address {
    if (source.isV4) return source
    this.network.w0 = source.w0
    this.network.w1 = source.w1
    return this.network
  }
}
