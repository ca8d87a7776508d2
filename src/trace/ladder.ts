import type { Device } from '../stack/device.ts'
import type { Direction, Flow, Probe } from '../stack/probe.ts'
import type { State } from '../tcp/states.ts'
import { formatAddress } from '../wire/address-text.ts'
import type { IpHeader, Packet } from '../wire/packet.ts'
import type { TcpSegment } from '../wire/tcp.ts'
import { Conversation, type LabelStyle } from './conversation.ts'
import { clip, printable } from './display-width.ts'
import { endpoint, PacketReader } from './ladder-packets.ts'
import { type RenderOptions, renderConversation } from './ladder-page.ts'
import { Queue } from './queue.ts'
import type { End } from './sequence-origins.ts'

/** The client is drawn on the left, the server on the right. */
export type Side = 'client' | 'server'

export interface LadderOptions {
  /** So many events (sendings, arrivals, state changes) are kept, 20,000 unless given; the oldest go first. */
  readonly limit?: number
  /** A few words on a segment, such as `GET / HTTP/1.1`; '' for none. Called at once, while the payload stands. */
  readonly describe?: (segment: TcpSegment) => string
  /** Show the timestamps of all segments, not only of a SYN. */
  readonly timestamps?: boolean
  /** Sequence numbers as they are in the headers, not counted from the first of each side. */
  readonly absolute?: boolean
}

/** A host that has a probe. */
interface Watched {
  readonly end: End
  readonly name: string
}

const DEFAULT_LIMIT = 20_000
/** Longest note that is kept, in columns. */
const NOTE_WIDTH = 60

/**
 * Records what two hosts send, receive and become, and draws it as a ladder. Give `probe('client')`
 * to one host and `probe('server')` to the other; the two must run on one clock. With one probe alone
 * the ladder shows what that host saw, and calls nothing lost. Beside TCP it shows UDP datagrams that are not
 * in fragments, and the ICMP errors about what it shows.
 */
export class Ladder {
  private readonly limit: number
  private readonly style: LabelStyle
  private readonly reader = new PacketReader()
  private readonly conversations = new Map<string, Conversation>()
  /** Whose event is the next oldest. */
  private order = new Queue<[string, Conversation]>()
  private readonly observed: [boolean, boolean] = [false, false]
  /** NaN until the first event. */
  private origin = Number.NaN
  private droppedEvents = 0

  constructor(options: LadderOptions = {}) {
    const { describe } = options
    this.limit = Math.max(1, options.limit ?? DEFAULT_LIMIT)
    this.style = {
      describe: describe === undefined ? () => '' : (segment) => clip(printable(describe(segment)), NOTE_WIDTH, '…'),
      timestamps: options.timestamps ?? false,
      absolute: options.absolute ?? false,
    }
  }

  /** The probe to give to a host on that side; `name` is what it is called above its lane. */
  probe(side: Side, name: string = side): Probe {
    const end: End = side === 'client' ? 0 : 1
    this.observed[end] = true
    const host: Watched = { end, name }
    return {
      packet: (direction, device, packet, now) => this.packet(host, direction, device, packet, now),
      segment: (direction, ip, segment, flow, now) => this.segment(host, direction, ip, segment, flow, now),
      state: (flow, from, to, now) => this.state(host, flow, from, to, now),
    }
  }

  /** Events kept now. */
  get size(): number {
    return this.order.length
  }

  /** Events forgotten to stay within the limit. */
  get dropped(): number {
    return this.droppedEvents
  }

  /** Forgets everything; time 0 becomes that of the next event. */
  clear(): void {
    this.conversations.clear()
    this.order = new Queue()
    this.origin = Number.NaN
    this.droppedEvents = 0
  }

  /** The ladders of all connections as text, one below the other in the order they began; '' when there are none. */
  render(options: RenderOptions = {}): string {
    const origin = options.origin ?? this.origin
    return [...this.conversations.values()]
      .filter((conversation) => conversation.hasSegments)
      .map((conversation) => renderConversation(conversation, this.observed, origin, options))
      .join('\n\n')
  }

  private segment(
    host: Watched,
    direction: Direction,
    ip: IpHeader,
    segment: TcpSegment,
    flow: Flow | null,
    now: number,
  ): void {
    const source = endpoint(formatAddress(ip.source), segment.sourcePort)
    const destination = endpoint(formatAddress(ip.destination), segment.destinationPort)
    const { end } = host
    const sentByClient = (end === 0) === (direction === 'out')
    const conversation = this.keep(host, sentByClient ? source : destination, sentByClient ? destination : source, now)
    if (direction === 'out') conversation.send(end, segment, flow, now, this.style)
    else conversation.receive(end, segment, flow, now, this.style)
    this.trim()
  }

  /** Segments come by themselves; here are the datagrams, and the errors about what is on the ladder. */
  private packet(host: Watched, direction: Direction, device: Device, packet: Packet, now: number): void {
    const { end } = host
    const seen = this.reader.read(packet, device.medium)
    if (seen === null) return
    const { source, destination, key, label } = seen
    const sentByClient = (end === 0) === (direction === 'out')
    const client = sentByClient ? source : destination
    const server = sentByClient ? destination : source
    if (label.kind === 'icmp' && !this.conversations.has(nameOf(client, server))) return
    const conversation = this.keep(host, client, server, now)
    if (direction === 'out') conversation.sendPacket(end, key, label, now)
    else conversation.receivePacket(end, key, label, now)
    this.trim()
  }

  private state(host: Watched, flow: Flow, from: State, to: State, now: number): void {
    const { end } = host
    const local = endpoint(flow.localAddress, flow.localPort)
    const remote = endpoint(flow.remoteAddress, flow.remotePort)
    const client = end === 0 ? local : remote
    const server = end === 0 ? remote : local
    if (from === 'CLOSED' && to === 'LISTEN') {
      this.conversations.get(nameOf(client, server))?.listens(end)
      return
    }
    this.keep(host, client, server, now).move(end, from, to, now)
    this.trim()
  }

  /** The conversation between the two, about to get one event more, which `host` has seen. */
  private keep({ end, name }: Watched, client: string, server: string, now: number): Conversation {
    if (Number.isNaN(this.origin)) this.origin = now
    const key = nameOf(client, server)
    let conversation = this.conversations.get(key)
    if (conversation === undefined) {
      conversation = new Conversation([client, server])
      this.conversations.set(key, conversation)
    }
    conversation.names[end] = name
    this.order.push([key, conversation])
    return conversation
  }

  private trim(): void {
    while (this.order.length > this.limit) {
      const [key, conversation] = this.order.shift() ?? []
      if (key === undefined || conversation === undefined) return
      conversation.drop()
      this.droppedEvents++
      if (conversation.events.length === 0) this.conversations.delete(key)
    }
  }
}

function nameOf(client: string, server: string): string {
  return `${client} ${server}`
}
