import { type Flow, type Probe, type State, silentProbe, sysctlTexts } from 'estab'
import { type Link, type Node, type Path, SimHost, type Spectator, type WirePacket, type World } from 'estab/sim'
import { ACK, FIN, PROTOCOL_TCP, PROTOCOL_UDP, RST, SYN, seq } from 'estab/wire'
import { Connections } from './connections.ts'
import { endpoint, type Fields, fieldsOf } from './fields.ts'
import { hostMoment, Moments } from './moments.ts'
import { PacketsBuilder } from './packets.ts'
import type { Deed, Lane, Move, Run, RunLink } from './run.ts'
import { sampleOf } from './sample.ts'
import { Series } from './series.ts'
import { TimerSpans } from './timer-spans.ts'
import { Travels } from './travels.ts'

/** A machine that is being watched. */
interface Watched {
  readonly machine: SimHost
  readonly lane: number
  readonly moments: Moments
  /** With which it was made, by their names without Linux's path. */
  readonly settings: Readonly<Record<string, string>>
  /** What arrived last, and when: what is sent at that moment answers it. */
  arrival: { readonly index: number; readonly connection: number; readonly at: number }
  /** The number that comes next in turn, of what has arrived at one moment. */
  inTurn: { readonly connection: number; readonly at: number; readonly next: number }
  /** What its host is about to put on a wire: why, and whether it is. */
  reason: string
  sends: boolean
}

const NEVER = { index: -1, connection: -1, at: -1 }

/** How far one end of a connection has got with its sending. */
interface Sender {
  /** End of the highest range sent; -1 = nothing yet. */
  highest: number
}

/** What a recording holds beside the run: as data for one thread only. */
export type Recording = Omit<Run, 'packets' | 'remarks' | 'checks' | 'figures' | 'brokenOff' | 'epoch'>

/** Writes down all that happens in a world, to be looked at afterwards. */
export class Recorder implements Spectator {
  readonly packets = new PacketsBuilder()
  readonly links: Link[] = []
  private readonly wires: RunLink[] = []
  private readonly world: World
  private readonly lanes: Lane[] = []
  private readonly laneOf = new Map<string, number>()
  private readonly watched = new Map<string, Watched>()
  private readonly owners = new Map<string, number>()
  private readonly travels = new Travels(this.packets)
  private readonly connections = new Connections()
  private readonly moves: Move[] = []
  /** Which lanes have opened which connections. */
  private readonly begun = new Set<string>()
  private readonly spans = new TimerSpans()
  private readonly series = new Map<string, Series>()
  private readonly senders = new Map<string, Sender>()
  private readonly deeds: Deed[] = []

  /** Watches a world that has no machines yet. */
  constructor(world: World) {
    this.world = world
    world.spectate(this)
  }

  joined(node: Node): void {
    const lane = this.lanes.length
    this.laneOf.set(node.name, lane)
    if (!(node instanceof SimHost)) {
      this.lanes.push({ name: node.name, kind: 'router', addresses: [] })
      return
    }
    this.lanes.push({ name: node.name, kind: 'host', addresses: [] })
    const watched: Watched = {
      machine: node,
      lane,
      moments: new Moments(),
      settings: settingsOf(node),
      arrival: NEVER,
      inTurn: { connection: -1, at: -1, next: 0 },
      reason: '',
      sends: false,
    }
    this.watched.set(node.name, watched)
    this.world.watch(node, this.probe(watched))
  }

  linked(link: Link, left: Node, right: Node): void {
    const [from, to] = [this.lane(left), this.lane(right)]
    this.links.push(link)
    this.wires.push({ lanes: [from, to] })
    this.travels.way(link.forth.name, from, to)
    this.travels.way(link.back.name, to, from)
    for (const node of [left, right]) {
      if (!(node instanceof SimHost)) continue
      const lane = this.lane(node)
      const addresses = node.addresses()
      for (const address of addresses) this.owners.set(address, lane)
      this.lanes[lane] = { ...(this.lanes[lane] as Lane), addresses }
    }
  }

  sent(path: Path, packet: WirePacket, now: number): void {
    const ends = this.travels.ends(path.name)
    if (ends === null) return
    const at = this.time(now)
    const fields = fieldsOf(packet)
    const sender = this.watched.get(this.lanes[ends.from]?.name ?? '')
    const { connection, end } = this.belongs(fields, ends, at)
    const { source: _, destination: __, ...numbers } = fields
    const index = this.packets.add({ ...numbers, ...ends, sentAt: at, bytes: packet.bytes, connection, end })
    this.travels.sent(path.name, packet, index)
    if (sender === undefined) return
    if (!sender.sends) this.packets.mark(index, 'forged')
    else {
      this.packets.reason(index, sender.reason)
      const { arrival } = sender
      if (arrival.at === at && arrival.connection === connection) this.packets.set(index, 'answers', arrival.index)
      this.progress(index, connection, end, fields)
    }
    sender.sends = false
    sender.reason = ''
  }

  arrived(path: Path, packet: WirePacket, now: number): void {
    const { index, copy } = this.travels.arrived(path.name, packet, this.time(now))
    if (index < 0) return
    const known = copy ? this.copyOf(index, this.time(now)) : index
    const receiver = this.watched.get(this.lanes[this.packets.get(known, 'to')]?.name ?? '')
    if (receiver === undefined) return
    const connection = this.packets.get(known, 'connection')
    receiver.arrival = { index: known, connection, at: this.time(now) }
    this.judge(known, receiver)
  }

  turned(machine: SimHost): void {
    const watched = this.watched.get(machine.name)
    if (watched !== undefined) this.look(watched)
  }

  /** Looks at a machine now: after its turn, or after something was done to it. */
  look(watched: Watched): void {
    const { machine, lane, moments } = watched
    const at = this.world.now
    const condition = machine.hasCrashed ? 'off' : machine.isUp ? 'up' : 'frozen'
    const moment = hostMoment(machine.host, condition, at)
    moments.add(moment)
    const met: number[] = []
    for (const each of moment.connections) {
      const { id } = this.connections.meet(this.endsOf(lane, each), at)
      met.push(id)
      this.spans.look(
        lane,
        id,
        each.timers.map((timer) => ({ ...timer, at: this.time(timer.at) })),
        at,
      )
      const key = `${lane} ${id}`
      let series = this.series.get(key)
      if (series === undefined) {
        series = new Series(lane, id)
        this.series.set(key, series)
      }
      series.add(sampleOf(each, at))
    }
    this.spans.forget(lane, met, at)
  }

  /** Notes that something was done, and what became of the machine. */
  deed(deed: Deed): void {
    this.deeds.push(deed)
    const watched = this.watched.get(this.lanes[deed.lane]?.name ?? '')
    if (watched !== undefined) this.look(watched)
  }

  /** Which packet of the run this is; -1 = none. */
  indexOf(packet: WirePacket): number {
    return this.travels.indexOf(packet)
  }

  /** The addresses at the two ends of a link. */
  endsOfLink(link: Link): readonly [readonly string[], readonly string[]] {
    const ends = this.travels.ends(link.forth.name)
    return [this.lanes[ends?.from ?? -1]?.addresses ?? [], this.lanes[ends?.to ?? -1]?.addresses ?? []]
  }

  lane(node: { readonly name: string }): number {
    return this.laneOf.get(node.name) ?? -1
  }

  /** The machine at a lane, moment by moment; null for a router. */
  momentsOf(lane: number): Moments | null {
    return this.watched.get(this.lanes[lane]?.name ?? '')?.moments ?? null
  }

  /** The settings with which the machine at a lane was made, by their names; null for a router. */
  settingsOf(lane: number): Readonly<Record<string, string>> | null {
    return this.watched.get(this.lanes[lane]?.name ?? '')?.settings ?? null
  }

  finish(): Recording {
    const end = this.world.now
    for (const watched of this.watched.values()) this.look(watched)
    this.travels.finish(end)
    return {
      source: 'played',
      lanes: this.lanes,
      links: this.wires,
      connections: this.connections.finish(),
      moves: this.moves,
      timers: this.spans.finish(end),
      samples: [...this.series.values()].map((each) => each.finish()),
      deeds: this.deeds,
      end,
    }
  }

  private probe(watched: Watched): Probe {
    return {
      ...silentProbe,
      packet: (direction) => {
        if (direction === 'out') watched.sends = true
      },
      segment: (direction, _ip, _segment, _flow, _now, reason) => {
        if (direction === 'out') watched.reason = reason
      },
      state: (flow, from, to, now) => this.moved(watched, flow, from, to, this.time(now)),
    }
  }

  private moved({ lane }: Watched, flow: Flow, from: State, to: State, at: number): void {
    const ends = this.endsOf(lane, flow)
    // An active open begins a new incarnation, unless the other side has just begun it: both open at once.
    const known = this.connections.meet(ends, at)
    const again = to === 'SYN-SENT' && this.begun.has(`${lane} ${known.id}`)
    const { id } = again ? this.connections.open(ends, at) : known
    if (to === 'SYN-SENT') this.begun.add(`${lane} ${id}`)
    // The TCB of a passive open begins in LISTEN, where its port has been all along.
    if (to !== 'LISTEN') this.moves.push({ at, lane, connection: id, from, to })
  }

  private endsOf(lane: number, flow: Omit<Flow, 'state'>) {
    return {
      protocol: 'tcp' as const,
      source: endpoint(flow.localAddress, flow.localPort),
      destination: endpoint(flow.remoteAddress, flow.remotePort),
      sourceLane: lane,
      destinationLane: this.owners.get(flow.remoteAddress) ?? -1,
    }
  }

  private belongs(fields: Fields, ends: { readonly from: number; readonly to: number }, at: number) {
    const { protocol, source, destination, flags } = fields
    if (protocol !== PROTOCOL_TCP && protocol !== PROTOCOL_UDP) return { connection: -1, end: 0 as const }
    const { id, end } = this.connections.meet(
      {
        protocol: protocol === PROTOCOL_TCP ? 'tcp' : 'udp',
        source,
        destination,
        sourceLane: ends.from,
        destinationLane: ends.to,
      },
      at,
    )
    if (protocol === PROTOCOL_TCP) {
      if (flags & SYN) this.connections.learn(id, end, fields.seq)
      if ((flags & (SYN | ACK)) === (SYN | ACK)) this.connections.learn(id, end === 0 ? 1 : 0, seq.add(fields.ack, -1))
    }
    return { connection: id, end }
  }

  /** Whether what a segment carries was sent before. */
  private progress(
    index: number,
    connection: number,
    end: 0 | 1,
    { protocol, flags, seq: first, length }: Fields,
  ): void {
    if (protocol !== PROTOCOL_TCP || flags & RST) return
    const key = `${connection} ${end}`
    const sender = this.senders.get(key) ?? { highest: -1 }
    this.senders.set(key, sender)
    const size = length + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0)
    if (size === 0) return
    if (sender.highest >= 0 && seq.before(first, sender.highest)) this.packets.mark(index, 'retransmission')
    const last = seq.add(first, size)
    if (sender.highest < 0 || seq.after(last, sender.highest)) sender.highest = last
  }

  private copyOf(index: number, at: number): number {
    const copy = this.packets.copy(index, at)
    this.packets.mark(copy, 'duplicate')
    return copy
  }

  /** Whether it came in its turn, and whether its receiver could expect it. */
  private judge(index: number, receiver: Watched): void {
    const { packets } = this
    if (packets.get(index, 'protocol') !== PROTOCOL_TCP) return
    const id = packets.get(index, 'connection')
    const known = receiver.moments.at(this.world.now)?.connections.find((each) => {
      return this.connections.meet(this.endsOf(receiver.lane, each), this.world.now).id === id
    })
    if (known === undefined || known.rcv.nxt < 0 || known.state === 'SYN-SENT') return
    const flags = packets.get(index, 'flags')
    const first = packets.get(index, 'seq')
    const size = packets.get(index, 'length') + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0)
    // What came at this very moment the machine may not have looked at yet.
    const { inTurn } = receiver
    const still = inTurn.connection === id && inTurn.at === this.world.now
    const expected = still && seq.after(inTurn.next, known.rcv.nxt) ? inTurn.next : known.rcv.nxt
    const from = seq.distance(first, expected)
    if (from + size < 0 || (from > 0 && from >= known.rcv.wnd + 1)) packets.mark(index, 'outOfWindow')
    else if (from > 0 && size > 0) packets.mark(index, 'outOfOrder')
    else if (from + size > 0) receiver.inTurn = { connection: id, at: this.world.now, next: seq.add(first, size) }
  }

  private time(now: number): number {
    return now - (this.world.clock.now() - this.world.now)
  }
}

function settingsOf({ host }: SimHost): Record<string, string> {
  return Object.fromEntries(
    sysctlTexts(host.config).map(({ name, value }) => [name.replace(/^.*\./, ''), value.replaceAll('\t', ' ')]),
  )
}
