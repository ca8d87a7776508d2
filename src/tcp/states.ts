/** The eleven states (RFC 9293, 3.3.2). */
export type State =
  | 'LISTEN'
  | 'SYN-SENT'
  | 'SYN-RECEIVED'
  | 'ESTABLISHED'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'CLOSE-WAIT'
  | 'CLOSING'
  | 'LAST-ACK'
  | 'TIME-WAIT'
  | 'CLOSED'

export const STATES: readonly State[] = [
  'LISTEN',
  'SYN-SENT',
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
  'TIME-WAIT',
  'CLOSED',
]

/** One arc of the state diagram: what happens, what is sent. */
export interface Arc {
  readonly from: State
  readonly to: State
  /** The event, in the words of RFC 9293, figure 5. */
  readonly on: string
  /** The segment sent on the way, '' for none. */
  readonly sends: string
}

/**
 * The state diagram (RFC 9293, figure 5 and the arcs of section 3.10 that the figure leaves out),
 * as data: every move of a connection is checked against it, and the lab draws it.
 */
export const ARCS: readonly Arc[] = [
  { from: 'CLOSED', to: 'LISTEN', on: 'passive OPEN', sends: '' },
  { from: 'CLOSED', to: 'SYN-SENT', on: 'active OPEN', sends: 'SYN' },
  { from: 'LISTEN', to: 'SYN-RECEIVED', on: 'rcv SYN', sends: 'SYN,ACK' },
  { from: 'LISTEN', to: 'SYN-SENT', on: 'SEND or active OPEN', sends: 'SYN' },
  { from: 'LISTEN', to: 'CLOSED', on: 'CLOSE', sends: '' },
  { from: 'SYN-SENT', to: 'SYN-RECEIVED', on: 'rcv SYN', sends: 'SYN,ACK' },
  { from: 'SYN-SENT', to: 'ESTABLISHED', on: 'rcv SYN,ACK', sends: 'ACK' },
  { from: 'SYN-SENT', to: 'CLOSED', on: 'CLOSE, RST or timeout', sends: '' },
  { from: 'SYN-RECEIVED', to: 'ESTABLISHED', on: 'rcv ACK of SYN', sends: '' },
  { from: 'SYN-RECEIVED', to: 'FIN-WAIT-1', on: 'CLOSE, then rcv ACK of SYN', sends: 'FIN' },
  { from: 'SYN-RECEIVED', to: 'LISTEN', on: 'rcv RST', sends: '' },
  { from: 'SYN-RECEIVED', to: 'CLOSED', on: 'RST, ABORT or timeout', sends: '' },
  { from: 'ESTABLISHED', to: 'FIN-WAIT-1', on: 'CLOSE', sends: 'FIN' },
  { from: 'ESTABLISHED', to: 'CLOSE-WAIT', on: 'rcv FIN', sends: 'ACK' },
  { from: 'ESTABLISHED', to: 'CLOSED', on: 'RST, ABORT or timeout', sends: '' },
  { from: 'FIN-WAIT-1', to: 'FIN-WAIT-2', on: 'rcv ACK of FIN', sends: '' },
  { from: 'FIN-WAIT-1', to: 'CLOSING', on: 'rcv FIN', sends: 'ACK' },
  { from: 'FIN-WAIT-1', to: 'TIME-WAIT', on: 'rcv FIN and ACK of FIN', sends: 'ACK' },
  { from: 'FIN-WAIT-1', to: 'CLOSED', on: 'RST, ABORT or timeout', sends: '' },
  { from: 'FIN-WAIT-2', to: 'TIME-WAIT', on: 'rcv FIN', sends: 'ACK' },
  { from: 'FIN-WAIT-2', to: 'CLOSED', on: 'RST, ABORT or timeout', sends: '' },
  { from: 'CLOSE-WAIT', to: 'LAST-ACK', on: 'CLOSE', sends: 'FIN' },
  { from: 'CLOSE-WAIT', to: 'CLOSED', on: 'RST, ABORT or timeout', sends: '' },
  { from: 'CLOSING', to: 'TIME-WAIT', on: 'rcv ACK of FIN', sends: '' },
  { from: 'CLOSING', to: 'CLOSED', on: 'RST, ABORT or timeout', sends: '' },
  { from: 'LAST-ACK', to: 'CLOSED', on: 'rcv ACK of FIN, RST, ABORT or timeout', sends: '' },
  { from: 'TIME-WAIT', to: 'CLOSED', on: 'Timeout=2MSL or RST', sends: '' },
]

const allowed: ReadonlySet<string> = new Set(ARCS.map((arc) => `${arc.from}>${arc.to}`))

/** Whether the state diagram has an arc from `from` to `to`. */
export function isArc(from: State, to: State): boolean {
  return allowed.has(`${from}>${to}`)
}
