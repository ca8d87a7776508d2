import type { Flow } from '../stack/probe.ts'
import type { State } from '../tcp/states.ts'
import { ACK, RST, SYN, type TcpSegment } from '../wire/tcp.ts'
import type { SequenceBase } from './notation.ts'

/** One of the two ends of a connection. */
export type End = 0 | 1

export function otherEnd(end: End): End {
  return end === 0 ? 1 : 0
}

/** States in which a SYN may begin a connection, and so set what numbers count from. */
const OPENING: ReadonlySet<State> = new Set(['CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED', 'TIME-WAIT'])

/**
 * What the relative numbers of one connection count from: the initial sequence number of each end.
 * Where the SYN was not seen, the first segment's numbers become 1, as in tcpdump.
 */
export class SequenceOrigins {
  private readonly initial = new Uint32Array(2)
  private readonly known: [boolean, boolean] = [false, false]

  /** To be told of every segment; true when it begins the connection anew, with another initial number. */
  learn(from: End, segment: TcpSegment, flow: Flow | null): boolean {
    const peer = otherEnd(from)
    let anew = false
    if (segment.flags & SYN) {
      // A SYN into a connection that is up is an error or an attack (RFC 9293, 3.10.7.4): no new origin.
      if (!this.known[from] || flow === null || OPENING.has(flow.state)) {
        anew = this.known[from] && this.initial[from] !== segment.seq
        if (anew && !(segment.flags & ACK)) this.known[peer] = false
        this.set(from, segment.seq)
      }
    } else if (!this.known[from] && !(segment.flags & RST)) {
      this.set(from, segment.seq - 1)
    }
    if (!this.known[peer] && segment.flags & ACK) this.set(peer, segment.ack - 1)
    return anew
  }

  /** For a segment sent by `from`. A RST of an end that sent nothing else counts from itself: `R. 0:0(0)`. */
  base(from: End, segment: TcpSegment): SequenceBase {
    return {
      seq: this.known[from] ? this.initial[from] : segment.seq,
      ack: this.initial[otherEnd(from)],
    }
  }

  private set(end: End, value: number): void {
    this.initial[end] = value
    this.known[end] = true
  }
}
