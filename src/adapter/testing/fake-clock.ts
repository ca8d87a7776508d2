interface PendingTimer {
  /** Milliseconds. */
  readonly callAt: number
}

/**
 * Fake timers that a world can take along: what `install` of @sinonjs/fake-timers returns, which is also what
 * vitest's `vi.useFakeTimers()` and Jest's modern fake timers are made of; or `TestTimers`.
 */
export interface FakeClock {
  /** Milliseconds. */
  readonly now: number
  /** What is pending, by id: an object, from version 15.2 on a Map; absent before the first timer. */
  readonly timers?: ReadonlyMap<unknown, PendingTimer> | Readonly<Record<string, PendingTimer>> | undefined
  /** Fires the first timer, at its time. */
  next(): unknown
  /** Lets so many milliseconds pass. */
  tick(milliseconds: number): unknown
}

/** The fake timers that are installed at present; undefined = time is the true one. */
export function installedClock(): FakeClock | undefined {
  return (globalThis.setTimeout as { readonly clock?: FakeClock }).clock
}

/** When the next timer is due, in the clock's milliseconds; Infinity = none is pending. */
export function nextTimer(clock: FakeClock): number {
  let first = Number.POSITIVE_INFINITY
  const { timers = {} } = clock
  // Jest's Map is one of another realm: `instanceof` does not know it.
  const pending = isMap(timers) ? timers.values() : Object.values(timers)
  for (const { callAt } of pending) first = Math.min(first, Math.max(callAt, clock.now))
  return first
}

function isMap(timers: NonNullable<FakeClock['timers']>): timers is ReadonlyMap<unknown, PendingTimer> {
  return 'values' in timers && typeof timers.values === 'function'
}
