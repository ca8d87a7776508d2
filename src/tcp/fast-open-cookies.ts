import { writeU32 } from '../wire/bytes.ts'
import { SipHash } from './siphash.ts'

/** Addresses of both ends as words. */
const WORDS = 8
const COOKIE_BYTES = 8
/** How long a key serves, microseconds; what was made with the one before it is still good (RFC 7413, 5.1). */
export const FAST_OPEN_KEY_PERIOD = 24 * 3600 * 1_000_000

/** Whether a cookie is ours. 'old': made with the key before this one, so that a new one is due. */
export type CookieVerdict = 'good' | 'old' | 'bad'

/**
 * The cookies of a server (RFC 7413, 4.1.2): a keyed hash of the addresses, so that whoever shows one was
 * once reached at the address it claims. Nothing is kept for each client.
 */
export class FastOpenCookies {
  private readonly random: () => number
  private current: SipHash
  private former: SipHash
  private period = 0
  private readonly expected = new Uint8Array(COOKIE_BYTES)

  /** `random` gives uint32 that nobody can foresee. */
  constructor(random: () => number) {
    this.random = random
    this.current = this.draw()
    this.former = this.draw()
  }

  /** The cookie for a client; good until the next call. `addresses`: four words of the client's, four of ours. */
  make(addresses: Uint32Array, now: number): Uint8Array {
    this.advance(now)
    return this.write(this.current, addresses)
  }

  /** Judges the first `length` bytes of `cookie`. */
  judge(addresses: Uint32Array, cookie: Uint8Array, length: number, now: number): CookieVerdict {
    this.advance(now)
    if (length !== COOKIE_BYTES) return 'bad'
    if (same(this.write(this.current, addresses), cookie)) return 'good'
    return same(this.write(this.former, addresses), cookie) ? 'old' : 'bad'
  }

  private advance(now: number): void {
    const period = Math.floor(now / FAST_OPEN_KEY_PERIOD)
    if (period === this.period) return
    this.former = period === this.period + 1 ? this.current : this.draw()
    this.current = this.draw()
    this.period = period
  }

  private write(key: SipHash, addresses: Uint32Array): Uint8Array {
    key.hash(addresses, WORDS)
    writeU32(this.expected, 0, key.low)
    writeU32(this.expected, 4, key.high)
    return this.expected
  }

  private draw(): SipHash {
    return new SipHash(this.random(), this.random(), this.random(), this.random())
  }
}

/** Compares all bytes, so that the time taken tells nothing. */
function same(expected: Uint8Array, cookie: Uint8Array): boolean {
  let difference = 0
  for (let i = 0; i < COOKIE_BYTES; i += 1) difference |= (expected[i] ?? 0) ^ (cookie[i] ?? 0)
  return difference === 0
}
