import type { Address } from '../wire/address.ts'
import { hashAddress } from './address-map.ts'

const BUCKETS = 1024

/**
 * Identifications of packets that may be fragmented: unique for a source, destination and protocol
 * (RFC 6864, 4.3), and not to be foreseen by others (RFC 7739, 5.3). Counters that begin anywhere,
 * chosen by a hash with a secret, as Linux does (ip_idents).
 */
export class Identifications {
  private readonly seed: number
  private readonly random: () => number
  private counters = new Uint32Array(0)

  /** `random` gives uint32. */
  constructor(random: () => number) {
    this.seed = random()
    this.random = random
  }

  /** The next 32 bits; IPv4 takes the lower 16. */
  next(source: Address, destination: Address, protocol: number): number {
    if (this.counters.length === 0) this.counters = Uint32Array.from({ length: BUCKETS }, this.random)
    const index = hashAddress(destination, hashAddress(source, this.seed + protocol)) & (BUCKETS - 1)
    const id = this.counters[index]
    this.counters[index] = id + 1
    return id
  }
}
