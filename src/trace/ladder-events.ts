import type { State } from '../tcp/states.ts'
import { ACK, FIN, RST, SYN, type TcpSegment } from '../wire/tcp.ts'
import { formatFlags, formatHeader, formatOptions, formatRange, type SequenceBase } from './notation.ts'
import type { End } from './sequence-origins.ts'

/** What a segment is for in the first place; decides its colour and the weight of its line. */
export type Kind = 'syn' | 'fin' | 'rst' | 'data' | 'ack'

/** What a ladder writes on an arrow. */
export interface Label {
  readonly kind: Kind
  /** Flags, sequence numbers, length, acknowledgement, window: `P. 1:74(73) ack 1 win 502`. */
  readonly header: string
  /** The options; '' for none. */
  readonly options: string
  /** Enough to know the segment again where it arrives: `P. 1:74(73)`, `. ack 74`. */
  readonly brief: string
  /** What the caller says of it, `GET / HTTP/1.1`; '' for nothing. */
  readonly note: string
}

export interface Sent {
  readonly type: 'sent'
  /** The sender. */
  readonly end: End
  readonly time: number
  /** Counts the sender's segments. */
  readonly order: number
  readonly label: Label
  /** What it is matched by. */
  readonly key: string
  readonly fingerprint: string
  readonly seq: number
  readonly length: number
  readonly segmentSize: number
  readonly retransmission: boolean
  readonly probe: boolean
  /** Its first arrival. */
  received: Received | null
}

export interface Received {
  readonly type: 'received'
  /** The receiver. */
  readonly end: End
  readonly time: number
  readonly label: Label
  /** Null: its sending was not seen. */
  readonly sent: Sent | null
  /** One segment sent, one received; not a piece of a super-segment or several joined. */
  readonly whole: boolean
  readonly duplicate: boolean
  readonly reordered: boolean
}

export interface Moved {
  readonly type: 'moved'
  readonly end: End
  readonly time: number
  readonly from: State
  readonly to: State
}

export type LadderEvent = Sent | Received | Moved

export function labelOf(segment: TcpSegment, base: SequenceBase, note: string, timestamps: boolean): Label {
  const { flags, payloadLength } = segment
  const pure = payloadLength === 0 && !(flags & (SYN | FIN | RST)) && (flags & ACK) !== 0
  return {
    kind: kindOf(segment),
    header: formatHeader(segment, base),
    // The timestamps of a SYN negotiate; those of all other segments would only fill the page.
    options: formatOptions(segment, base, timestamps || (flags & SYN) !== 0),
    brief: pure
      ? `${formatFlags(flags)} ack ${(segment.ack - base.ack) >>> 0}`
      : `${formatFlags(flags)} ${formatRange(segment, base)}`,
    note,
  }
}

function kindOf(segment: TcpSegment): Kind {
  if (segment.flags & RST) return 'rst'
  if (segment.flags & SYN) return 'syn'
  if (segment.flags & FIN) return 'fin'
  return segment.payloadLength > 0 ? 'data' : 'ack'
}
