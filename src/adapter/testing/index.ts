/** `estab/testing`: virtual time for real code, for vitest, Jest and node:test. */
export { type ExploredFailure, type ExploreOptions, explore } from './explore.ts'
export type { FakeClock } from './fake-clock.ts'
export type { FaultKind, PlannedFault } from './fault-plan.ts'
export { outcome, type RunOptions, run } from './run.ts'
export { TestTimers } from './test-timers.ts'
export { TestWorld, type WorldTest } from './test-world.ts'
export { type FixtureContext, type WorldOptions, withWorld, worldFixture } from './with-world.ts'
