import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What `npm test` has built. */
export const ESTAB = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

/** Milliseconds. */
const PATIENCE = 60_000

/** What a command has said. */
interface Outcome {
  code: number
  stdout: string
  stderr: string
}

/** Runs `estab` with those arguments. */
export function estab(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [ESTAB, ...args], { timeout: PATIENCE }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}
