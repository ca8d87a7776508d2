import type { Flow } from '../stack/probe.ts'
import type { State } from '../tcp/states.ts'
import { add, after, before } from '../wire/seq.ts'
import { ACK, FIN, RST, SYN, type TcpSegment } from '../wire/tcp.ts'
import {
  changesOf,
  fieldsOf,
  type Label,
  type LadderEvent,
  labelOf,
  type Received,
  type Sent,
} from './ladder-events.ts'
import { type Match, Matching } from './matching.ts'
import { ABSOLUTE, type SequenceBase } from './notation.ts'
import { Queue } from './queue.ts'
import { type End, otherEnd, SequenceOrigins } from './sequence-origins.ts'
import { type Sighting, sightingOf, sightingOfPacket } from './sighting.ts'

/** How much of a segment goes into its label. */
export interface LabelStyle {
  readonly describe: (segment: TcpSegment) => string
  readonly timestamps: boolean
  readonly absolute: boolean
}

/** What one end has sent so far. */
class Sender {
  readonly matching = new Matching()
  sent = 0
  /** End of the highest sequence range sent; -1 = nothing yet. */
  highest = -1
  /** Its SYN carried an ACK. */
  answered = false
  /** Highest `order` that has arrived. */
  arrived = -1
}

/** What is told of a segment beside when it was seen and what it is matched by. */
type Told = Pick<Sent, 'label' | 'fields' | 'base' | 'retransmission' | 'probe'>
type Arrived = Pick<Received, 'label' | 'changed' | 'missing'>

/** One connection, or what goes between two UDP ports, as two hosts have seen it: what a ladder is drawn from. */
export class Conversation {
  /** Address and port of either end, as text. */
  readonly endpoints: readonly [string, string]
  /** What its host is called; '' unknown. */
  readonly names: [string, string] = ['', '']
  readonly events = new Queue<LadderEvent>()
  /** The state of either end before the first event that is kept; '' = unknown. */
  readonly initial: [State | '', State | ''] = ['', '']
  /** Events that are no longer kept. */
  dropped = 0
  /** Of the events kept, those that are not state changes. */
  private segments = 0
  private readonly origins = new SequenceOrigins()
  private readonly senders = [new Sender(), new Sender()] as const

  constructor(endpoints: readonly [string, string]) {
    this.endpoints = endpoints
  }

  get hasSegments(): boolean {
    return this.segments > 0
  }

  send(end: End, segment: TcpSegment, flow: Flow | null, now: number, style: LabelStyle): void {
    const sender = this.senders[end]
    this.meet(end, flow)
    this.learn(end, segment, flow)
    const base = this.base(end, segment, style)
    this.addSent(end, now, sightingOf(segment), {
      label: labelOf(segment, base, style.describe(segment), style.timestamps),
      fields: fieldsOf(segment, base),
      base,
      ...advance(sender, segment),
    })
  }

  receive(end: End, segment: TcpSegment, flow: Flow | null, now: number, style: LabelStyle): void {
    const from = otherEnd(end)
    this.meet(end, flow)
    const sighting = sightingOf(segment)
    const match = this.senders[from].matching.find(sighting, now)
    // Where the peer is not watched, this is how its numbers become known.
    if (match.sent === null) this.learn(from, segment, flow)
    if (match.whole && match.sent !== null) {
      const changes = changesOf(match.sent.fields, fieldsOf(segment, match.sent.base))
      this.addReceived(end, now, sighting, match, { label: match.sent.label, ...changes })
    } else {
      const base = this.base(from, segment, style)
      const label = labelOf(segment, base, style.describe(segment), style.timestamps)
      this.addReceived(end, now, sighting, match, { label, changed: '', missing: '' })
    }
  }

  /** A packet that is no segment; `key` tells it from others. */
  sendPacket(end: End, key: string, label: Label, now: number): void {
    const told = { label, fields: [], base: ABSOLUTE, retransmission: false, probe: false }
    this.addSent(end, now, sightingOfPacket(key), told)
  }

  receivePacket(end: End, key: string, label: Label, now: number): void {
    const sighting = sightingOfPacket(key)
    const match = this.senders[otherEnd(end)].matching.find(sighting, now)
    this.addReceived(end, now, sighting, match, { label, changed: '', missing: '' })
  }

  /** A TCB that a segment for a listener has made begins in LISTEN: its host has been there all the time. */
  listens(end: End): void {
    this.begin(end)
    if (this.initial[end] === '') this.initial[end] = 'LISTEN'
  }

  move(end: End, from: State, to: State, now: number): void {
    if (from === 'CLOSED') this.begin(end)
    if (this.initial[end] === '') {
      // So goes a new TCB for which a port has been listened on.
      this.initial[end] = from === 'CLOSED' && to === 'SYN-RECEIVED' ? 'LISTEN' : from
    }
    this.events.push({ type: 'moved', end, time: now, from, to })
  }

  /** Forgets the oldest event. */
  drop(): void {
    const event = this.events.shift()
    if (event === undefined) return
    this.dropped++
    if (event.type === 'moved') this.initial[event.end] = event.to
    else this.segments--
    if (event.type === 'sent') this.senders[event.end].matching.forget(event)
  }

  private addSent(end: End, time: number, sighting: Sighting, told: Told): void {
    const sender = this.senders[end]
    const sent: Sent = { type: 'sent', end, time, order: sender.sent++, ...sighting, ...told, received: null }
    sender.matching.add(sent)
    this.segments++
    this.events.push(sent)
  }

  private addReceived(end: End, time: number, sighting: Sighting, match: Match, told: Arrived): void {
    const sender = this.senders[otherEnd(end)]
    const { sent, whole, duplicate } = match
    const order = sent === null ? sender.arrived : sent.order
    const reordered = !duplicate && order < sender.arrived
    const received: Received = { type: 'received', end, time, ...told, sent, whole, duplicate, reordered }
    sender.arrived = Math.max(sender.arrived, order)
    sender.matching.settle(match, sighting, received)
    this.segments++
    this.events.push(received)
  }

  /** A SYN that begins the connection anew takes both ends' numbers back to the beginning. */
  private learn(from: End, segment: TcpSegment, flow: Flow | null): void {
    if (!this.origins.learn(from, segment, flow)) return
    this.begin(from)
    if (!(segment.flags & ACK)) this.begin(otherEnd(from))
  }

  /** Nothing that `end` sends from now on repeats what it has sent before. */
  private begin(end: End): void {
    this.senders[end].highest = -1
  }

  private base(from: End, segment: TcpSegment, style: LabelStyle): SequenceBase {
    return style.absolute ? ABSOLUTE : this.origins.base(from, segment)
  }

  private meet(end: End, flow: Flow | null): void {
    if (this.initial[end] === '' && flow !== null && flow.state !== 'CLOSED') this.initial[end] = flow.state
  }
}

/** Moves the highest sequence number on, and says whether `segment` repeats what lies below it. */
function advance(sender: Sender, segment: TcpSegment): { retransmission: boolean; probe: boolean } {
  const { flags, seq } = segment
  const size = segment.payloadLength + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0)
  const known = sender.highest >= 0 && !(flags & RST)
  // A SYN,ACK that follows a SYN of the same end answers that of the peer: both open at the same time.
  const answers = (flags & SYN) !== 0 && (flags & ACK) !== 0 && !sender.answered
  const retransmission = known && size > 0 && before(seq, sender.highest) && !answers
  const probe = known && size === 0 && add(seq, 1) === sender.highest
  const end = add(seq, size)
  if (flags & SYN) sender.answered = (flags & ACK) !== 0
  if (!(flags & RST) && (sender.highest < 0 || after(end, sender.highest))) sender.highest = end
  return { retransmission, probe }
}
