import { Alarm, type EventLoop } from '../../stack/alarm.ts'
import type { Surroundings } from '../../stack/surroundings.ts'

/** The event loop of a page or a worker. */
class WebLoop implements EventLoop {
  private readonly channel = new MessageChannel()
  private readonly waiting: (() => void)[] = []
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor() {
    this.channel.port1.onmessage = () => {
      for (const action of this.waiting.splice(0)) action()
    }
  }

  now(): number {
    return Math.floor(performance.now() * 1000) + 1
  }

  soon(action: () => void): void {
    queueMicrotask(action)
  }

  /** By a message: timers of zero length are drawn out to 4 ms when they are many. */
  yielding(action: () => void): void {
    this.waiting.push(action)
    if (this.waiting.length === 1) this.channel.port2.postMessage(null)
  }

  setTimer(action: () => void, milliseconds: number): void {
    this.clearTimer()
    this.timer = setTimeout(action, milliseconds)
  }

  clearTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }

  close(): void {
    this.channel.port1.close()
  }
}

/** A host driven by the event loop of a page or a worker: real time, timers and cryptographic random numbers. */
export class WebSurroundings implements Surroundings {
  private readonly loop = new WebLoop()
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
      crypto.getRandomValues(this.pool)
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
    this.loop.close()
  }
}
