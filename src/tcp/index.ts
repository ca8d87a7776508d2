/** `estab/tcp`: one connection, without I/O. */
export { linux, rfc, type TcpConfig } from './config.ts'
export type { CongestionControl, CongestionWindow } from './congestion.ts'
export { Connection, type PathSetup } from './connection.ts'
export { TcpCounters } from './counters.ts'
export { InitialSequence } from './isn.ts'
export { Memory } from './memory.ts'
export { newReno } from './newreno.ts'
export { REASONS, type Reason, type ReasonRule } from './reason.ts'
export { refusal } from './refusal.ts'
export { SipHash } from './siphash.ts'
export { type SocketMemory, socketMemory } from './socket-memory.ts'
export { ARCS, type Arc, isArc, STATES, type State } from './states.ts'
export { type RunningTimer, type Status, statusOf } from './status.ts'
export { MAX_STRIP, type ReceivingFate, type SendingFate, type StripPiece } from './strip.ts'
export {
  CLOSED,
  CONNECTED,
  ENDED,
  READABLE,
  SOFT_ERROR,
  type StateObserver,
  type Tcb,
  type TcbSetup,
  type TcpErrorCode,
  URGENT,
  WRITABLE,
} from './tcb.ts'
export { type TcpInfo, tcpInfo } from './tcp-info.ts'
