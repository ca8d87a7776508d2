import { randomFillSync } from 'node:crypto'
import type { Surroundings } from '../../stack/surroundings.ts'

/** Turns in a row as microtasks before the event loop gets its turn, so that two hosts cannot starve it. */
const MAX_MICROTASKS = 32
/** setTimeout takes at most 2^31-1 milliseconds. */
const MAX_TIMEOUT = 0x7fffffff

/** A host driven by Node's event loop: real time, timers and cryptographic random numbers. */
export class NodeSurroundings implements Surroundings {
  /** Called when the host is to turn; set once by whoever makes the host. */
  onwake: () => void = () => {}
  private readonly origin = process.hrtime.bigint()
  private readonly pool = new Uint32Array(256)
  private poolLeft = 0
  private timer: NodeJS.Timeout | null = null
  /** When the timer goes off; Infinity = there is none. */
  private timerAt = Number.POSITIVE_INFINITY
  private soon = false
  private microtasks = 0
  private resetPlanned = false
  private stopped = false
  /** Timers keep the process alive while there is something to wait for. */
  private referenced = true

  now(): number {
    // performance.now() has the same clock, but loses microseconds to rounding over weeks.
    return Number((process.hrtime.bigint() - this.origin) / 1000n) + 1
  }

  random(): number {
    if (this.poolLeft === 0) {
      randomFillSync(this.pool)
      this.poolLeft = this.pool.length
    }
    this.poolLeft -= 1
    return this.pool[this.poolLeft] ?? 0
  }

  wake(at: number): void {
    if (this.stopped || this.soon) return
    const delay = at - this.now()
    if (delay <= 0) {
      this.soon = true
      this.clearTimer()
      if (this.microtasks < MAX_MICROTASKS) {
        this.microtasks += 1
        this.planReset()
        queueMicrotask(this.fire)
      } else {
        setImmediate(this.fire)
      }
      return
    }
    // Whoever turns at the earlier time asks again.
    if (at >= this.timerAt) return
    this.clearTimer()
    this.timerAt = at
    this.timer = setTimeout(this.ring, Math.min(Math.ceil(delay / 1000), MAX_TIMEOUT))
    if (!this.referenced) this.timer.unref()
  }

  /** No more turns. */
  stop(): void {
    this.stopped = true
    this.clearTimer()
  }

  /** Whether waiting timers keep the process alive. */
  setReferenced(on: boolean): void {
    this.referenced = on
    if (on) this.timer?.ref()
    else this.timer?.unref()
  }

  private readonly fire = (): void => {
    this.soon = false
    this.clearTimer()
    if (!this.stopped) this.onwake()
  }

  /** Timers go off up to a millisecond early, and those for the far future much too early. */
  private readonly ring = (): void => {
    const at = this.timerAt
    this.clearTimer()
    if (at > this.now()) this.wake(at)
    else this.fire()
  }

  private planReset(): void {
    if (this.resetPlanned) return
    this.resetPlanned = true
    setImmediate(() => {
      this.resetPlanned = false
      this.microtasks = 0
    })
  }

  private clearTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.timerAt = Number.POSITIVE_INFINITY
  }
}
