import type { Surroundings } from '../stack/surroundings.ts'
import { SeededRandom } from './seeded-random.ts'

interface Event {
  readonly at: number
  readonly order: number
  readonly action: () => void
}

/** A host's surroundings in virtual time; whoever makes the host sets `onwake` to its turn. */
export interface VirtualSurroundings extends Surroundings {
  onwake: () => void
}

/**
 * Virtual time for any number of hosts: events happen in order of their time, and of their making
 * where the time is the same, so that the same program and seed give the same run.
 */
export class VirtualClock {
  /** Events that have been run. */
  steps = 0
  private time: number
  private order = 0
  /** A heap: the earliest event on top. */
  private readonly events: Event[] = []

  /** `start` in microseconds; above 0, since 0 stands for 'never' in some records. */
  constructor(start = 1_000_000) {
    this.time = start
  }

  now(): number {
    return this.time
  }

  /** When the next event is due; Infinity = there is none. */
  get next(): number {
    return this.events[0]?.at ?? Number.POSITIVE_INFINITY
  }

  /** Calls `action` at `time`, or at once in this order if that has passed. */
  at(time: number, action: () => void): void {
    this.order += 1
    const event = { at: Math.max(time, this.time), order: this.order, action }
    const { events } = this
    let index = events.length
    events.push(event)
    while (index > 0) {
      const parent = (index - 1) >> 1
      const other = events[parent]
      if (other === undefined || !precedes(event, other)) break
      events[index] = other
      index = parent
    }
    events[index] = event
  }

  /** Runs all events up to `until`; returns how many. Time is then `until`, or that of the last event if it is Infinity. */
  run(until: number): number {
    const before = this.steps
    while (this.step(until));
    return this.steps - before
  }

  /** Runs the next event if it is due by `until`; false = none is, and time is then `until`, unless that is Infinity. */
  step(until: number): boolean {
    const next = this.events[0]
    if (next === undefined || next.at > until) {
      if (until !== Number.POSITIVE_INFINITY) this.time = Math.max(this.time, until)
      return false
    }
    this.takeFirst()
    this.time = next.at
    this.steps += 1
    next.action()
    return true
  }

  /** Time passes to `time`, and what is due by then has still to be run. */
  skip(time: number): void {
    this.time = Math.max(this.time, time)
  }

  /** Surroundings for one host: this clock, and random numbers from `seed`. */
  surroundings(seed: number): VirtualSurroundings {
    const random = new SeededRandom(seed)
    let wakeAt = Number.POSITIVE_INFINITY
    const made: VirtualSurroundings = {
      onwake: () => {},
      now: () => this.now(),
      random: () => random.uint32(),
      wake: (at) => {
        const asked = Math.max(at, this.now())
        // Whoever turns at the earlier time asks again.
        if (asked >= wakeAt) return
        wakeAt = asked
        this.at(asked, () => {
          if (wakeAt !== asked) return
          wakeAt = Number.POSITIVE_INFINITY
          made.onwake()
        })
      },
    }
    return made
  }

  private takeFirst(): void {
    const { events } = this
    const last = events.pop()
    if (last === undefined || events.length === 0) return
    let index = 0
    for (;;) {
      let childIndex = 2 * index + 1
      let child = events[childIndex]
      if (child === undefined) break
      const right = events[childIndex + 1]
      if (right !== undefined && precedes(right, child)) {
        childIndex += 1
        child = right
      }
      if (!precedes(child, last)) break
      events[index] = child
      index = childIndex
    }
    events[index] = last
  }
}

function precedes(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
