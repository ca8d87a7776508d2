/** Lets `rate` events a second through, and up to `burst` at once. Counts in integer microseconds of credit. */
export class TokenBucket {
  private readonly interval: number
  private readonly full: number
  private credit: number
  private last = 0

  /** `rate` in events a second, more than 0; `burst` in events, at least 1. */
  constructor(rate: number, burst: number) {
    this.interval = Math.max(1, Math.round(1_000_000 / rate))
    this.full = this.interval * burst
    this.credit = this.full
  }

  /** Takes one token; false = there is none now. */
  take(now: number): boolean {
    this.credit = Math.min(this.full, this.credit + Math.max(0, now - this.last))
    this.last = now
    if (this.credit < this.interval) return false
    this.credit -= this.interval
    return true
  }
}
