import { SeededRandom } from '../../sim/seeded-random.ts'
import { errorText, tellFailure } from './evidence.ts'
import { type FaultKind, type PlannedFault, planFaults } from './fault-plan.ts'
import { shrink } from './shrink.ts'
import { TestTimers } from './test-timers.ts'
import { TestWorld, type WorldTest } from './test-world.ts'

/** One way in which a test fails. */
export interface ExploredFailure {
  readonly seed: number
  /** The fewest that still break it. */
  readonly faults: readonly PlannedFault[]
  readonly error: string
  readonly ladder: string
  /** Seed, faults, error and ladder, to be printed. */
  readonly report: string
}

/** The same for all worker threads, but for the seeds. */
export interface Exploration {
  readonly seeds: readonly number[]
  readonly faults: readonly FaultKind[]
  readonly within: number
}

/** Explores in this thread. */
export async function exploreHere(test: WorldTest, exploration: Exploration): Promise<ExploredFailure[]> {
  const failures: ExploredFailure[] = []
  for (const seed of exploration.seeds) {
    const plan = planFaults(new SeededRandom(seed).named('faults'), exploration.faults, exploration.within)
    const failure = await attempt(test, seed, plan)
    if (failure === null) continue
    const fewest = await shrink(plan, async (fewer) => {
      const other = await attempt(test, seed, fewer)
      return other !== null && keyOf(other) === keyOf(failure)
    })
    failures.push((await attempt(test, seed, fewest)) ?? failure)
  }
  return distinct(failures)
}

/** Runs a test once; null = it passed. */
async function attempt(
  test: WorldTest,
  seed: number,
  faults: readonly PlannedFault[],
): Promise<ExploredFailure | null> {
  const world = new TestWorld(seed, faults)
  // Its own, whatever is installed: timers that one attempt leaves behind must not fire in the next.
  const timers = new TestTimers().install()
  try {
    await test(world)
    return null
  } catch (thrown) {
    const error = errorText(thrown)
    const ladder = world.recorder.ladder()
    return { seed, faults, error, ladder, report: tellFailure(seed, faults, error, ladder) }
  } finally {
    timers.uninstall()
  }
}

/** Of the failures that are alike the one with the fewest faults, and of those the first. */
export function distinct(failures: readonly ExploredFailure[]): ExploredFailure[] {
  const kept = new Map<string, ExploredFailure>()
  for (const failure of [...failures].sort((a, b) => a.faults.length - b.faults.length || a.seed - b.seed))
    if (!kept.has(keyOf(failure))) kept.set(keyOf(failure), failure)
  return [...kept.values()]
}

function keyOf({ error }: ExploredFailure): string {
  return error.replace(/\d+(\.\d+)?/g, '#')
}
