import type { TimerSpan } from './run.ts'

interface Running {
  readonly from: number
  readonly due: number
}

/** The timers of one end of a connection, by their names. */
type Timers = Map<string, Running>

/** Collects when timers ran, from what connections say of themselves moment by moment. */
export class TimerSpans {
  private readonly done: TimerSpan[] = []
  /** By lane, and there by connection. */
  private readonly running = new Map<number, Map<number, Timers>>()

  /** The timers that one end of a connection has at `now`. */
  look(
    lane: number,
    connection: number,
    timers: readonly { readonly name: string; readonly at: number }[],
    now: number,
  ): void {
    const known = this.timersOf(lane, connection)
    for (const [name, timer] of known) {
      if (timers.some((each) => each.name === name && each.at === timer.due)) continue
      known.delete(name)
      this.end(lane, connection, name, timer, now)
    }
    for (const { name, at } of timers) if (!known.has(name)) known.set(name, { from: now, due: at })
  }

  /** Of a lane's connections only these are left: the timers of the others have stopped. */
  forget(lane: number, left: readonly number[], now: number): void {
    const connections = this.running.get(lane)
    if (connections === undefined) return
    for (const [connection, timers] of connections) {
      if (left.includes(connection)) continue
      connections.delete(connection)
      for (const [name, timer] of timers) this.end(lane, connection, name, timer, now)
    }
  }

  finish(end: number): TimerSpan[] {
    for (const lane of this.running.keys()) this.forget(lane, [], end)
    return this.done
  }

  private timersOf(lane: number, connection: number): Timers {
    const connections = this.running.get(lane) ?? new Map<number, Timers>()
    this.running.set(lane, connections)
    const timers = connections.get(connection) ?? new Map<string, Running>()
    connections.set(connection, timers)
    return timers
  }

  private end(lane: number, connection: number, name: string, { from, due }: Running, now: number): void {
    // One that was set and stopped at the same moment never ran.
    if (from < now) this.done.push({ lane, connection, name, from, due, until: now, fired: now >= due })
  }
}
