import { type Flow, type Probe, type State, silentProbe, sysctlTexts } from 'estab'
import { type Link, type Node, type Path, SimHost, type Spectator, type WirePacket, type World } from 'estab/sim'
import { ACK, PROTOCOL_TCP, PROTOCOL_UDP, SYN, seq } from 'estab/wire'
import { Connections } from './connections.ts'
import { describeAct } from './describe-act.ts'
import { endpoint, type Fields, fieldsOf } from './fields.ts'
import { type Census, type HostMoment, hostMoment, MOST_CONNECTIONS, Moments } from './moments.ts'
import { PacketsBuilder } from './packets.ts'
import type { Deed, Lane, Move, Run, RunLink } from './run.ts'
import { sampleOf } from './sample.ts'
import { Series } from './series.ts'
import { TimerSpans } from './timer-spans.ts'
import { Travels } from './travels.ts'
import { Verdicts } from './verdicts.ts'

/** A machine that is being watched. */
interface Watched {
  readonly machine: SimHost
  readonly lane: number
  readonly moments: Moments
  condition: HostMoment['condition']
  census: Census
  lookedAt: number
  /** With which it was made, by their names without Linux's path. */
  readonly settings: Readonly<Record<string, string>>
  /** What arrived last, and when: what is sent at that moment answers it. */
  arrival: { readonly index: number; readonly connection: number; readonly at: number }
  /** What its host is about to put on a wire: why, and whether it is. */
  reason: string
  sends: boolean
}

/** So long a machine with many connections is not looked at again, microseconds. */
const CROWD_PAUSE = 10_000
const NEVER = { index: -1, connection: -1, at: -1 }

/** A run but for its packets, which are still being collected, and for what a play says of itself. */
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
  private readonly verdicts = new Verdicts(this.packets)
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
      condition: 'up',
      census: { connections: 0, timeWait: 0 },
      lookedAt: -1,
      settings: settingsOf(node),
      arrival: NEVER,
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
    const index = this.note(packet, ends, at)
    this.travels.sent(path.name, packet, index)
    const sender = this.watched.get(this.lanes[ends.from]?.name ?? '')
    if (sender === undefined) return
    if (!sender.sends) this.packets.mark(index, 'forged')
    else {
      this.packets.reason(index, sender.reason)
      const { arrival } = sender
      const connection = this.packets.get(index, 'connection')
      if (arrival.at === at && arrival.connection === connection) this.packets.set(index, 'answers', arrival.index)
      this.verdicts.sent(index)
    }
    sender.sends = false
    sender.reason = ''
  }

  arrived(path: Path, packet: WirePacket, now: number): void {
    const at = this.time(now)
    const { index, copy } = this.travels.arrived(path.name, packet, at)
    const known = index < 0 ? this.strange(path, packet, at) : copy ? this.copyOf(index, at) : index
    if (known < 0) return
    const receiver = this.watched.get(this.lanes[this.packets.get(known, 'to')]?.name ?? '')
    if (receiver === undefined) return
    const connection = this.packets.get(known, 'connection')
    receiver.arrival = { index: known, connection, at }
    this.judge(known, receiver)
  }

  turned(machine: SimHost): void {
    const watched = this.watched.get(machine.name)
    if (watched === undefined) return
    // Of a crowd not every turn tells more.
    const crowded = watched.census.connections > MOST_CONNECTIONS && conditionOf(machine) === watched.condition
    if (!crowded || this.world.now >= watched.lookedAt + CROWD_PAUSE) this.look(watched)
  }

  /** Looks at a machine now: after its turn, or after something was done to it. */
  look(watched: Watched): void {
    const { machine, lane, moments } = watched
    const at = this.world.now
    watched.lookedAt = at
    const condition = conditionOf(machine)
    this.noteCondition(watched, condition)
    const moment = hostMoment(machine.host, condition, watched.census, at)
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

  /** A machine that freezes, crashes or boots is a deed, whoever does it. */
  private noteCondition(watched: Watched, condition: HostMoment['condition']): void {
    const before = watched.condition
    if (condition === before) return
    watched.condition = condition
    if (condition === 'off') watched.census = { connections: 0, timeWait: 0 }
    const kind =
      condition === 'off' ? 'crash' : condition === 'frozen' ? 'freeze' : before === 'off' ? 'reboot' : 'thaw'
    const at = this.world.now
    this.deeds.push({ at, lane: watched.lane, text: describeAct({ kind, at, host: watched.machine.name }) })
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

  private moved({ lane, census }: Watched, flow: Flow, from: State, to: State, at: number): void {
    census.connections += (isNone(from) ? 1 : 0) - (isNone(to) ? 1 : 0)
    census.timeWait += (to === 'TIME-WAIT' ? 1 : 0) - (from === 'TIME-WAIT' ? 1 : 0)
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

  private note(packet: WirePacket, ends: { readonly from: number; readonly to: number }, sentAt: number): number {
    const { source, destination, ...numbers } = fieldsOf(packet)
    const belongs = this.belongs({ source, destination, ...numbers }, ends, sentAt)
    return this.packets.add({ ...numbers, ...ends, ...belongs, sentAt, bytes: packet.bytes })
  }

  /** A packet that appears at the end of a wire and has never been sent. */
  private strange(path: Path, packet: WirePacket, at: number): number {
    const ends = this.travels.ends(path.name)
    if (ends === null) return -1
    const index = this.note(packet, ends, at)
    this.packets.set(index, 'arrivedAt', at)
    this.packets.mark(index, 'forged')
    return index
  }

  private copyOf(index: number, at: number): number {
    const copy = this.packets.copy(index, at)
    this.packets.mark(copy, 'duplicate')
    return copy
  }

  /** Whether it came in its turn, and whether its receiver could expect it. */
  private judge(index: number, { lane, moments }: Watched): void {
    if (this.packets.get(index, 'protocol') !== PROTOCOL_TCP) return
    const at = this.world.now
    const id = this.packets.get(index, 'connection')
    const known = moments
      .at(at)
      ?.connections.find((each) => this.connections.meet(this.endsOf(lane, each), at).id === id)
    if (known === undefined || known.rcv.nxt < 0 || known.state === 'SYN-SENT') return
    this.verdicts.arrived(index, lane, { next: known.rcv.nxt, window: known.rcv.wnd }, at)
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

function conditionOf(machine: SimHost): HostMoment['condition'] {
  if (machine.hasCrashed) return 'off'
  return machine.isUp ? 'up' : 'frozen'
}

/** In which there is no connection yet, or no more. */
function isNone(state: State): boolean {
  return state === 'CLOSED' || state === 'LISTEN'
}
