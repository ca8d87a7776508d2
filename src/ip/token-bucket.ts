/** Lets events through at a rate, and a burst of them at once. Counts in integer microseconds of credit; full at first. */
export class TokenBucket {
  private credit = Number.MAX_SAFE_INTEGER
  private last = 0

  /**
   * Takes one token; false = there is none now. `interval` in microseconds between two, at least 1;
   * `burst` in tokens. Both may differ from call to call.
   */
  take(now: number, interval: number, burst: number): boolean {
    this.credit = Math.min(interval * burst, this.credit + Math.max(0, now - this.last))
    this.last = now
    if (this.credit < interval) return false
    this.credit -= interval
    return true
  }
}
