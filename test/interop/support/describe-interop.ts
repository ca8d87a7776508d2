import { describe, it } from 'vitest'
import { mustRun, obstacle } from './requirements.ts'

/**
 * `describe` for tests that need the kernel and `programs`. Where they cannot run, they are skipped with the reason
 * in their name; under CI=true they fail with it.
 */
export function describeInterop(name: string, programs: readonly string[], tests: () => void): void {
  const reason = obstacle(programs)
  if (reason === '') {
    describe(name, tests)
  } else if (mustRun()) {
    it(name, () => {
      throw new Error(`cannot run: ${reason}`)
    })
  } else {
    describe.skip(`${name} (skipped: ${reason})`, tests)
  }
}
