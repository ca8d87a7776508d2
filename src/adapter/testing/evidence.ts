import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeFault, type PlannedFault } from './fault-plan.ts'
import type { TestWorld } from './test-world.ts'

/** Where captures go if nothing else is said. */
const FOLDER = 'test-results'

/** A test that failed, as plain data that worker threads can send. */
export interface Failure {
  readonly seed: number
  readonly faults: readonly PlannedFault[]
  readonly error: string
  readonly ladder: string
  /** A pcapng file. */
  readonly pcapng: Uint8Array
}

/** How a test failed in `world`. */
export function failureOf(world: TestWorld, error: string): Failure {
  const { seed, faults, recorder } = world
  return { seed, faults, error, ladder: recorder.ladder(), pcapng: recorder.pcapng() }
}

/** Writes the capture to `folder`, which is made where it is missing; returns the file's path. */
export function writeCapture({ seed, pcapng }: Failure, name: string, folder = FOLDER): string {
  mkdirSync(folder, { recursive: true })
  const safe = name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80)
  const path = join(folder, `${safe}-seed-${seed}.pcapng`)
  writeFileSync(path, pcapng)
  return path
}

/** What is said of a failure: the seed, the faults, the error, the ladder and the path of its capture. */
export function tellFailure({ seed, faults, error, ladder }: Failure, capture: string): string {
  const what = faults.length === 0 ? '' : `faults: ${faults.map(describeFault).join('; ')}\n`
  return `seed ${seed} (ESTAB_SEED=${seed} runs it alone)\n${what}${error}\n\n${ladder}\ncapture: ${capture}\n`
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
