import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { readScript } from '../src/sim/script/read-script.ts'
import { runScript } from '../src/sim/script/run-script.ts'
import { describeBadLine, describeFailure } from '../src/sim/script/script-report.ts'
import { EXIT } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { print } from './print.ts'
import { run } from './run-command.ts'
import { integer } from './values.ts'

interface RunOptions {
  seed: number
}

/** A script did not hold. */
const FAILED = 1
const DEFAULT_WIDTH = 100

export function scriptCommand(): Command {
  return new Command('run')
    .description('play scripts: socket calls, segments to a host in memory, segments that it must send')
    .argument('<file...>', 'scripts, such as examples/scripts/handshake.estab')
    .option('--seed <number>', "of the host's random numbers", integer(0, 0xffff_ffff), 1)
    .addHelpText(
      'after',
      `
A script has a line for each event, at so many seconds after the line before:

  listen 80
  +0.0  < S 0:0(0) win 32792 <mss 1000>
  +0.0  > S. 0:0(0) ack 1 <mss 1460>
  +0.1  < . 1:1(0) ack 1 win 257
  state ESTABLISHED

docs/notation.md, 'Scripts', has all statements. Needs neither root nor network.

Exit codes: 0 all hold, 1 one does not or wrong usage, 2 a file cannot be read.`,
    )
    .action((files: string[], options: RunOptions) => run(() => play(files, options)))
}

async function play(files: readonly string[], { seed }: RunOptions): Promise<number> {
  let failed = 0
  for (const file of files) {
    const problem = problemOf(contents(file), seed)
    if (problem !== '') failed += 1
    await print(problem === '' ? `ok      ${file}\n` : `failed  ${file}\n${problem}\n`)
  }
  if (files.length > 1) await print(`${files.length - failed} of ${files.length} scripts hold\n`)
  return failed === 0 ? EXIT.ok : FAILED
}

/** '' = every line holds. */
function problemOf(text: string, seed: number): string {
  const script = readScript(text)
  if (script.badLines.length > 0) return script.badLines.map(describeBadLine).join('\n')
  const failure = runScript(script, { seed })
  return failure === null ? '' : describeFailure(failure, process.stdout.columns ?? DEFAULT_WIDTH)
}

function contents(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}
