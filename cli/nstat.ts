import { Command } from 'commander'
import { EXIT } from './exit-codes.ts'
import { print } from './print.ts'
import { run } from './run-command.ts'
import { addRunningOptions, ask, findRunning, RUNNING_HELP, type RunningOptions } from './running.ts'

interface NstatOptions extends RunningOptions {
  all?: boolean
  json?: boolean
}

export function nstatCommand(): Command {
  const command = new Command('nstat')
    .description("show the counters of running estab processes, by the names of Linux's MIB")
    .argument('[pattern...]', "only counters of these names, in which * stands for anything: 'TcpExt*'")
    .option('-a, --all', 'those that are 0, too')
    .option('--json', 'for programs: one object for each process')
  return addRunningOptions(command)
    .addHelpText(
      'after',
      `${RUNNING_HELP}

Examples:
  estab nstat
  sudo estab nstat -a 'TcpExt*' TcpRetransSegs
  watch -d sudo estab nstat

Counters count from the start of the process on. Exit codes: 0 they were shown, 1 wrong usage, 2 no process could be asked.`,
    )
    .action((patterns: string[], options: NstatOptions) => run(() => nstat(patterns, options)))
}

async function nstat(patterns: readonly string[], options: NstatOptions): Promise<number> {
  const processes = await findRunning(options)
  const wanted = patterns.map(toExpression)
  const chosen = (name: string, value: number) =>
    (value !== 0 || options.all === true) && (wanted.length === 0 || wanted.some((pattern) => pattern.test(name)))
  const answers = await Promise.all(
    processes.map(async (running) => {
      const counters = Object.entries(await ask(running, 'nstat', {}))
      return { running, counters: counters.filter(([name, value]) => chosen(name, value)) }
    }),
  )
  if (options.json === true) {
    const records = answers.map(({ running: { pid, name }, counters }) => ({
      pid,
      process: name,
      counters: Object.fromEntries(counters),
    }))
    await print(`${JSON.stringify(records, null, 1)}\n`)
    return EXIT.ok
  }
  for (const { running, counters } of answers) {
    await print(`#${running.name} ${running.pid}\n${nstatTable(counters)}`)
  }
  return EXIT.ok
}

/** As nstat prints it. */
function nstatTable(counters: readonly (readonly [string, number])[]): string {
  return counters.map(([name, value]) => `${name.padEnd(31)} ${value}\n`).join('')
}

/** A shell's pattern with `*` and `?`, as a regular expression. */
function toExpression(pattern: string): RegExp {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`)
}
