import type { SimHost } from '../sim/sim-host.ts'
import type { State } from '../tcp/states.ts'
import { ACK, FIN, RST, SYN } from '../wire/tcp.ts'
import type { Stage } from './stage.ts'

/** A segment that a host has sent. */
export interface SentSegment {
  /** Microseconds since the play began. */
  readonly at: number
  /** 'SYN', 'SYN,ACK', 'ACK', 'FIN,ACK', 'RST', 'RST,ACK'. */
  readonly kind: string
  readonly seq: number
  readonly ack: number
  /** Bytes of data. */
  readonly length: number
}

/** What one host of a play does from now on, for claims about it: the states that its connections enter, the segments that it sends. */
export class HostLog {
  readonly states: State[] = []
  readonly sent: SentSegment[] = []

  constructor(stage: Stage, host: SimHost) {
    stage.world.watch(host, {
      packet() {},
      segment: (direction, _ip, { flags, seq, ack, payloadLength }) => {
        if (direction !== 'out') return
        this.sent.push({ at: stage.world.now, kind: kindOf(flags), seq, ack, length: payloadLength })
      },
      state: (_flow, _from, to) => {
        this.states.push(to)
      },
    })
  }

  /** The states that were entered, in order: 'FIN-WAIT-1 > FIN-WAIT-2 > TIME-WAIT'. */
  get path(): string {
    return this.states.join(' > ')
  }

  /** Segments of that kind, in the order in which they were sent. */
  ofKind(kind: string): SentSegment[] {
    return this.sent.filter((segment) => segment.kind === kind)
  }
}

function kindOf(flags: number): string {
  const names: string[] = []
  if (flags & SYN) names.push('SYN')
  if (flags & FIN) names.push('FIN')
  if (flags & RST) names.push('RST')
  if (flags & ACK) names.push('ACK')
  return names.join(',')
}
