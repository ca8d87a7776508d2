/** All that a host asks of the world around it: time, to be woken, and chance. */
export interface Surroundings {
  /** Monotonic clock, integer microseconds. */
  now(): number
  /** Asks for a turn at the time `at` (now or earlier: as soon as may be). An earlier wish holds beside a later one. */
  wake(at: number): void
  /** A uint32 that nobody can foresee; from a seed in tests and simulations. */
  random(): number
}
