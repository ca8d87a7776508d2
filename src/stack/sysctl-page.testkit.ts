import type { Knob, KnobValue } from '../tcp/knob.ts'
import { allowed } from '../tcp/knob-value.ts'
import { type HostConfig, KNOBS } from './config.ts'
import { formatSysctl, sysctlPath } from './sysctl-text.ts'

const INTRODUCTION = `# Settings

Every choice that the RFCs leave to an implementation, by the names and in the units of Linux's sysctls. This page is
made from the table in the source (\`npm run docs:sysctl\`).

\`\`\`ts
const host = new Host(surroundings, { tcp_keepalive_time: 600 }) // over the preset 'linux'; a third argument: 'rfc'
host.setSysctl('net.ipv4.tcp_keepalive_time', 300) // while it runs
host.sysctl('tcp_keepalive_time') // 300
\`\`\`

An unknown name, or a value that a setting does not take, throws a RangeError that says what would be right. A name may
have Linux's path before it, with dots or slashes; on the command line a setting is \`--sysctl tcp_sack=0\`.

A change takes effect at once, for connections that are there as well, unless the table says *new*: then for connections
opened from then on. What a socket has set for itself (TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_SYNCNT, TCP_LINGER2)
stays as it is. A timer that runs already ends as it was set, but for keepalive (tcp_keepalive_time) and the time that
fragments are held, which are set anew; how often something is tried again is looked at when it is tried.

Of two values in the default column the first is that of the preset \`linux\`, the second, in parentheses, that of
\`rfc\`.
`

const HEAD = '| Name | Default | Takes | Unit | What it is | Source |\n|---|---|---|---|---|---|\n'

/** docs/sysctl.md. */
export function sysctlPage(): string {
  const named = Object.entries(KNOBS) as [keyof HostConfig, Knob][]
  named.sort(([a], [b]) => (sysctlPath(a) < sysctlPath(b) ? -1 : 1))
  const rows = (ours: boolean) => named.filter(([, knob]) => (knob.folder === '') === ours).map(row)
  const linux = rows(false).join('')
  const own = rows(true).join('')
  return `${INTRODUCTION}\n## Sysctls of Linux\n\n${HEAD}${linux}\n## Constants of Linux, and names of our own\n\n${HEAD}${own}`
}

function row([name, knob]: [keyof HostConfig, Knob]): string {
  const { linux, rfc, unit, about, source, affects } = knob
  const values = shown(linux) === shown(rfc) ? shown(linux) : `${shown(linux)} (${shown(rfc)})`
  const takes = knob.kind === 'flag' ? '0, 1' : bounds(knob)
  const fresh = affects === 'at once' ? '' : ' (*new*)'
  return `| \`${sysctlPath(name)}\` | ${values} | ${takes} | ${unit} | ${about}${fresh} | ${source} |\n`
}

function bounds(knob: Knob): string {
  switch (knob.kind) {
    case 'integer':
      return `${knob.least} to ${knob.most}`
    case 'triple':
      return `three ascending, ${knob.least} to ${knob.most}`
    case 'port range':
      return 'two ascending, 1 to 65535'
    default:
      return allowed(knob)
  }
}

function shown(value: KnobValue): string {
  return formatSysctl(value).replaceAll('\t', ' ')
}
