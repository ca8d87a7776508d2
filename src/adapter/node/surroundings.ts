import { randomFillSync } from 'node:crypto'
import type { EventLoop } from '../../stack/alarm.ts'
import { LoopSurroundings } from '../../stack/loop-surroundings.ts'

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
export class NodeSurroundings extends LoopSurroundings {
  private readonly node: NodeLoop

  constructor() {
    const loop = new NodeLoop()
    super(loop, randomFillSync)
    this.node = loop
  }

  /** Whether waiting timers keep the process alive. */
  setReferenced(on: boolean): void {
    this.node.setReferenced(on)
  }
}
