import type { State } from '../tcp/states.ts'
import { ACK, FIN, RST, SYN, type TcpSegment, URG } from '../wire/tcp.ts'
import { formatFlags, formatHeader, formatMark, formatOptions, formatRange, type SequenceBase } from './notation.ts'
import type { End } from './sequence-origins.ts'
import type { Sighting } from './sighting.ts'

/** What a segment is for in the first place, or what else it is; decides its colour and the weight of its line. */
export type Kind = 'syn' | 'fin' | 'rst' | 'data' | 'ack' | 'udp' | 'icmp'

/** What a ladder writes on an arrow. */
export interface Label {
  readonly kind: Kind
  /**
   * Flags, sequence numbers, length, acknowledgement, window: `P. 1:74(73) ack 1 win 502`; `udp 100` (bytes of payload);
   * `icmp port-unreachable`.
   */
  readonly header: string
  /** The options; '' for none. */
  readonly options: string
  /** Enough to know the segment again where it arrives: `P. 1:74(73)`, `. ack 74`. */
  readonly brief: string
  /** What the caller says of it, `GET / HTTP/1.1`; '' for nothing. */
  readonly note: string
  /** Bytes that it carries. */
  readonly payload: number
  /** The address of somebody on the way who speaks in the peer's place: a router; '' for none. */
  readonly reporter: string
}

export interface Sent extends Sighting {
  readonly type: 'sent'
  /** The sender. */
  readonly end: End
  readonly time: number
  /** Counts the sender's segments. */
  readonly order: number
  readonly label: Label
  /** What may be changed on the way, and what its numbers count from. */
  readonly fields: readonly string[]
  readonly base: SequenceBase
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
  /** Fields that were not sent so, as they arrived: `win 100, mss 1400`; '' for none. */
  readonly changed: string
  /** Fields that were sent and did not arrive: `sackOK`; '' for none. */
  readonly missing: string
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
    payload: payloadLength,
    reporter: '',
  }
}

/** Of a packet that is no TCP segment. */
export function packetLabel(kind: 'udp' | 'icmp', header: string, payload: number, reporter: string): Label {
  return { kind, header, options: '', brief: header, note: '', payload, reporter }
}

/** Each thing that a segment says beside what it is matched by: flags, window, urgent pointer, options, ECN. */
export function fieldsOf(segment: TcpSegment, base: SequenceBase): string[] {
  const options = formatOptions(segment, base).slice(1, -1).split(',')
  const urgent = segment.flags & URG ? `urg ${segment.urgentPointer}` : ''
  const fields = [
    `flags ${formatFlags(segment.flags)}`,
    `win ${segment.window}`,
    urgent,
    ...options,
    formatMark(segment),
  ]
  return fields.filter((field) => field !== '')
}

/** What of `received` was not so in `sent`, and what of `sent` is in `received` no more. */
export function changesOf(sent: readonly string[], received: readonly string[]): { changed: string; missing: string } {
  const names = new Set(received.map(nameOf))
  return {
    changed: received.filter((field) => !sent.includes(field)).join(', '),
    missing: sent.filter((field) => !names.has(nameOf(field))).join(', '),
  }
}

/** `win` of `win 502`; all ECN marks are one field. */
function nameOf(field: string): string {
  return field.startsWith('[') ? '[' : (field.split(' ')[0] ?? '')
}

function kindOf(segment: TcpSegment): Kind {
  if (segment.flags & RST) return 'rst'
  if (segment.flags & SYN) return 'syn'
  if (segment.flags & FIN) return 'fin'
  return segment.payloadLength > 0 ? 'data' : 'ack'
}
