import { PAGE_BYTES } from '../tcp/chunk-pool.ts'
import type { Memory } from '../tcp/memory.ts'
import { Endpoint } from './endpoint.ts'
import { SOCKET_STATES, type SocketSource, type SocketState } from './snapshot.ts'

/** The line 'TCP' of Linux's /proc/net/sockstat, and how many sockets are in each state. */
export interface SockStat {
  /** Listeners and connections; neither half-open ones nor those in TIME-WAIT. */
  readonly inuse: number
  /** Connections whose owner has gone while they close. */
  readonly orphan: number
  /** Connections in TIME-WAIT. */
  readonly tw: number
  /** `inuse`, and connections in TIME-WAIT that somebody still holds. */
  readonly alloc: number
  /** Memory of all buffers in pages of 4096 bytes. */
  readonly mem: number
  readonly states: Readonly<Record<SocketState, number>>
}

/** Whose sockets are counted: TcpService. */
export interface CountedSource extends SocketSource {
  readonly memory: Memory
  readonly orphanCount: number
}

/** Counts the sockets of `source`. */
export function sockStat(source: CountedSource): SockStat {
  const states = Object.fromEntries(Object.values(SOCKET_STATES).map((state) => [state, 0])) as Record<
    SocketState,
    number
  >
  states.LISTEN = source.listening().length
  let heldTimeWait = 0
  for (const each of source.connections()) {
    states[SOCKET_STATES[each.state]] += 1
    if (each.state === 'TIME-WAIT' && each instanceof Endpoint) heldTimeWait += 1
  }
  const total = Object.values(states).reduce((sum, count) => sum + count, 0)
  const inuse = total - states['SYN-RECV'] - states['TIME-WAIT']
  return {
    inuse,
    orphan: source.orphanCount,
    tw: states['TIME-WAIT'],
    alloc: inuse + heldTimeWait,
    mem: Math.ceil(source.memory.allocated / PAGE_BYTES),
    states,
  }
}
