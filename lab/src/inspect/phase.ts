import type { State } from 'estab'

/** Phases of a connection, as the colours are named. */
export type Phase = 'closed' | 'opening' | 'open' | 'closing' | 'time-wait'

export function phaseOf(state: State): Phase {
  switch (state) {
    case 'CLOSED':
    case 'LISTEN':
      return 'closed'
    case 'SYN-SENT':
    case 'SYN-RECEIVED':
      return 'opening'
    case 'ESTABLISHED':
      return 'open'
    case 'TIME-WAIT':
      return 'time-wait'
    default:
      return 'closing'
  }
}
