import { after } from '../wire/seq.ts'
import type { TcpConfig } from './config.ts'

/**
 * Round-trip time and retransmission timeout (RFC 6298; RFC 9293, MUST-18) in integer microseconds, computed as Linux
 * does (tcp_rtt_estimator; RFC 7323, 4.2): the variance never counts for less than tcp_rto_min, and falls only
 * once a round trip, so that a quiet path does not make the timeout nervous.
 */
export class Rtt {
  /** Smoothed RTT times 8; 0 = nothing measured yet. */
  private srtt8 = 0
  /** Mean deviation times 4. */
  private mdev4 = 0
  private mdevMax4 = 0
  /** Variance times 4, as it goes into the RTO. */
  private rttvar4 = 0
  /** The variance may fall when this is acknowledged. */
  private roundEnd = 0
  /** Retransmission timeout, without backoff. */
  private base: number
  /** Times the timeout was doubled since the last valid sample (RFC 6298, 5.5). */
  backoff = 0
  /** Least RTT seen; Infinity before the first sample. */
  min = Number.POSITIVE_INFINITY
  /** The last sample. */
  latest = 0
  private readonly config: TcpConfig

  constructor(config: TcpConfig) {
    this.config = config
    this.base = config.tcp_timeout_init_us
  }

  /** Smoothed RTT in microseconds; 0 = unknown. */
  get srtt(): number {
    return this.srtt8 >> 3
  }

  get rttvar(): number {
    return this.mdev4 >> 2
  }

  /** The timeout now in force: backed off, and bounded by tcp_rto_max (RFC 6298, 2.5). */
  get rto(): number {
    return Math.min(this.base * (1 << this.backoff), this.config.tcp_rto_max_us)
  }

  /**
   * Takes a sample of a segment that was not retransmitted (Karn's algorithm, RFC 6298, 3) or of an
   * echoed timestamp. `una` and `nxt` are SND.UNA and SND.NXT.
   */
  sample(rtt: number, una: number, nxt: number): void {
    let m = Math.min(Math.max(1, Math.floor(rtt)), 200_000_000)
    this.latest = m
    if (m < this.min) this.min = m
    const least = this.config.tcp_rto_min_us
    if (this.srtt8 === 0) {
      this.srtt8 = m << 3
      this.mdev4 = m << 1
      this.rttvar4 = Math.max(this.mdev4, least)
      this.mdevMax4 = this.rttvar4
      this.roundEnd = nxt
    } else {
      m -= this.srtt8 >> 3
      this.srtt8 += m
      if (m < 0) {
        m = -m - (this.mdev4 >> 2)
        // A falling RTT must not raise the deviation as a rising one does.
        if (m > 0) m >>= 3
      } else {
        m -= this.mdev4 >> 2
      }
      this.mdev4 += m
      if (this.mdev4 > this.mdevMax4) {
        this.mdevMax4 = this.mdev4
        if (this.mdevMax4 > this.rttvar4) this.rttvar4 = this.mdevMax4
      }
      if (after(una, this.roundEnd)) {
        if (this.mdevMax4 < this.rttvar4) this.rttvar4 -= (this.rttvar4 - this.mdevMax4) >> 2
        this.roundEnd = nxt
        this.mdevMax4 = least
      }
    }
    this.base = Math.min((this.srtt8 >> 3) + this.rttvar4, this.config.tcp_rto_max_us)
    this.backoff = 0
  }

  /** The SYN was retransmitted and gave no sample: fall back to 3 s (RFC 6298, 5.7). */
  fallBack(): void {
    if (this.srtt8 !== 0) return
    this.base = this.config.tcp_timeout_fallback_us
    this.backoff = 0
  }

  /** RFC 6298, 5.5; RFC 9293, 3.8.2, MUST-19: the timer backs off. */
  back(): void {
    if (this.base * (1 << this.backoff) < this.config.tcp_rto_max_us) this.backoff += 1
  }
}
