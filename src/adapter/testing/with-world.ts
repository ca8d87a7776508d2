import { errorText, failureOf, seedAskedFor, tellFailure, writeCapture } from './evidence.ts'
import { installedClock } from './fake-clock.ts'
import { TestTimers } from './test-timers.ts'
import { TestWorld } from './test-world.ts'

export interface WorldOptions {
  /** 1 if not given; the environment's ESTAB_SEED goes before it. */
  readonly seed?: number
  /** What the capture of a failure is called; 'world' if not given. */
  readonly name?: string
  /** Where it is written; 'test-results' if not given. */
  readonly folder?: string
  /** Takes what is said of a failure; stderr if not given. */
  readonly print?: (text: string) => void
}

/** As much of vitest's test context as the fixture uses. */
export interface FixtureContext {
  readonly task: {
    readonly name: string
    readonly result?:
      | { readonly state?: string; readonly errors?: readonly { readonly message?: string }[] | undefined }
      | undefined
  }
}

/**
 * Gives `test` a world and runs it, with fake timers unless some are installed already. When it throws, the seed and
 * the ladder are printed and a capture is written; the error goes on to the caller.
 */
export async function withWorld<T>(options: WorldOptions, test: (world: TestWorld) => T | Promise<T>): Promise<T> {
  const world = new TestWorld(seedAskedFor() ?? options.seed ?? 1)
  try {
    return await withTimers(() => test(world))
  } catch (error) {
    tell(world, errorText(error), options)
    throw error
  }
}

/**
 * A fixture for vitest: `test.extend({ world: worldFixture({ seed: 7 }) })`. Timers are the test's own affair:
 * `vi.useFakeTimers()` makes them go with the world.
 */
export function worldFixture(
  options: WorldOptions = {},
): (context: FixtureContext, use: (world: TestWorld) => Promise<void>) => Promise<void> {
  return async ({ task }, use) => {
    const world = new TestWorld(seedAskedFor() ?? options.seed ?? 1)
    await use(world)
    if (task.result?.state !== 'fail') return
    tell(world, task.result.errors?.[0]?.message ?? 'the test failed', { name: task.name, ...options })
  }
}

/** Runs `action` with fake timers: those that are installed, or `TestTimers` meanwhile. */
async function withTimers<T>(action: () => T | Promise<T>): Promise<T> {
  if (installedClock() !== undefined) return action()
  const timers = new TestTimers().install()
  try {
    return await action()
  } finally {
    timers.uninstall()
  }
}

function tell(world: TestWorld, error: string, { name = 'world', folder, print = toStderr }: WorldOptions): void {
  const failure = failureOf(world, error)
  print(tellFailure(failure, writeCapture(failure, name, folder)))
}

function toStderr(text: string): void {
  process.stderr.write(text)
}
