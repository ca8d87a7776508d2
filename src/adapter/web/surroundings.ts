import type { EventLoop } from '../../stack/alarm.ts'
import { LoopSurroundings } from '../../stack/loop-surroundings.ts'

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
export class WebSurroundings extends LoopSurroundings {
  private readonly web: WebLoop

  constructor() {
    const loop = new WebLoop()
    super(loop, (numbers) => crypto.getRandomValues(numbers))
    this.web = loop
  }

  override stop(): void {
    super.stop()
    this.web.close()
  }
}
