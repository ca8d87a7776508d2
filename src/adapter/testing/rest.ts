import { setImmediate } from 'node:timers'

/** The true one, whatever fake timers put in its place later. */
const immediate = setImmediate

/** Rounds of immediates that code under test may take before it counts as never coming to rest. */
const ROUNDS = 10_000

/** Resolves when no microtask and no immediate is left to run. Rejects with Error when they go on and on. */
export async function atRest(): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    // Microtasks and ticks come before an immediate, however many follow from one another.
    await new Promise<void>((resolve) => {
      immediate(resolve)
    })
    if (!process.getActiveResourcesInfo().includes('Immediate')) return
  }
  throw new Error(`the code under test never rests: one immediate follows another, ${ROUNDS} times`)
}
