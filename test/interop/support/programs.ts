import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/** Where the compiled programs are, as they lie in the project. */
export const OUTPUT = join(ROOT, 'dist/.interop')

/** Compiles every test/interop/**\/*-main.ts, the programs that tests start, for the oldest Node that runs estab. */
export function buildPrograms(): void {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  const project = join(ROOT, 'test/interop/support/tsconfig.json')
  try {
    execFileSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    throw new Error(`the interop programs do not compile:\n${(error as { stdout?: string }).stdout}`, { cause: error })
  }
}

/** Where the compiled program of test/interop/`name`.ts is: 'support/relay-main'. */
export function programPath(name: string): string {
  return join(OUTPUT, 'test/interop', `${name}.js`)
}
