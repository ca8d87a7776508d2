import type { World } from '../../sim/world.ts'
import { type FakeClock, installedClock, nextTimer } from './fake-clock.ts'
import { atRest } from './rest.ts'

export interface RunOptions {
  /** Ends the run, looked at whenever all is at rest. */
  readonly until?: () => boolean
  /** Ends the run after so many seconds of the world; 3600 if not given. */
  readonly seconds?: number
  /** Timers that go with the world; if not given, the fake timers that are installed at present. */
  readonly clock?: FakeClock
}

const HOUR = 3600
const SECOND = 1_000_000
const MILLISECOND = 1000

/** Microseconds of the world's clock at time 0 of each fake clock that has run with it. */
const origins = new WeakMap<World, WeakMap<FakeClock, number>>()

/**
 * Lets time pass for a world and for code that uses timers, promises and streams beside it: the next event of either,
 * whichever is earlier, and the one after that when no microtask and no immediate is left. Returns whether `until`
 * came to hold; true without one. What waits for true I/O (files, kernel sockets) is not waited for.
 */
export async function run(world: World, options: RunOptions = {}): Promise<boolean> {
  const { until, seconds = HOUR, clock = installedClock() } = options
  const end = world.clock.now() + Math.round(seconds * SECOND)
  const origin = clock === undefined ? 0 : originOf(world, clock)
  // Wires and boots the machines, and runs nothing yet.
  world.runUntil(() => true, 0)
  await atRest()
  while (until === undefined || !until()) {
    const timer = clock === undefined ? Number.POSITIVE_INFINITY : origin + nextTimer(clock) * MILLISECOND
    const event = world.clock.next
    if (Math.min(timer, event) > end) {
      world.clock.step(end)
      follow(clock, origin, end)
      return until === undefined
    }
    if (timer < event) {
      world.clock.skip(timer)
      clock?.next()
    } else {
      follow(clock, origin, event)
      world.clock.step(event)
    }
    await atRest()
  }
  return true
}

/**
 * Runs until `work` has come to its end, and returns its result. Rejects as `work` does, and with Error when it still
 * waits after so many seconds of the world.
 */
export async function outcome<T>(
  world: World,
  work: Promise<T>,
  options: Pick<RunOptions, 'seconds' | 'clock'> = {},
): Promise<T> {
  let over = false
  const note = () => {
    over = true
  }
  work.then(note, note)
  if (await run(world, { ...options, until: () => over })) return work
  throw new Error(`still waiting after ${options.seconds ?? HOUR} s`)
}

/** Brings a clock up to the world's time; no timer of it is due by then. */
function follow(clock: FakeClock | undefined, origin: number, time: number): void {
  if (clock === undefined) return
  const behind = Math.floor((time - origin) / MILLISECOND) - clock.now
  if (behind > 0) clock.tick(behind)
}

function originOf(world: World, clock: FakeClock): number {
  const known = origins.get(world) ?? new WeakMap<FakeClock, number>()
  origins.set(world, known)
  const origin = known.get(clock) ?? world.clock.now() - clock.now * MILLISECOND
  known.set(clock, origin)
  return origin
}
