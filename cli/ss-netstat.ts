import { SOCKET_STATES, type SocketSnapshot, type SocketState, type SocketTimer } from '../src/stack/snapshot.ts'
import { ALL_STATES } from './ss-states.ts'
import type { OwnedSocket, TableOptions } from './ss-table.ts'

const STATES: Readonly<Record<SocketState, string>> = {
  ESTAB: 'ESTABLISHED',
  'SYN-SENT': 'SYN_SENT',
  'SYN-RECV': 'SYN_RECV',
  'FIN-WAIT-1': 'FIN_WAIT1',
  'FIN-WAIT-2': 'FIN_WAIT2',
  'TIME-WAIT': 'TIME_WAIT',
  UNCONN: 'CLOSE',
  'CLOSE-WAIT': 'CLOSE_WAIT',
  'LAST-ACK': 'LAST_ACK',
  LISTEN: 'LISTEN',
  CLOSING: 'CLOSING',
}

const TIMERS = { on: 'on', keepalive: 'keepalive', timewait: 'timewait', persist: 'probe' } as const

/** What netstat shows of its own accord: everything but listeners. */
export const NETSTAT_STATES: ReadonlySet<SocketState> = new Set([...ALL_STATES].filter((state) => state !== 'LISTEN'))

/** The table that `netstat -tn` prints; `shown`: 'w/o servers', 'only servers' or 'servers and established'. */
export function netstatTable(sockets: readonly OwnedSocket[], shown: string, options: TableOptions): string {
  const lines = sockets.map((each) => netstatLine(each, options))
  if (options.header) {
    const title = row(['Proto', 'Recv-Q', 'Send-Q', 'Local Address', 'Foreign Address', 'State'])
    const program = options.processes ? ` ${'PID/Program name'.padEnd(19)}` : ''
    lines.unshift(`Active Internet connections (${shown})`, `${title}${program}${options.timers ? ' Timer' : ''}`)
  }
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

function netstatLine({ socket, pid, process }: OwnedSocket, options: TableOptions): string {
  const six = socket.local === '*' || socket.local.includes(':')
  const listens = socket.state === 'LISTEN'
  const fields = row([
    six ? 'tcp6' : 'tcp',
    String(socket.recvQ),
    // It has the backlog nowhere.
    String(listens ? 0 : socket.sendQ),
    end(socket.local, socket.localPort),
    end(socket.peer, socket.peerPort),
    STATES[socket.state],
  ])
  const program = options.processes ? ` ${programOf(socket, pid, process).padEnd(19)}` : ''
  return `${fields}${program}${options.timers ? ` ${timerText(socket.timer)}` : ''}`
}

function row([proto = '', received = '', sent = '', local = '', foreign = '', state = '']: readonly string[]): string {
  const queues = `${received.padStart(6)} ${sent.padStart(6)}`
  return `${proto.padEnd(5)} ${queues} ${local.padEnd(23)} ${foreign.padEnd(23)} ${state.padEnd(11)}`
}

function end(address: string, port: number): string {
  return `${address === '*' ? '::' : address}:${port === 0 ? '*' : port}`
}

function programOf(socket: SocketSnapshot, pid: number, process: string): string {
  return socket.state === SOCKET_STATES['TIME-WAIT'] ? '-' : `${pid}/${process}`
}

function timerText(timer: SocketTimer | null): string {
  if (timer === null) return 'off (0.00/0/0)'
  const probes = timer.name === 'on' || timer.name === 'timewait' ? 0 : timer.retransmissions
  const again = timer.name === 'on' ? timer.retransmissions : 0
  return `${TIMERS[timer.name]} (${(timer.left / 1_000_000).toFixed(2)}/${again}/${probes})`
}
