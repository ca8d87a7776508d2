import { randomFillSync } from 'node:crypto'
import { Alarm, type EventLoop } from '../../stack/alarm.ts'
import type { Surroundings } from '../../stack/surroundings.ts'

/** Node's event loop: its timers keep the process alive while `referenced`. */
class NodeLoop implements EventLoop {
  referenced = true
  private readonly origin = process.hrtime.bigint()
  private timer: NodeJS.Timeout | null = null

  now(): number {
    // performance.now() has the same clock, but loses microseconds to rounding over weeks.
    return Number((process.hrtime.bigint() - this.origin) / 1000n) + 1
  }

  soon(action: () => void): void {
    queueMicrotask(action)
  }

  yielding(action: () => void): void {
    setImmediate(action)
  }

  setTimer(action: () => void, milliseconds: number): void {
    this.clearTimer()
    this.timer = setTimeout(action, milliseconds)
    if (!this.referenced) this.timer.unref()
  }

  clearTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }

  setReferenced(on: boolean): void {
    this.referenced = on
    if (on) this.timer?.ref()
    else this.timer?.unref()
  }
}

/** A host driven by Node's event loop: real time, timers and cryptographic random numbers. */
export class NodeSurroundings implements Surroundings {
  private readonly loop = new NodeLoop()
  private readonly alarm = new Alarm(this.loop)
  private readonly pool = new Uint32Array(256)
  private poolLeft = 0

  /** Called when the host is to turn; set once by whoever makes the host. */
  set onwake(turn: () => void) {
    this.alarm.onring = turn
  }

  now(): number {
    return this.loop.now()
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
    this.alarm.set(at)
  }

  /** No more turns. */
  stop(): void {
    this.alarm.stop()
  }

  /** Whether waiting timers keep the process alive. */
  setReferenced(on: boolean): void {
    this.loop.setReferenced(on)
  }
}
