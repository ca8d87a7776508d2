import { SOCKET_STATES, type SocketState } from '../src/stack/snapshot.ts'

type States = ReadonlySet<SocketState>

export const ALL_STATES: States = new Set(Object.values(SOCKET_STATES))

function except(...states: SocketState[]): States {
  return new Set([...ALL_STATES].filter((state) => !states.includes(state)))
}

/** What ss shows of its own accord: neither listeners nor what hardly is a connection yet, or any more. */
export const DEFAULT_STATES = except('LISTEN', 'UNCONN', 'TIME-WAIT', 'SYN-RECV')
export const LISTENING_STATES: States = new Set(['LISTEN', 'UNCONN'])

const GROUPS: ReadonlyMap<string, States> = new Map<string, States>([
  ['all', ALL_STATES],
  ['connected', except('LISTEN', 'UNCONN')],
  ['synchronized', except('LISTEN', 'UNCONN', 'SYN-SENT')],
  ['bucket', new Set(['SYN-RECV', 'TIME-WAIT'])],
  ['big', except('SYN-RECV', 'TIME-WAIT')],
  ['established', new Set(['ESTAB'])],
  ['syn-rcv', new Set(['SYN-RECV'])],
  ['listening', new Set(['LISTEN'])],
  ['closed', new Set(['UNCONN'])],
  ['close', new Set(['UNCONN'])],
  ['unconnected', new Set(['UNCONN'])],
])

/** The states that `name` stands for in a filter, in any letters; null = none. The names in the table are known, too. */
export function statesNamed(name: string): States | null {
  const state = name.toUpperCase() as SocketState
  return GROUPS.get(name.toLowerCase()) ?? (ALL_STATES.has(state) ? new Set([state]) : null)
}

export const STATE_NAMES = [
  ...['all', 'connected', 'synchronized', 'bucket', 'big', 'established', 'syn-sent', 'syn-recv', 'fin-wait-1'],
  ...['fin-wait-2', 'time-wait', 'closed', 'close-wait', 'last-ack', 'listening', 'closing'],
].join(', ')
