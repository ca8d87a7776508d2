import { type Failure, seedAskedFor, tellFailure, writeCapture } from './evidence.ts'
import { distinct, exploreHere } from './exploration.ts'
import { exploreOnAllCores } from './explore-pool.ts'
import { FAULT_KINDS, type FaultKind, type PlannedFault } from './fault-plan.ts'
import type { WorldTest } from './test-world.ts'

export interface ExploreOptions {
  /** So many seeds from 1 on, or these; 100 if not given. ESTAB_SEED goes before it. */
  readonly seeds?: number | readonly number[]
  /** What may go wrong; everything if not given. */
  readonly faults?: readonly FaultKind[]
  /** Faults begin within so many seconds of the world; 2 if not given. */
  readonly within?: number
  /** What the captures of failures are called; 'explore' if not given. */
  readonly name?: string
  /** Where they are written; 'test-results' if not given. */
  readonly folder?: string
}

/** One way in which a test fails. */
export interface ExploredFailure {
  readonly seed: number
  /** The fewest that still break it. */
  readonly faults: readonly PlannedFault[]
  readonly error: string
  readonly ladder: string
  /** Path of the pcapng of the run with those faults. */
  readonly capture: string
  /** Seed, faults, error, ladder and the capture's path, to be printed. */
  readonly report: string
}

const SEEDS = 100
const WITHIN = 2

/**
 * Runs a test with many seeds, in each of them with one to three faults by chance, and shrinks what fails to the
 * fewest faults that still break it. A test in a module of its own, exported as `test`, is given as the module's URL
 * and runs on all cores; a function runs in this thread. Returns one failure for each way to fail, and writes its
 * capture: errors that differ in numbers alone are one.
 */
export async function explore(test: WorldTest | URL, options: ExploreOptions = {}): Promise<ExploredFailure[]> {
  const asked = seedAskedFor()
  const { seeds = SEEDS, faults = FAULT_KINDS, within = WITHIN } = options
  const all = typeof seeds === 'number' ? Array.from({ length: seeds }, (_, i) => i + 1) : seeds
  const exploration = { seeds: asked === undefined ? all : [asked], faults, within }
  const found = await (test instanceof URL ? exploreOnAllCores(test, exploration) : exploreHere(test, exploration))
  return distinct(found).map((failure) => leave(failure, options))
}

/** Leaves a failure's evidence on disk. */
function leave(failure: Failure, { name = 'explore', folder }: ExploreOptions): ExploredFailure {
  const { seed, faults, error, ladder } = failure
  const capture = writeCapture(failure, name, folder)
  return { seed, faults, error, ladder, capture, report: tellFailure(failure, capture) }
}
