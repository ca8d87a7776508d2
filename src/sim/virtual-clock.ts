import type { Surroundings } from '../stack/surroundings.ts'
import { Alarm } from './alarm.ts'
import { EventQueue } from './event-queue.ts'
import { SeededRandom } from './seeded-random.ts'

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
  private readonly events = new EventQueue()

  /** `start` in microseconds; above 0, since 0 stands for 'never' in some records. */
  constructor(start = 1_000_000) {
    this.time = start
  }

  now(): number {
    return this.time
  }

  /** When the next event is due; Infinity = there is none. */
  get next(): number {
    return this.events.first?.at ?? Number.POSITIVE_INFINITY
  }

  /** Calls `action` with `subject` at `time`, or at once in this order if that has passed. */
  at(time: number, action: () => void): void
  at<T>(time: number, action: (subject: T) => void, subject: T): void
  at(time: number, action: (subject: unknown) => void, subject?: unknown): void {
    this.add(time, this.takeOrder(), action, subject)
  }

  /** Runs all events up to `until`; returns how many. Time is then `until`, or that of the last event if it is Infinity. */
  run(until: number): number {
    const before = this.steps
    while (this.step(until));
    return this.steps - before
  }

  /** Runs the next event if it is due by `until`; false = none is, and time is then `until`, unless that is Infinity. */
  step(until: number): boolean {
    const next = this.events.take(until)
    if (next === undefined) {
      if (until !== Number.POSITIVE_INFINITY) this.time = Math.max(this.time, until)
      return false
    }
    this.time = next.at
    this.steps += 1
    next.action(next.subject)
    return true
  }

  /** Time passes to `time`, and what is due by then has still to be run. */
  skip(time: number): void {
    this.time = Math.max(this.time, time)
  }

  /** Surroundings for one host: this clock, and random numbers from `seed`. */
  surroundings(seed: number): VirtualSurroundings {
    const random = new SeededRandom(seed)
    const alarm = new Alarm(this, () => made.onwake())
    const made: VirtualSurroundings = {
      onwake: () => {},
      now: () => this.time,
      random: () => random.uint32(),
      wake: (at) => alarm.ask(at),
    }
    return made
  }

  /** A place among the events of the same time, for `add`. */
  takeOrder(): number {
    this.order += 1
    return this.order
  }

  /** As `at`, in the place of `order`. */
  add(time: number, order: number, action: (subject: unknown) => void, subject: unknown): void {
    const at = Math.max(time, this.time)
    this.events.add({ at, order, action, subject }, at === this.time)
  }
}
