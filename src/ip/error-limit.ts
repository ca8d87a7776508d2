import type { Address } from '../wire/address.ts'
import { hashAddress } from './address-map.ts'
import { TokenBucket } from './token-bucket.ts'

/** Destinations whose hashes meet share a bucket; the table never grows. */
const BUCKETS = 256
/** A destination may draw so many errors at once (Linux: XRLIM_BURST_FACTOR). */
const BURST = 6

/** How many errors may be sent; looked at every time. */
export interface ErrorSettings {
  /** Milliseconds between two to one destination; 0 = no limit. */
  readonly icmp_ratelimit: number
  /** All together, and how many at once; 0 = none. */
  readonly icmp_msgs_per_sec: number
  readonly icmp_msgs_burst: number
}

/**
 * How often ICMP errors may be sent (RFC 1812, 4.3.2.8; RFC 4443, 2.4 f), as Linux does it: one in
 * `icmp_ratelimit` milliseconds to each destination, `icmp_msgs_per_sec` in all.
 */
export class ErrorLimit {
  private readonly seed: number
  private readonly config: ErrorSettings
  private readonly global = new TokenBucket()
  private readonly hosts: (TokenBucket | null)[] = new Array<TokenBucket | null>(BUCKETS).fill(null)

  constructor(config: ErrorSettings, seed: number) {
    this.config = config
    this.seed = seed
  }

  /** 'host' and 'global' name the limit that forbids it. */
  ask(destination: Address, now: number): 'allowed' | 'host' | 'global' {
    // The destination first, so that one that is throttled takes nothing from the others.
    const { icmp_ratelimit, icmp_msgs_per_sec, icmp_msgs_burst } = this.config
    if (icmp_ratelimit > 0 && !this.host(destination).take(now, icmp_ratelimit * 1000, BURST)) return 'host'
    if (icmp_msgs_per_sec === 0) return 'global'
    const interval = Math.max(1, Math.round(1_000_000 / icmp_msgs_per_sec))
    return this.global.take(now, interval, icmp_msgs_burst) ? 'allowed' : 'global'
  }

  private host(destination: Address): TokenBucket {
    const index = hashAddress(destination, this.seed) & (BUCKETS - 1)
    let bucket = this.hosts[index]
    if (bucket === null) {
      bucket = new TokenBucket()
      this.hosts[index] = bucket
    }
    return bucket
  }
}
