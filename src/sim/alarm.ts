/** What an alarm asks of a clock. */
export interface AlarmClock {
  now(): number
  /** The next place among events of the same time. */
  takeOrder(): number
  /** Calls `action` at `time`, in that place. */
  add(time: number, order: number, action: (subject: unknown) => void, subject: unknown): void
}

/**
 * Wakes a host at the earliest time that it has asked for since it was woken last. After most turns that is later than
 * it was before: so a call that the clock owes for an earlier time stays as it is, and renews itself when it comes.
 */
export class Alarm {
  private readonly clock: AlarmClock
  private readonly onwake: () => void
  /** Infinity = nothing was asked for. */
  private wanted = Number.POSITIVE_INFINITY
  /** The last wish for a time to come, and its place: who asks again for the same keeps it. */
  private wish = -1
  private order = 0
  /** The next time to come that the clock will call for; Infinity = it will not. */
  private set = Number.POSITIVE_INFINITY
  private readonly callNow = () => this.ring(this.clock.now())
  private readonly callLater = () => this.renew(this.clock.now())

  constructor(clock: AlarmClock, onwake: () => void) {
    this.clock = clock
    this.onwake = onwake
  }

  /** Wakes at `at`, or in the next event if that has passed, unless it wakes earlier: whoever is woken then asks again. */
  ask(at: number): void {
    const { clock } = this
    const now = clock.now()
    const asked = Math.max(at, now)
    if (asked >= this.wanted) return
    this.wanted = asked
    if (asked === now) {
      clock.add(now, clock.takeOrder(), this.callNow, undefined)
      return
    }
    if (asked !== this.wish) {
      this.wish = asked
      this.order = clock.takeOrder()
    }
    this.setFor(asked)
  }

  private setFor(time: number): void {
    if (time >= this.set) return
    this.set = time
    this.clock.add(time, this.order, this.callLater, undefined)
  }

  private ring(now: number): boolean {
    if (this.wanted !== now) return false
    this.wanted = Number.POSITIVE_INFINITY
    this.onwake()
    return true
  }

  /** An earlier call may have been set since this one was. */
  private renew(now: number): void {
    if (this.set !== now) return
    this.set = Number.POSITIVE_INFINITY
    if (!this.ring(now) && this.wanted !== Number.POSITIVE_INFINITY) this.setFor(this.wanted)
  }
}
