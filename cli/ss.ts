import { Command } from 'commander'
import type { SocketState } from '../src/stack/snapshot.ts'
import { parseAddress } from '../src/wire/address-text.ts'
import { EXIT } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { print } from './print.ts'
import { run } from './run-command.ts'
import { addRunningOptions, ask, findRunning, RUNNING_HELP, type Running, type RunningOptions } from './running.ts'
import { FilterError, parseFilter, type SsFilter } from './ss-filter.ts'
import { NETSTAT_STATES, netstatTable } from './ss-netstat.ts'
import { ALL_STATES, DEFAULT_STATES, LISTENING_STATES } from './ss-states.ts'
import { ssSummary } from './ss-summary.ts'
import { type OwnedSocket, ssTable, type TableOptions } from './ss-table.ts'

interface SsOptions extends RunningOptions {
  all?: boolean
  listening?: boolean
  options?: boolean
  info?: boolean
  memory?: boolean
  extended?: boolean
  processes?: boolean
  summary?: boolean
  numeric?: boolean
  ipv4?: boolean
  ipv6?: boolean
  header: boolean
  json?: boolean
  netstat?: boolean
}

export function ssCommand(): Command {
  const command = new Command('ss')
    .description('show the connections of running estab processes, as ss does those of the kernel')
    .argument('[filter...]', 'state STATE, exclude STATE, and an expression, such as: dport = :80')
    .option('-a, --all', 'sockets in every state')
    .option('-l, --listening', 'listeners only')
    .option('-t, --tcp', 'TCP, of which alone is told anyway')
    .option('-n, --numeric', 'rates in full; addresses and ports are numbers anyway')
    .option(
      '-o, --options',
      'the timer that runs: its name, the time left, retransmissions or probes; with -i the options in use',
    )
    .option('-e, --extended', 'who holds it: its owner, nobody yet (unaccepted), nobody any more (orphan)')
    .option('-m, --memory', 'memory: received (r) of at most (rb), written (w) of at most (tb), in bytes')
    .option('-p, --processes', 'the process')
    .option('-i, --info', 'the inner life of TCP')
    .option('-s, --summary', 'how many there are in each state')
    .option('-4, --ipv4', 'IPv4 only')
    .option('-6, --ipv6', 'IPv6 only')
    .option('-H, --no-header', 'without the line of titles')
    .option('--json', 'all that is known, for programs: times in microseconds where Linux has no other unit')
    .option('--netstat', 'in the manner of netstat')
  return addRunningOptions(command)
    .addHelpText('after', HELP)
    .action((words: string[], options: SsOptions) => run(() => ss(words, options)))
}

const HELP = `
Without -a, -l or a state: connections that are established or on the way there or back; not listeners, half-open
connections and TIME-WAIT. Recv-Q and Send-Q are bytes that were not read and not acknowledged yet; of a listener,
connections that wait to be accepted and how many may. Where the filter names one state only, its column is left out.
${RUNNING_HELP}

Filter:
  [state STATE | exclude STATE]...      first; several add up
  src HOST, dst HOST                    10.0.0.1  10.0.0.0/8  10.0.0.1:80  [fd00::1]:80  fd00::/8  :80
  sport OP PORT, dport OP PORT          OP: = != < <= > >= (or eq ne lt le gt ge); PORT: :80 or the name of a service
  not, and, or, ( )                     in this order; side by side means and
States: established, syn-sent, syn-recv, fin-wait-1, fin-wait-2, time-wait, closed, close-wait, last-ack, listening,
  closing; all, connected (all but listening and closed), synchronized (connected but syn-sent), bucket (syn-recv and
  time-wait), big (all but those).

Examples:
  estab ss -tan
  sudo estab ss -ti state established '( dport = :80 or sport = :80 )'
  estab ss -o state fin-wait-2 dst 10.9.0.0/24
  estab ss --netstat -a
  estab ss --json -a -i -m | jq '.[] | select(.recvQ > 0)'

Exit codes: 0 it was told, even if there is nothing to tell, 1 wrong usage, 2 no process could be asked.`

async function ss(words: readonly string[], options: SsOptions): Promise<number> {
  const filter = filterOf(words)
  const processes = await findRunning(options)
  if (options.summary === true) {
    await print(ssSummary(await Promise.all(processes.map((each) => ask(each, 'sockstat', {})))))
    return EXIT.ok
  }
  const states = filter.states ?? statesOf(options)
  const lists = await Promise.all(processes.map((each) => socketsOf(each, states, options)))
  const sockets = lists.flat().filter(({ socket }) => filter.matches(socket) && ofFamily(socket.local, options))
  await print(shown(sockets, states, options))
  return EXIT.ok
}

function filterOf(words: readonly string[]): SsFilter {
  try {
    return parseFilter(words)
  } catch (error) {
    if (error instanceof FilterError) throw new Failure(`${error.message} (estab ss --help tells more)`, EXIT.usage)
    throw error
  }
}

function statesOf(options: SsOptions): ReadonlySet<SocketState> {
  if (options.all === true) return ALL_STATES
  if (options.listening === true) return LISTENING_STATES
  return options.netstat === true ? NETSTAT_STATES : DEFAULT_STATES
}

async function socketsOf(
  running: Running,
  states: ReadonlySet<SocketState>,
  options: SsOptions,
): Promise<OwnedSocket[]> {
  const sockets = await ask(running, 'ss', {
    states: [...states],
    info: options.info === true,
    memory: options.memory === true,
  })
  return sockets.map((socket) => ({ socket, pid: running.pid, process: running.name }))
}

/** A listener of both families is of each. */
function ofFamily(local: string, options: SsOptions): boolean {
  if (options.ipv4 === options.ipv6 || local === '*') return true
  return (parseAddress(local)?.isV4 === true) === (options.ipv4 === true)
}

function shown(sockets: readonly OwnedSocket[], states: ReadonlySet<SocketState>, options: SsOptions): string {
  if (options.json === true) {
    const records = sockets.map(({ socket, pid, process }) => ({ ...socket, pid, process }))
    return `${JSON.stringify(records, null, 1)}\n`
  }
  const table: TableOptions = {
    header: options.header,
    states: states.size !== 1,
    numeric: options.numeric === true,
    timers: options.options === true,
    processes: options.processes === true,
    extended: options.extended === true,
  }
  return options.netstat === true ? netstatTable(sockets, netstatTitle(options), table) : ssTable(sockets, table)
}

function netstatTitle(options: SsOptions): string {
  if (options.all === true) return 'servers and established'
  return options.listening === true ? 'only servers' : 'w/o servers'
}
