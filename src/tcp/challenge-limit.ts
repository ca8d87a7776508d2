import type { TcpConfig } from './config.ts'
import { SECOND } from './config.ts'

/** A limit so large that there is none. */
const UNLIMITED = 0x7fffffff

/**
 * How many challenge ACKs all connections of a host may send in a second (RFC 5961, 7;
 * `tcp_challenge_ack_limit`). What they share they can watch one another by (CVE-2016-5696), so each second
 * has a share drawn anew, between half the limit and one and a half times it: an attacker who counts the
 * answers on connections of his own does not learn whether another connection has given one.
 */
export class ChallengeLimit {
  private readonly config: Pick<TcpConfig, 'tcp_challenge_ack_limit'>
  private readonly random: () => number
  private second = -1
  private left = 0

  /** `random` gives uint32 that nobody can foresee. */
  constructor(config: Pick<TcpConfig, 'tcp_challenge_ack_limit'>, random: () => number) {
    this.config = config
    this.random = random
  }

  /** Takes one from this second's share; false = it is used up. */
  take(now: number): boolean {
    const limit = this.config.tcp_challenge_ack_limit
    if (limit === UNLIMITED) return true
    const second = Math.floor(now / SECOND)
    if (second !== this.second) {
      this.second = second
      this.left = limit === 0 ? 0 : ((limit + 1) >>> 1) + (this.random() % limit)
    }
    if (this.left === 0) return false
    this.left -= 1
    return true
  }
}
