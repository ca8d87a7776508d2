import type { State } from '../tcp/states.ts'
import { add, after, before, later } from '../wire/seq.ts'
import { ACK, FIN, SYN, type TcpSegment } from '../wire/tcp.ts'
import { SentSpace } from './sent-space.ts'

/** The largest shift there is (RFC 7323, 2.3). */
const MAX_SHIFT = 14
/** Linux's least retransmission timeout, microseconds; a SYN waits longer (RFC 6298, 2.1). */
const SHORTEST_TIMEOUT = 200_000
const LARGEST_WINDOW = 0xffff << MAX_SHIFT

/** One end of a connection that is observed. */
export interface ObservedEnd {
  readonly address: string
  readonly port: number
  /** Its state as far as the segments so far tell; '' while nothing does. */
  readonly state: State | ''
}

/** What can be told of one end of a connection from the segments that it sends and is sent. */
export class EndTrack implements ObservedEnd {
  readonly address: string
  readonly port: number
  state: State | '' = ''
  /** What it has sent. */
  sent = new SentSpace()
  /** Its SYN was seen, with this number and shift (-1 for none), at this time. */
  hasSyn = false
  iss = 0
  shift = -1
  synTime = 0
  /** Its SYN came again, so late that it was sent again. */
  synRepeated = false
  /** That SYN has moved it to SYN-SENT or SYN-RECEIVED; it was the answer to another. */
  opened = false
  passive = false
  /** Its FIN was seen, with the number below this. */
  hasFin = false
  finEnd = 0
  /** Its highest acknowledgment number, and the window with the last one: in bytes where its shift is known. */
  hasAck = false
  lastAck = 0
  window = 0
  windowKnown = false
  /** Highest number that its windows have allowed. */
  edge = 0
  /** How often it has said the same again. */
  duplicates = 0
  /** What its last segment was sent for: '' for nothing of the kind. */
  probing: '' | 'keepalive' | 'zero window probe' = ''
  /** What it was last asked for by duplicates has been sent, from this number on. */
  hurried = false
  hurriedSeq = 0
  /** Its SYN has been acknowledged, which it will note once it has answered the peer's. */
  synAcknowledged = false
  /** Its FIN has been acknowledged with or behind the peer's FIN, which it will note once it has answered that. */
  finAcknowledged: '' | 'with fin' | 'after fin' = ''

  constructor(address: string, port: number) {
    this.address = address
    this.port = port
  }

  /** Takes note of a segment it has sent, no RST; `probe` says whether that asks for an answer only. */
  take(segment: TcpSegment, time: number, peer: EndTrack, probe: EndTrack['probing']): void {
    const { flags, seq, ack } = segment
    if (flags & SYN) {
      if (this.sent.known && !(this.hasSyn && this.iss === seq)) this.restart()
      this.synRepeated = this.hasSyn && time - this.synTime >= SHORTEST_TIMEOUT
      this.hasSyn = true
      this.iss = seq
      this.shift = segment.windowScale
      this.synTime = time
    }
    this.probing = probe
    const number = numbersOf(segment)
    this.sent.take(seq, number, time, segment.hasTimestamps ? segment.tsVal : -1)
    if (flags & FIN && !this.hasFin) {
      this.hasFin = true
      this.finEnd = add(seq, number)
    }
    if (flags & ACK) this.takeAck(segment, ack, peer)
  }

  private takeAck(segment: TcpSegment, ack: number, peer: EndTrack): void {
    if (!this.hasAck || after(ack, this.lastAck)) {
      this.duplicates = 0
      // Who still opens has sent no more than was seen: that is of a connection before.
      if (peer.state !== 'SYN-SENT') peer.sent.acknowledge(ack)
    }
    if (this.hasAck && before(ack, this.lastAck)) return
    this.window = windowOf(this, peer, segment)
    this.windowKnown = (segment.flags & SYN) !== 0 || shiftOf(this, peer) >= 0
    const edge = add(ack, this.windowKnown ? this.window : LARGEST_WINDOW)
    this.edge = this.hasAck ? later(edge, this.edge) : edge
    this.lastAck = ack
    this.hasAck = true
  }

  /** Begins again with a SYN of another number: nothing of what was before counts any more. */
  private restart(): void {
    this.sent = new SentSpace()
    this.opened = false
    this.passive = false
    this.hasFin = false
    this.hasAck = false
    this.duplicates = 0
    this.hurried = false
    this.synAcknowledged = false
    this.finAcknowledged = ''
  }

  /** Whether `ack` is of its SYN. */
  isSynAcknowledged(ack: number): boolean {
    return this.hasSyn && after(ack, this.iss) && !after(ack, this.sent.nxt)
  }

  /** Whether `ack` is of its FIN. */
  isFinAcknowledged(ack: number): boolean {
    return this.hasFin && ack === this.finEnd
  }
}

/** How many sequence numbers a segment takes. */
export function numbersOf(segment: TcpSegment): number {
  const { flags, payloadLength } = segment
  return payloadLength + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0)
}

/** The window that a segment of `end` announces, in bytes; as it stands there where its shift is not known. */
export function windowOf(end: EndTrack, peer: EndTrack, segment: TcpSegment): number {
  const shift = segment.flags & SYN ? 0 : Math.max(0, shiftOf(end, peer))
  return segment.window * 2 ** shift
}

/** Of the windows of `end`; -1 where a SYN was not seen. Both must have asked for a shift (RFC 7323, 2.2). */
function shiftOf(end: EndTrack, peer: EndTrack): number {
  if (!end.hasSyn || !peer.hasSyn) return -1
  return end.shift < 0 || peer.shift < 0 ? 0 : Math.min(end.shift, MAX_SHIFT)
}
