import { describe, expect, it } from 'vitest'
import { Alarm, type EventLoop } from './alarm.ts'

/** An event loop by hand: a clock, and queues that are run one by one. */
class Loop implements EventLoop {
  time = 1000
  readonly soonQueue: (() => void)[] = []
  readonly laterQueue: (() => void)[] = []
  timer: (() => void) | null = null
  milliseconds = 0

  now(): number {
    return this.time
  }

  soon(action: () => void): void {
    this.soonQueue.push(action)
  }

  yielding(action: () => void): void {
    this.laterQueue.push(action)
  }

  setTimer(action: () => void, milliseconds: number): void {
    this.timer = action
    this.milliseconds = milliseconds
  }

  clearTimer(): void {
    this.timer = null
  }

  /** Runs what is to run soon, until nothing is; then what was to yield. */
  run(): void {
    for (let action = this.soonQueue.shift(); action !== undefined; action = this.soonQueue.shift()) action()
    for (const action of this.laterQueue.splice(0)) action()
  }

  fireTimer(): void {
    const action = this.timer
    this.timer = null
    action?.()
  }
}

function make(): { loop: Loop; alarm: Alarm; rung: number[] } {
  const loop = new Loop()
  const alarm = new Alarm(loop)
  const rung: number[] = []
  alarm.onring = () => rung.push(loop.time)
  return { loop, alarm, rung }
}

describe('Alarm', () => {
  it('rings once for all wishes of one moment, not within the call', () => {
    const { loop, alarm, rung } = make()
    alarm.set(0)
    alarm.set(1000)
    alarm.set(5000)
    expect(rung).toEqual([])
    loop.run()
    expect(rung).toEqual([1000])
    expect(loop.timer).toBeNull()
  })

  it('rings at a time; the earliest wish holds', () => {
    const { loop, alarm, rung } = make()
    alarm.set(9000)
    alarm.set(3500)
    alarm.set(7000)
    alarm.set(Number.POSITIVE_INFINITY)
    expect(loop.milliseconds).toBe(3)
    loop.time = 3500
    loop.fireTimer()
    expect(rung).toEqual([3500])
  })

  it('does not ring before the time, although timers go off early', () => {
    const { loop, alarm, rung } = make()
    alarm.set(3500)
    loop.time = 3400
    loop.fireTimer()
    expect(rung).toEqual([])
    expect(loop.milliseconds).toBe(1)
    loop.time = 3600
    loop.fireTimer()
    expect(rung).toEqual([3600])
  })

  it('reaches a far future in steps that a timer can take', () => {
    const { loop, alarm, rung } = make()
    const far = 1000 + 3 * 0x7fffffff * 1000
    alarm.set(far)
    for (let i = 0; i < 3; i += 1) {
      expect(loop.milliseconds).toBeLessThanOrEqual(0x7fffffff)
      expect(rung).toEqual([])
      loop.time += loop.milliseconds * 1000
      loop.fireTimer()
    }
    expect(rung).toEqual([far])
  })

  it('lets the event loop have its turn when its owner never rests', () => {
    const { loop, alarm } = make()
    let rings = 0
    alarm.onring = () => {
      rings += 1
      alarm.set(0)
    }
    alarm.set(0)
    loop.run()
    expect(rings).toBe(33)
    loop.run()
    expect(rings).toBeGreaterThan(60)
    expect(rings).toBeLessThan(100)
  })

  it('rings no more once it is stopped', () => {
    const { loop, alarm, rung } = make()
    alarm.set(0)
    alarm.set(5000)
    alarm.stop()
    loop.run()
    alarm.set(0)
    alarm.set(9000)
    expect(loop.timer).toBeNull()
    loop.run()
    expect(rung).toEqual([])
  })
})
