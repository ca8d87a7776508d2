import { SeededRandom } from '../../sim/seeded-random.ts'
import { errorText, type Failure, failureOf } from './evidence.ts'
import { type FaultKind, type PlannedFault, planFaults } from './fault-plan.ts'
import { shrink } from './shrink.ts'
import { TestTimers } from './test-timers.ts'
import { TestWorld, type WorldTest } from './test-world.ts'

/** The same for all worker threads, but for the seeds. */
export interface Exploration {
  readonly seeds: readonly number[]
  readonly faults: readonly FaultKind[]
  readonly within: number
}

/** Explores in this thread. */
export async function exploreHere(test: WorldTest, exploration: Exploration): Promise<Failure[]> {
  let failures: Failure[] = []
  for (const seed of exploration.seeds) {
    const plan = planFaults(new SeededRandom(seed).named('faults'), exploration.faults, exploration.within)
    let worst = await attempt(test, seed, plan)
    if (worst === null) continue
    const key = keyOf(worst.error)
    await shrink(plan, async (fewer) => {
      const other = await attempt(test, seed, fewer)
      if (other === null || keyOf(other.error) !== key) return false
      worst = other
      return true
    })
    failures = distinct([...failures, failureOf(worst.world, worst.error)])
  }
  return failures
}

/** Runs a test once; null = it passed. */
async function attempt(
  test: WorldTest,
  seed: number,
  faults: readonly PlannedFault[],
): Promise<{ world: TestWorld; error: string } | null> {
  const world = new TestWorld(seed, faults)
  // Its own, whatever is installed: timers that one attempt leaves behind must not fire in the next.
  const timers = new TestTimers().install()
  try {
    await test(world)
    return null
  } catch (thrown) {
    return { world, error: errorText(thrown) }
  } finally {
    timers.uninstall()
  }
}

/** Of the failures that are alike the one with the fewest faults, and of those the first. */
export function distinct(failures: readonly Failure[]): Failure[] {
  const kept = new Map<string, Failure>()
  for (const failure of [...failures].sort((a, b) => a.faults.length - b.faults.length || a.seed - b.seed)) {
    const key = keyOf(failure.error)
    if (!kept.has(key)) kept.set(key, failure)
  }
  return [...kept.values()]
}

/** What errors that differ in numbers alone have in common. */
function keyOf(error: string): string {
  return error.replace(/\d+(\.\d+)?/g, '#')
}
