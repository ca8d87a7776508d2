import { type SocketMemory, socketMemory } from '../tcp/socket-memory.ts'
import type { State } from '../tcp/states.ts'
import type { Tcb } from '../tcp/tcb.ts'
import { type TcpInfo, tcpInfo } from '../tcp/tcp-info.ts'
import type { Address } from '../wire/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import { Endpoint, nobody } from './endpoint.ts'
import type { Listener } from './listener.ts'
import { listenerMemory } from './listener-memory.ts'
import type { TimeWait } from './time-wait-record.ts'

/** A state as Linux's `ss` names it. */
export type SocketState =
  | 'ESTAB'
  | 'SYN-SENT'
  | 'SYN-RECV'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'TIME-WAIT'
  | 'UNCONN'
  | 'CLOSE-WAIT'
  | 'LAST-ACK'
  | 'LISTEN'
  | 'CLOSING'

/** What `ss` calls the states of RFC 9293. */
export const SOCKET_STATES: Readonly<Record<State, SocketState>> = {
  ESTABLISHED: 'ESTAB',
  'SYN-SENT': 'SYN-SENT',
  'SYN-RECEIVED': 'SYN-RECV',
  'FIN-WAIT-1': 'FIN-WAIT-1',
  'FIN-WAIT-2': 'FIN-WAIT-2',
  'TIME-WAIT': 'TIME-WAIT',
  CLOSED: 'UNCONN',
  'CLOSE-WAIT': 'CLOSE-WAIT',
  'LAST-ACK': 'LAST-ACK',
  LISTEN: 'LISTEN',
  CLOSING: 'CLOSING',
}

/** The timer that runs, as `ss -o` shows it. */
export interface SocketTimer {
  /** 'on': a retransmission, a tail loss probe or the reordering window; the others by their names. */
  readonly name: 'on' | 'keepalive' | 'timewait' | 'persist'
  /** Microseconds until it fires. */
  readonly left: number
  /** Retransmissions or probes in a row that had no answer. */
  readonly retransmissions: number
}

/** One connection, half-open connection, listener or TIME-WAIT entry at one moment: plain data, fit for JSON. */
export interface SocketSnapshot {
  readonly state: SocketState
  /** Bytes that wait to be read; LISTEN: connections that wait to be accepted. */
  readonly recvQ: number
  /** Bytes not yet acknowledged, an own SYN or FIN counted as one; LISTEN: the backlog. */
  readonly sendQ: number
  /** '*' = any address of either family. */
  readonly local: string
  readonly localPort: number
  /** '*', '0.0.0.0' or '::' with port 0 for a listener. */
  readonly peer: string
  readonly peerPort: number
  readonly timer: SocketTimer | null
  /** Who holds it: a socket, the listener that it is yet to be accepted from, or nobody any more (an orphan, TIME-WAIT). */
  readonly holder: 'socket' | 'listener' | 'nobody'
  /** Name of the congestion control; '' = it has none yet, or no more. */
  readonly congestion: string
  /** As asked for by `info`; null in LISTEN, and where too little is remembered (half-open, TIME-WAIT). */
  readonly info: TcpInfo | null
  /** As asked for by `memory`, in LISTEN of all connections that wait to be accepted; null else as for `info`. */
  readonly memory: SocketMemory | null
}

/** What to tell. */
export interface SnapshotOptions {
  /** Only sockets in these states; all if absent. */
  readonly states?: ReadonlySet<SocketState>
  /** With `info`; without if absent. */
  readonly info?: boolean
  /** With `memory`; without if absent. */
  readonly memory?: boolean
}

/** Whose sockets are told of: TcpService. */
export interface SocketSource {
  connections(): Iterable<Endpoint | TimeWait>
  listening(): readonly Listener[]
}

/** Every socket of `source` at `now` microseconds, as `ss` would show them: listeners first. */
export function snapshots(source: SocketSource, now: number, options: SnapshotOptions = {}): SocketSnapshot[] {
  const { states } = options
  const sockets: SocketSnapshot[] = []
  if (states === undefined || states.has('LISTEN')) {
    for (const listener of source.listening()) sockets.push(ofListener(listener, options))
  }
  for (const each of source.connections()) {
    if (states !== undefined && !states.has(SOCKET_STATES[each.state])) continue
    sockets.push(each instanceof Endpoint ? ofEndpoint(each, now, options) : ofTimeWait(each, now))
  }
  return sockets
}

function ofListener(listener: Listener, options: SnapshotOptions): SocketSnapshot {
  const { address } = listener
  return {
    state: 'LISTEN',
    recvQ: listener.ready.length,
    sendQ: listener.backlog,
    local: address === null ? '*' : formatAddress(address),
    localPort: listener.port,
    peer: address === null ? '*' : anyOf(address),
    peerPort: 0,
    timer: null,
    holder: 'socket',
    congestion: '',
    info: null,
    memory: options.memory === true ? listenerMemory(listener) : null,
  }
}

function anyOf(address: Address): string {
  return address.isV4 ? '0.0.0.0' : '::'
}

function ofTimeWait(entry: TimeWait, now: number): SocketSnapshot {
  return {
    state: 'TIME-WAIT',
    recvQ: 0,
    sendQ: 0,
    local: entry.localAddress,
    localPort: entry.localPort,
    peer: entry.remoteAddress,
    peerPort: entry.remotePort,
    timer: { name: 'timewait', left: Math.max(0, entry.until - now), retransmissions: 0 },
    holder: 'nobody',
    congestion: '',
    info: null,
    memory: null,
  }
}

function ofEndpoint(endpoint: Endpoint, now: number, options: SnapshotOptions): SocketSnapshot {
  const { tcb } = endpoint.connection
  // Linux keeps next to nothing of a connection that is half open, and of one in TIME-WAIT.
  const brief = halfOpen(tcb) || tcb.state === 'TIME-WAIT'
  return {
    state: SOCKET_STATES[tcb.state],
    recvQ: brief ? 0 : tcb.reassembly.readable,
    sendQ: brief ? 0 : sendQueue(tcb),
    local: endpoint.localAddress,
    localPort: endpoint.localPort,
    peer: endpoint.remoteAddress,
    peerPort: endpoint.remotePort,
    timer: timerOf(tcb, now),
    holder: holderOf(endpoint),
    congestion: brief ? '' : tcb.control.name,
    info: options.info === true && !brief ? tcpInfo(tcb, endpoint.mtu, now) : null,
    memory: options.memory === true && !brief ? socketMemory(tcb) : null,
  }
}

/** In SYN-RECEIVED by a listener; a simultaneous open is a connection like others. */
function halfOpen(tcb: Tcb): boolean {
  return tcb.state === 'SYN-RECEIVED' && tcb.passive
}

/** Sequence space from SND.UNA to the end of what was written. */
function sendQueue(tcb: Tcb): number {
  const syn = tcb.state === 'SYN-SENT' || tcb.state === 'SYN-RECEIVED' ? 1 : 0
  const fin = tcb.finQueued && !tcb.finAcknowledged ? 1 : 0
  return tcb.sendBuffer.length + syn + fin
}

function holderOf(endpoint: Endpoint): SocketSnapshot['holder'] {
  const { tcb } = endpoint.connection
  if (tcb.orphaned) return 'nobody'
  if (endpoint.owner !== nobody) return 'socket'
  return tcb.passive && tcb.state !== 'CLOSED' ? 'listener' : 'nobody'
}

/** Linux has one timer for all that sends again, and shows the first of these that runs. */
function timerOf(tcb: Tcb, now: number): SocketTimer | null {
  const { timers } = tcb
  const on = Math.min(timers.retransmit, timers.lossProbe, timers.reorder)
  return (
    timer('on', on, tcb.retransmits, now) ??
    timer('persist', timers.persist, tcb.probesOut, now) ??
    timer('timewait', timers.timeWait, 0, now) ??
    timer('keepalive', timers.keepalive, tcb.probesOut, now)
  )
}

function timer(name: SocketTimer['name'], at: number, retransmissions: number, now: number): SocketTimer | null {
  return at === Number.POSITIVE_INFINITY ? null : { name, left: Math.max(0, at - now), retransmissions }
}
