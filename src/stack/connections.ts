import type { TcpCounters } from '../tcp/counters.ts'
import type { State } from '../tcp/states.ts'
import type { Address } from '../wire/address.ts'
import type { HostConfig } from './config.ts'
import type { ConnectionMaker } from './connection-maker.ts'
import { Deadlines } from './deadlines.ts'
import { Demux } from './demux.ts'
import { Endpoint, nobody } from './endpoint.ts'
import type { FourTuple } from './four-tuple.ts'
import { Outbox } from './outbox.ts'
import { type Probe, silentProbe } from './probe.ts'
import type { Route } from './route.ts'
import type { Surroundings } from './surroundings.ts'
import type { TcpOutput } from './tcp-output.ts'
import { nextIsn, type TimeWait } from './time-wait-record.ts'
import { TimeWaitTable } from './time-wait-table.ts'
import { TupleHash } from './tuple-hash.ts'

/** Told of every move of every connection. */
type MoveListener = (endpoint: Endpoint, from: State, to: State, now: number) => void

/** What a host's connections work with. */
export interface ConnectionsSetup {
  readonly config: HostConfig
  readonly counters: TcpCounters
  readonly surroundings: Surroundings
  readonly maker: ConnectionMaker
  readonly output: TcpOutput
  readonly onmove: MoveListener
  /** Has events to tell after what it owed was sent. */
  readonly onnews: (endpoint: Endpoint) => void
  /** Something is to be sent: asks for a turn. */
  readonly schedule: () => void
}

/** The connections of one host: who they are, which are due, which have something to send. */
export class Connections {
  probe: Probe = silentProbe
  private readonly setup: ConnectionsSetup
  private readonly table: Demux<Endpoint>
  private readonly timeWaits: TimeWaitTable
  private readonly deadlines = new Deadlines<Endpoint>()
  private readonly outbox = new Outbox()
  /** Those whose owner has gone and which still have something to do. */
  private readonly orphans = new Set<Endpoint>()

  constructor(setup: ConnectionsSetup) {
    this.setup = setup
    const { config, counters, surroundings } = setup
    const hash = new TupleHash(surroundings.random(), surroundings.random())
    this.table = new Demux(hash)
    this.timeWaits = new TimeWaitTable(config, counters, hash)
  }

  find(local: Address, localPort: number, remote: Address, remotePort: number): Endpoint | TimeWait | null {
    return (
      this.table.find(local, localPort, remote, remotePort) ?? this.timeWaits.find(local, localPort, remote, remotePort)
    )
  }

  /** Whether a connection that we open may have that tuple: there is none, or one in TIME-WAIT that it may succeed (tcp_tw_reuse). */
  isFree(local: Address, localPort: number, remote: Address, remotePort: number, now: number): boolean {
    if (this.table.find(local, localPort, remote, remotePort) !== null) return false
    return this.timeWaits.yields(local, localPort, remote, remotePort, now)
  }

  /** Every connection, for ss and statistics. */
  *[Symbol.iterator](): IterableIterator<Endpoint | TimeWait> {
    yield* this.table
    yield* this.timeWaits
  }

  /** A new connection in CLOSED. `isn`: where it begins; -1 = anywhere. */
  make(names: FourTuple, route: Route, isn: number, now: number): Endpoint {
    return this.place(names, route, isn, null, now)
  }

  /** The same, in the place of one in TIME-WAIT if there is one: beyond its numbers, with its memory (RFC 6191). */
  succeed(names: FourTuple, route: Route, now: number): Endpoint {
    const { local, localPort, remote, remotePort } = names
    const old = this.timeWaits.find(local, localPort, remote, remotePort)
    const endpoint = this.place(names, route, old === null ? -1 : nextIsn(old.sndNxt), old, now)
    if (old !== null) {
      this.setup.counters.TWRecycled += 1
      this.forgetLate(old, now)
    }
    return endpoint
  }

  private place(names: FourTuple, route: Route, isn: number, old: TimeWait | null, now: number): Endpoint {
    const observer = { moved: (from: State, to: State) => this.moved(endpoint, from, to) }
    const connection = this.setup.maker.make(names, route.mtu, observer, isn, now, old)
    const endpoint = new Endpoint(names, connection, route)
    this.table.add(endpoint)
    return endpoint
  }

  /** Something was done to the endpoint's connection: it may have segments to send and events to tell. */
  touch(endpoint: Endpoint): void {
    if (this.outbox.add(endpoint)) this.setup.schedule()
  }

  /**
   * The owner has gone: from now on the connection is an orphan, as long as it lives. False = there is no room
   * for one more (tcp_max_orphans), or no memory; one that is over needs neither.
   */
  disown(endpoint: Endpoint): boolean {
    endpoint.owner = nobody
    if (!endpoint.known || isOver(endpoint.state)) return true
    if (this.orphans.size >= this.setup.config.tcp_max_orphans || endpoint.connection.tcb.outOfMemory) return false
    this.orphans.add(endpoint)
    return true
  }

  get orphanCount(): number {
    return this.orphans.size
  }

  /** The next whose timer is due; null = none is. */
  due(now: number): Endpoint | null {
    for (let entry = this.timeWaits.pop(now); entry !== null; entry = this.timeWaits.pop(now)) {
      this.probe.state(entry, 'TIME-WAIT', 'CLOSED', now)
    }
    return this.deadlines.pop(now)
  }

  /** When the first is due; Infinity = never. */
  get deadline(): number {
    return Math.min(this.deadlines.next, this.timeWaits.next, this.setup.output.giveUpAt)
  }

  /** Sends what is owed, as far as the devices have room. */
  flush(now: number): void {
    const { output } = this.setup
    output.giveUpAt = Number.POSITIVE_INFINITY
    this.outbox.drain((endpoint) => {
      const sent = output.send(endpoint, now, this.probe)
      this.settle(endpoint, now)
      return sent
    })
  }

  forget(endpoint: Endpoint): void {
    this.orphans.delete(endpoint)
    if (!endpoint.known) return
    endpoint.known = false
    this.table.remove(endpoint)
    this.deadlines.remove(endpoint)
  }

  forgetLate(entry: TimeWait, now: number): void {
    this.timeWaits.remove(entry)
    this.probe.state(entry, 'TIME-WAIT', 'CLOSED', now)
  }

  /** After its segments have gone: forget it if it is over, else note its deadline and its events. */
  private settle(endpoint: Endpoint, now: number): void {
    const { connection } = endpoint
    const { state } = connection
    if (state === 'CLOSED' || state === 'LISTEN') {
      if (connection.tcb.owedReset === 'none') this.forget(endpoint)
    } else if (state === 'TIME-WAIT' && endpoint.owner === nobody && connection.tcb.acks.owed === 'none') {
      this.condense(endpoint, now)
    } else {
      this.deadlines.set(endpoint, connection.deadline())
    }
    if (connection.tcb.events !== 0) this.setup.onnews(endpoint)
  }

  /** Nobody holds the connection any more, and all that is left to do is to wait. */
  private condense(endpoint: Endpoint, now: number): void {
    if (!endpoint.known) return
    const { config, counters } = this.setup
    this.forget(endpoint)
    if (this.timeWaits.size >= config.tcp_max_tw_buckets) {
      counters.TCPTimeWaitOverflow += 1
      this.probe.state(endpoint, 'TIME-WAIT', 'CLOSED', now)
      return
    }
    this.timeWaits.add(endpoint, endpoint.connection.tcb, now)
  }

  private moved(endpoint: Endpoint, from: State, to: State): void {
    const now = this.setup.surroundings.now()
    this.probe.state(endpoint, from, to, now)
    this.setup.onmove(endpoint, from, to, now)
  }
}

function isOver(state: State): boolean {
  return state === 'CLOSED' || state === 'TIME-WAIT'
}
