import type { Flow } from '../stack/probe.ts'
import type { State } from '../tcp/states.ts'
import { add, after, before } from '../wire/seq.ts'
import { FIN, RST, SYN, type TcpSegment } from '../wire/tcp.ts'
import { type LadderEvent, labelOf, type Received, type Sent } from './ladder-events.ts'
import { fingerprintOf, keyOf, Matching } from './matching.ts'
import { ABSOLUTE } from './notation.ts'
import { Queue } from './queue.ts'
import { type End, otherEnd, SequenceOrigins } from './sequence-origins.ts'

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
  /** Highest `order` that has arrived. */
  arrived = -1
}

/** One connection as two hosts have seen it: what a ladder is drawn from. */
export class Conversation {
  /** Address and port of either end, as text. */
  readonly endpoints: readonly [string, string]
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
    if (this.origins.learn(end, segment, flow)) sender.highest = -1
    const { retransmission, probe } = advance(sender, segment)
    const sent: Sent = {
      type: 'sent',
      end,
      time: now,
      order: sender.sent++,
      label: labelOf(
        segment,
        style.absolute ? ABSOLUTE : this.origins.base(end, segment),
        style.describe(segment),
        style.timestamps,
      ),
      key: keyOf(segment),
      fingerprint: fingerprintOf(segment),
      seq: segment.seq,
      length: segment.payloadLength,
      segmentSize: segment.segmentSize,
      retransmission,
      probe,
      received: null,
    }
    sender.matching.add(sent)
    this.segments++
    this.events.push(sent)
  }

  receive(end: End, segment: TcpSegment, flow: Flow | null, now: number, style: LabelStyle): void {
    const from = otherEnd(end)
    const sender = this.senders[from]
    this.meet(end, flow)
    const match = sender.matching.find(segment, now)
    // Where the peer is not watched, this is how its numbers become known.
    if (match.sent === null) this.origins.learn(from, segment, flow)
    const label =
      match.whole && match.sent !== null
        ? match.sent.label
        : labelOf(
            segment,
            style.absolute ? ABSOLUTE : this.origins.base(from, segment),
            style.describe(segment),
            style.timestamps,
          )
    const order = match.sent === null ? sender.arrived : match.sent.order
    const received: Received = {
      type: 'received',
      end,
      time: now,
      label,
      sent: match.sent,
      whole: match.whole,
      duplicate: match.duplicate,
      reordered: !match.duplicate && order < sender.arrived,
    }
    sender.arrived = Math.max(sender.arrived, order)
    sender.matching.settle(match, segment, received)
    this.segments++
    this.events.push(received)
  }

  move(end: End, from: State, to: State, now: number): void {
    if (this.initial[end] === '') {
      // A new TCB goes from CLOSED to SYN-RECEIVED because its port is being listened on.
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

  private meet(end: End, flow: Flow | null): void {
    if (this.initial[end] === '' && flow !== null && flow.state !== 'CLOSED') this.initial[end] = flow.state
  }
}

/** Moves the highest sequence number on, and says whether `segment` repeats what lies below it. */
function advance(sender: Sender, segment: TcpSegment): { retransmission: boolean; probe: boolean } {
  const { flags, seq } = segment
  const size = segment.payloadLength + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0)
  const known = sender.highest >= 0 && !(flags & RST)
  const retransmission = known && size > 0 && before(seq, sender.highest)
  const probe = known && size === 0 && add(seq, 1) === sender.highest
  const end = add(seq, size)
  if (!(flags & RST) && (sender.highest < 0 || after(end, sender.highest))) sender.highest = end
  return { retransmission, probe }
}
