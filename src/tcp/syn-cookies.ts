import { add, distance } from '../wire/seq.ts'
import { TUPLE_WORDS, type TupleWords } from './isn.ts'
import { SipHash } from './siphash.ts'

/** The upper 8 bits of a cookie count periods, the lower 24 are hash and MSS (as Linux: COOKIEBITS). */
const COUNT_SHIFT = 24
const LOW_MASK = 0x00ff_ffff
/** How long a key serves, microseconds. A cookie is good in the period in which it was made and in the next. */
export const COOKIE_PERIOD = 60_000_000
const MAX_AGE = 2

/** MSS values that a cookie can hold, ascending: the commonest on IPv4 and on IPv6, as Linux has them. */
export const COOKIE_MSS_V4: readonly number[] = [536, 1300, 1440, 1460]
export const COOKIE_MSS_V6: readonly number[] = [1220, 1420, 1440, 8940]

/**
 * SYN cookies (RFC 4987, 3.6): what a half-open connection would have to remember goes to the client
 * as our initial sequence number, and comes back in the third ACK, so that a flood of SYNs costs no memory.
 *
 *     cookie = F(tuple) + client's ISN + (period << 24) + ((G(tuple, period, client's ISN) + index of MSS) & 0xffffff)
 *
 * F's key lasts, so that the numbers of one tuple still grow with time as those of RFC 6528 do; G's key is
 * drawn anew for each period, so that there is never long to guess it.
 */
export class SynCookies {
  private readonly random: () => number
  private readonly lasting: SipHash
  /** Keys of even and of odd periods. */
  private readonly keys: [SipHash, SipHash]
  private period = -1
  private readonly words = new Uint32Array(TUPLE_WORDS + 2)

  /** `random` gives uint32 that nobody can foresee. */
  constructor(random: () => number) {
    this.random = random
    this.lasting = this.draw()
    this.keys = [this.draw(), this.draw()]
  }

  /** The ISN that answers a SYN with sequence number `seq` and that MSS (of `sizes`, the next lower is kept). */
  make(tuple: TupleWords, seq: number, mss: number, sizes: readonly number[], now: number): number {
    const period = this.advance(now)
    let index = sizes.length - 1
    while (index > 0 && mss < (sizes[index] ?? 0)) index -= 1
    const low = (this.secret(tuple, period, seq) + index) & LOW_MASK
    return add(this.base(tuple, seq, period), low)
  }

  /** The MSS in a cookie that came back, whose SYN had sequence number `seq`; 0 = it is none of ours, or too old. */
  check(tuple: TupleWords, seq: number, cookie: number, sizes: readonly number[], now: number): number {
    const period = this.advance(now)
    const value = distance(cookie, this.base(tuple, seq, 0)) >>> 0
    const age = (period - (value >>> COUNT_SHIFT)) & 0xff
    if (age >= MAX_AGE) return 0
    const index = ((value & LOW_MASK) - this.secret(tuple, period - age, seq)) & LOW_MASK
    return sizes[index] ?? 0
  }

  /** The period of `now`; a new one draws its key over that of the one before the last. */
  private advance(now: number): number {
    const period = Math.floor(now / COOKIE_PERIOD)
    if (period > this.period) {
      if (period > this.period + 1) this.keys[(period + 1) & 1] = this.draw()
      this.keys[period & 1] = this.draw()
      this.period = period
    }
    return this.period
  }

  private base(tuple: TupleWords, seq: number, period: number): number {
    this.lasting.hash(tuple, TUPLE_WORDS)
    return add(add(this.lasting.low, seq), (period & 0xff) << COUNT_SHIFT)
  }

  private secret(tuple: TupleWords, period: number, seq: number): number {
    const key = this.keys[(period & 1) as 0 | 1]
    this.words.set(tuple)
    this.words[TUPLE_WORDS] = period
    // So that a later segment of the client's does not pass for the third ACK, with the bytes before it lost.
    this.words[TUPLE_WORDS + 1] = seq
    key.hash(this.words, TUPLE_WORDS + 2)
    return key.low & LOW_MASK
  }

  private draw(): SipHash {
    return new SipHash(this.random(), this.random(), this.random(), this.random())
  }
}
