/** What an alarm needs of the event loop that it lives on. */
export interface EventLoop {
  /** Monotonic clock, integer microseconds. */
  now(): number
  /** Calls `action` as soon as what runs now has ended. */
  soon(action: () => void): void
  /** Calls `action` once everything else that waits has had its turn. */
  yielding(action: () => void): void
  /** Calls `action` after `milliseconds`, once; whatever was set before is forgotten. */
  setTimer(action: () => void, milliseconds: number): void
  clearTimer(): void
}

/** Rings in a row without a pause before the event loop gets its turn, so that two hosts cannot starve it. */
const MAX_IN_A_ROW = 32
/** Timers of event loops take at most 2^31-1 milliseconds. */
const MAX_TIMER = 0x7fffffff

/** Wakes a host on an event loop: at once, or at a time; the earliest wish holds. */
export class Alarm {
  /** It is time for a turn. */
  onring: () => void = () => {}
  private readonly loop: EventLoop
  /** When the timer goes off; Infinity = there is none. */
  private timerAt = Number.POSITIVE_INFINITY
  private soon = false
  private inARow = 0
  private pausePlanned = false
  private stopped = false

  constructor(loop: EventLoop) {
    this.loop = loop
  }

  /** Rings at `at` microseconds, or as soon as may be if that has passed. */
  set(at: number): void {
    if (this.stopped || this.soon) return
    const delay = at - this.loop.now()
    if (delay <= 0) {
      this.ringSoon()
      return
    }
    // Whoever turns at the earlier time asks again.
    if (at >= this.timerAt) return
    this.timerAt = at
    this.loop.setTimer(this.elapsed, Math.min(Math.ceil(delay / 1000), MAX_TIMER))
  }

  /** Rings no more. */
  stop(): void {
    this.stopped = true
    this.clear()
  }

  private ringSoon(): void {
    this.soon = true
    this.clear()
    if (this.inARow >= MAX_IN_A_ROW) {
      this.loop.yielding(this.ring)
      return
    }
    this.inARow += 1
    if (!this.pausePlanned) {
      this.pausePlanned = true
      this.loop.yielding(this.paused)
    }
    this.loop.soon(this.ring)
  }

  private readonly ring = (): void => {
    this.soon = false
    this.clear()
    if (!this.stopped) this.onring()
  }

  /** Timers go off up to a millisecond early, and those for the far future much too early. */
  private readonly elapsed = (): void => {
    const at = this.timerAt
    this.clear()
    if (at > this.loop.now()) this.set(at)
    else this.ring()
  }

  private readonly paused = (): void => {
    this.pausePlanned = false
    this.inARow = 0
  }

  private clear(): void {
    if (this.timerAt === Number.POSITIVE_INFINITY) return
    this.timerAt = Number.POSITIVE_INFINITY
    this.loop.clearTimer()
  }
}
