import { buildPrograms } from './programs.ts'
import { mustRun, obstacle } from './requirements.ts'

/** Says once why nothing will run, or makes the programs that the tests start. */
export function setup(): void {
  const reason = obstacle()
  if (reason === '') buildPrograms()
  else if (mustRun()) throw new Error(`the interop tests cannot run: ${reason}`)
  else process.stderr.write(`\nINTEROP TESTS ARE SKIPPED: ${reason}\n\n`)
}
