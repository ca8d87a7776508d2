import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeFault, type PlannedFault } from './fault-plan.ts'
import type { TestWorld } from './test-world.ts'

/** Where captures go if nothing else is said. */
const FOLDER = 'test-results'

/** Writes the capture of a world to `folder`, which is made where it is missing; returns the file's path. */
export function writeCapture(world: TestWorld, name: string, folder = FOLDER): string {
  mkdirSync(folder, { recursive: true })
  const safe = name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80)
  const path = join(folder, `${safe}-seed-${world.seed}.pcapng`)
  writeFileSync(path, Buffer.concat(world.recorder.pcapng()))
  return path
}

/** What is said of a failure: the seed, the faults, the error and the ladder. */
export function tellFailure(seed: number, faults: readonly PlannedFault[], error: string, ladder: string): string {
  const what = faults.length === 0 ? '' : `faults: ${faults.map(describeFault).join('; ')}\n`
  return `seed ${seed} (ESTAB_SEED=${seed} runs it alone)\n${what}${error}\n\n${ladder}\n`
}

/** The seed that ESTAB_SEED asks for; undefined = none. Throws RangeError when it is no integer from 0 to 2^32 - 1. */
export function seedAskedFor(): number | undefined {
  const text = process.env.ESTAB_SEED ?? ''
  if (text === '') return undefined
  const seed = Number(text)
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff)
    throw new RangeError(`ESTAB_SEED is an integer from 0 to 4294967295, not ${text}`)
  return seed
}

/** An error in one line. */
export function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
