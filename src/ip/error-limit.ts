import type { Address } from '../wire/address.ts'
import { hashAddress } from './address-map.ts'
import { TokenBucket } from './token-bucket.ts'

/** Destinations whose hashes meet share a bucket; the table never grows. */
const BUCKETS = 256
/** A destination may draw so many errors at once (Linux: XRLIM_BURST_FACTOR). */
const BURST = 6

/**
 * How often ICMP errors may be sent (RFC 1812, 4.3.2.8; RFC 4443, 2.4 f), as Linux does it: one in
 * `icmp_ratelimit` milliseconds to each destination, `icmp_msgs_per_sec` in all.
 */
export class ErrorLimit {
  private readonly seed: number
  private readonly global: TokenBucket
  private readonly hosts: (TokenBucket | null)[] = new Array<TokenBucket | null>(BUCKETS).fill(null)
  private readonly hostRate: number

  /** `ratelimit` in milliseconds, 0 = no limit for each destination. */
  constructor(ratelimit: number, messagesPerSecond: number, burst: number, seed: number) {
    this.seed = seed
    this.global = new TokenBucket(messagesPerSecond, burst)
    this.hostRate = ratelimit > 0 ? 1000 / ratelimit : 0
  }

  /** 'host' and 'global' name the limit that forbids it. */
  ask(destination: Address, now: number): 'allowed' | 'host' | 'global' {
    // The destination first, so that one that is throttled takes nothing from the others.
    if (this.hostRate > 0 && !this.host(destination).take(now)) return 'host'
    return this.global.take(now) ? 'allowed' : 'global'
  }

  private host(destination: Address): TokenBucket {
    const index = hashAddress(destination, this.seed) & (BUCKETS - 1)
    let bucket = this.hosts[index]
    if (bucket === null) {
      bucket = new TokenBucket(this.hostRate, BURST)
      this.hosts[index] = bucket
    }
    return bucket
  }
}
