import type { TestProject } from 'vitest/node'
import { mustRun } from '../../interop/support/requirements.ts'
import { obstacle } from './chromium.ts'
import { LabProcess } from './lab-process.ts'

/** Says once why nothing will run, or serves the built lab; LAB_ADDRESS names one that is served already. */
export async function setup({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  const reason = obstacle()
  provide('obstacle', reason)
  provide('address', process.env.LAB_ADDRESS ?? '')
  if (reason !== '' && mustRun()) throw new Error(`the end-to-end tests cannot run: ${reason}`)
  if (reason !== '') process.stderr.write(`\nEND-TO-END TESTS ARE SKIPPED: ${reason}\n\n`)
  if (reason !== '' || process.env.LAB_ADDRESS !== undefined) return undefined
  const lab = await LabProcess.start()
  provide('address', lab.address)
  return () => lab.stop()
}

declare module 'vitest' {
  interface ProvidedContext {
    address: string
    /** '' = none. */
    obstacle: string
  }
}
