import { EXIT } from './exit-codes.ts'
import { explain } from './failure.ts'
import { Interrupts } from './interrupts.ts'
import { TunHost } from './tun-host.ts'
import type { TunHostOptions } from './tun-options.ts'

/** Connections get so long to close when the command ends, milliseconds. */
const FAREWELL = 2000

/**
 * Runs `work` on a TUN host of its own and ends in order, whatever happens: FIN to every connection that is
 * left, a few seconds for them to close, RST at the second Ctrl-C or when the time is over. Resolves to the
 * exit code: that of `work`, or `interrupted` after Ctrl-C; null = `work` itself ends then. Rejects as `work`
 * does, or when the device is lost.
 */
export async function withTunHost(
  options: TunHostOptions,
  interrupted: number | null,
  work: (tun: TunHost, interrupts: Interrupts) => Promise<number>,
): Promise<number> {
  const interrupts = new Interrupts()
  const tun = await TunHost.open(options)
  try {
    const working = work(tun, interrupts)
    // It goes on for a moment after an interrupt, and then fails because its connections are gone.
    working.catch(() => {})
    const outcomes = [working, tun.lost]
    if (interrupted !== null) outcomes.push(interrupts.first.then(() => interrupted))
    const code = await Promise.race(outcomes)
    await farewell(tun, interrupts, options.stats === true)
    return code
  } catch (error) {
    await farewell(tun, interrupts, options.stats === true)
    throw error
  } finally {
    tun.close()
    interrupts.dispose()
  }
}

async function farewell(tun: TunHost, interrupts: Interrupts, stats: boolean): Promise<void> {
  if (stats) process.stderr.write(tun.report())
  const impatient = interrupts.any ? interrupts.second : interrupts.first
  tun.closeAll()
  const clean = await Promise.race([tun.drained(FAREWELL), impatient.then(() => false), tun.lost.catch(() => true)])
  if (clean) return
  tun.abortAll()
  // The turn that sends the resets comes before the next round of the event loop.
  await new Promise((resolve) => setImmediate(resolve))
}

/** Runs a command to its end and ends the process with its exit code, or with a line that says what went wrong. */
export async function run(command: () => Promise<number>): Promise<void> {
  let code: number
  try {
    code = await command()
  } catch (error) {
    process.stderr.write(`estab: ${explain(error)}\n`)
    code = hasExitCode(error) ? error.exitCode : EXIT.failure
  }
  process.exit(code)
}

function hasExitCode(error: unknown): error is { exitCode: number } {
  return error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number'
}
