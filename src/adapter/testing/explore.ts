import { seedAskedFor } from './evidence.ts'
import { distinct, type ExploredFailure, exploreHere } from './exploration.ts'
import { exploreOnAllCores } from './explore-pool.ts'
import { FAULT_KINDS, type FaultKind } from './fault-plan.ts'
import type { WorldTest } from './test-world.ts'

export interface ExploreOptions {
  /** So many seeds from 1 on, or these; 100 if not given. ESTAB_SEED goes before it. */
  readonly seeds?: number | readonly number[]
  /** What may go wrong; everything if not given. */
  readonly faults?: readonly FaultKind[]
  /** Faults begin within so many seconds of the world; 2 if not given. */
  readonly within?: number
}

const SEEDS = 100
const WITHIN = 2

/**
 * Runs a test with many seeds, in each of them with one to three faults by chance, and shrinks what fails to the
 * fewest faults that still break it. A test in a module of its own, exported as `test`, is given as the module's URL and runs on all cores; a function
 * runs in this thread. Returns one failure for each way to fail: errors that differ in numbers alone are one.
 */
export async function explore(test: WorldTest | URL, options: ExploreOptions = {}): Promise<ExploredFailure[]> {
  const asked = seedAskedFor()
  const { seeds = SEEDS, faults = FAULT_KINDS, within = WITHIN } = options
  const all = typeof seeds === 'number' ? Array.from({ length: seeds }, (_, i) => i + 1) : seeds
  const exploration = { seeds: asked === undefined ? all : [asked], faults, within }
  if (test instanceof URL) return distinct(await exploreOnAllCores(test, exploration))
  return exploreHere(test, exploration)
}
