import { Command } from 'commander'
import { type HostConfig, KNOBS, presets } from '../src/stack/config.ts'
import { formatSysctl, type SysctlText, sysctlName, sysctlTexts } from '../src/stack/sysctl-text.ts'
import type { Knob } from '../src/tcp/knob.ts'
import { allowed } from '../src/tcp/knob-value.ts'
import { EXIT } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { print } from './print.ts'
import { run } from './run-command.ts'
import {
  addRunningOptions,
  ask,
  nobodyRuns,
  RUNNING_HELP,
  type Running,
  type RunningOptions,
  searchRunning,
} from './running.ts'

interface SysctlOptions extends RunningOptions {
  all?: boolean
  write?: boolean
  values?: boolean
  describe?: boolean
  json?: boolean
}

export function sysctlCommand(): Command {
  const command = new Command('sysctl')
    .description('show and change the settings of a running estab process')
    .argument('[setting...]', 'NAME to show it, NAME=VALUE to change it')
    .option('-a, --all', 'all settings')
    .option('-w, --write', 'change, as NAME=VALUE does anyway')
    .option('-n, --values', 'values without names')
    .option('--describe', 'with meaning, unit, default, what is allowed and where it is described')
    .option('--json', 'for programs: one object for each process')
  return addRunningOptions(command)
    .addHelpText('after', HELP)
    .action((words: string[], options: SysctlOptions) => run(() => sysctl(words, options)))
}

const HELP = `
Names are Linux's, with its path or without: tcp_sack, net.ipv4.tcp_sack, net/ipv4/tcp_sack. A change holds until the
process ends, for connections that are there as well where --describe says "at once". Several numbers are separated by
spaces (in quotes) or commas.
${RUNNING_HELP}

Examples:
  estab sysctl -a
  sudo estab sysctl net.ipv4.tcp_fin_timeout
  sudo estab sysctl -w net.ipv4.tcp_fin_timeout=30 tcp_rmem=4096,131072,1048576
  estab sysctl -a --describe | less       the defaults, where no process runs

Exit codes: 0 done, 1 wrong usage, an unknown name or a value that is not allowed, 2 no process could be asked.`

async function sysctl(words: readonly string[], options: SysctlOptions): Promise<number> {
  const changes = words.filter((word) => word.includes('='))
  if (options.write === true && changes.length < words.length) {
    throw new Failure('-w takes NAME=VALUE, such as tcp_fin_timeout=30', EXIT.usage)
  }
  if (words.length === 0 && options.all !== true) {
    throw new Failure('give NAME, NAME=VALUE or -a for all (estab sysctl --help tells more)', EXIT.usage)
  }
  const running = await searchRunning(options)
  if (running.length === 0) {
    if (words.length > 0) throw nobodyRuns(options)
    process.stderr.write('estab: no process runs that could be asked: these are the defaults\n')
    await print(shown(sysctlTexts(presets.linux), options))
    return EXIT.ok
  }
  if (changes.length > 0 && running.length > 1) {
    const paths = running.map(({ path }) => path).join(', ')
    throw new Failure(`there are several: say which to change by --pid or --control (${paths})`, EXIT.usage)
  }
  const answers: { running: Running; texts: readonly SysctlText[] }[] = []
  for (const each of running) answers.push({ running: each, texts: await settle(each, words) })
  if (options.json === true) {
    const records = answers.map(({ running: { pid, name }, texts }) => ({
      pid,
      process: name,
      settings: object(texts),
    }))
    await print(`${JSON.stringify(records, null, 1)}\n`)
    return EXIT.ok
  }
  for (const { running: each, texts } of answers) {
    const heading = running.length > 1 ? `#${each.name} ${each.pid}\n` : ''
    await print(heading + shown(texts, options))
  }
  return EXIT.ok
}

/** Does what `words` say, one by one; all settings where there is none. */
async function settle(running: Running, words: readonly string[]): Promise<readonly SysctlText[]> {
  if (words.length === 0) return ask(running, 'sysctl', {})
  const texts: SysctlText[] = []
  for (const word of words) {
    const request = word.includes('=') ? { set: word } : { name: word }
    texts.push(...(await ask(running, 'sysctl', request)))
  }
  return texts
}

function object(texts: readonly SysctlText[]): Readonly<Record<string, string>> {
  return Object.fromEntries(texts.map(({ name, value }) => [name, value]))
}

function shown(texts: readonly SysctlText[], options: SysctlOptions): string {
  const lines = texts.map(({ name, value }) => {
    const line = options.values === true ? `${value}\n` : `${name} = ${value}\n`
    return options.describe === true ? `${describe(sysctlName(name))}${line}` : line
  })
  return lines.join(options.describe === true ? '\n' : '')
}

/** Comment lines, so that all of it may be kept in a file for sysctl -p. */
function describe(name: keyof HostConfig): string {
  const knob: Knob = KNOBS[name]
  const unit = knob.unit === '' ? '' : ` (${knob.unit})`
  const source = knob.source === 'own name' ? "estab's own" : knob.source
  const [linux, rfc] = [formatSysctl(knob.linux), formatSysctl(knob.rfc)]
  const usual = linux === rfc ? linux : `${linux}, by the RFCs ${rfc}`
  const more = `# Default ${usual}; takes ${allowed(knob)}; a change holds for: ${knob.affects}\n`
  return `# ${knob.about}${unit}. See: ${source}\n${more}`
}
