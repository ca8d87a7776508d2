import type { TimerSpan } from './run.ts'

interface Running {
  readonly from: number
  readonly due: number
}

/** Collects when timers ran, from what connections say of themselves moment by moment. */
export class TimerSpans {
  private readonly done: TimerSpan[] = []
  private readonly running = new Map<string, Running & Pick<TimerSpan, 'lane' | 'connection' | 'name'>>()

  /** The timers that one end of a connection has at `now`. */
  look(
    lane: number,
    connection: number,
    timers: readonly { readonly name: string; readonly at: number }[],
    now: number,
  ): void {
    const there = new Map(timers.map(({ name, at }) => [name, at]))
    for (const [key, timer] of this.running) {
      if (timer.lane !== lane || timer.connection !== connection) continue
      const due = there.get(timer.name)
      if (due === timer.due) there.delete(timer.name)
      else {
        this.running.delete(key)
        this.end(timer, now)
      }
    }
    for (const [name, due] of there) {
      this.running.set(`${lane} ${connection} ${name}`, { lane, connection, name, from: now, due })
    }
  }

  /** Of a lane's connections only these are left: the timers of the others have stopped. */
  forget(lane: number, left: readonly number[], now: number): void {
    for (const [key, timer] of this.running) {
      if (timer.lane !== lane || left.includes(timer.connection)) continue
      this.running.delete(key)
      this.end(timer, now)
    }
  }

  finish(end: number): TimerSpan[] {
    for (const timer of this.running.values()) this.end(timer, end)
    this.running.clear()
    return this.done
  }

  private end(timer: Running & Pick<TimerSpan, 'lane' | 'connection' | 'name'>, now: number): void {
    // One that was set and stopped at the same moment never ran.
    if (timer.from < now) this.done.push({ ...timer, until: now, fired: now >= timer.due })
  }
}
