import { Alarm, type EventLoop } from './alarm.ts'
import type { Surroundings } from './surroundings.ts'

const POOL = 256

/** Surroundings on an event loop: its time, an alarm, and random numbers drawn many at a time. */
export class LoopSurroundings implements Surroundings {
  private readonly loop: EventLoop
  private readonly alarm: Alarm
  private readonly fill: (numbers: Uint32Array<ArrayBuffer>) => void
  private readonly pool = new Uint32Array(POOL)
  private poolLeft = 0

  /** `fill` fills an array with numbers that nobody can foresee. */
  constructor(loop: EventLoop, fill: (numbers: Uint32Array<ArrayBuffer>) => void) {
    this.loop = loop
    this.alarm = new Alarm(loop)
    this.fill = fill
  }

  /** Called when the host is to turn; set once by whoever makes the host. */
  set onwake(turn: () => void) {
    this.alarm.onring = turn
  }

  now(): number {
    return this.loop.now()
  }

  random(): number {
    if (this.poolLeft === 0) {
      this.fill(this.pool)
      this.poolLeft = POOL
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
}
