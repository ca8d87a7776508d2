import type { IcmpError } from '../ip/icmp-error.ts'
import { TcpCounters } from '../tcp/counters.ts'
import type { State } from '../tcp/states.ts'
import { Address } from '../wire/address.ts'
import { type IpHeader, type Packet, PROTOCOL_TCP } from '../wire/packet.ts'
import { ACK, FIN, RST, SYN, TcpSegment } from '../wire/tcp.ts'
import type { HostConfig } from './config.ts'
import { ConnectionMaker } from './connection-maker.ts'
import { Deadlines } from './deadlines.ts'
import { Demux } from './demux.ts'
import { Endpoint, nobody } from './endpoint.ts'
import { icmpMeaning } from './icmp-meaning.ts'
import type { Listener } from './listener.ts'
import { Listeners } from './listeners.ts'
import type { Network } from './network.ts'
import { News } from './news.ts'
import { Outbox } from './outbox.ts'
import { EphemeralPorts } from './ports.ts'
import { type Probe, silentProbe } from './probe.ts'
import type { Route } from './route.ts'
import { StackError } from './stack-error.ts'
import type { Surroundings } from './surroundings.ts'
import { readSegment } from './tcp-input.ts'
import { TcpOutput } from './tcp-output.ts'
import { nextIsn, TimeWait, TimeWaitQueue } from './time-wait.ts'

/** Stands for any address where one is hashed. */
const ANY = new Address()

/** TCP on one host: its connections and listeners, who gets which segment, and who is due. */
export class TcpService {
  readonly counters = new TcpCounters()
  probe: Probe = silentProbe
  private readonly config: HostConfig
  private readonly network: Network
  private readonly endpoints: Demux<Endpoint | TimeWait>
  private readonly timeWaits = new TimeWaitQueue()
  private readonly listeners = new Listeners()
  private readonly maker: ConnectionMaker
  private readonly deadlines = new Deadlines<Endpoint>()
  private readonly ports: EphemeralPorts
  private readonly output: TcpOutput
  private readonly segment = new TcpSegment()
  private readonly outbox = new Outbox()
  private readonly news = new News()
  private readonly surroundings: Surroundings
  private readonly schedule: () => void

  /** `schedule` asks for a turn: something is to be sent or told. */
  constructor(config: HostConfig, network: Network, surroundings: Surroundings, schedule: () => void) {
    const random = () => surroundings.random()
    this.surroundings = surroundings
    this.config = config
    this.network = network
    this.schedule = schedule
    this.endpoints = new Demux(random())
    this.ports = new EphemeralPorts(random, config.ip_local_port_range)
    this.maker = new ConnectionMaker(config, this.counters, random)
    this.output = new TcpOutput(network, this.counters)
    network.handle(PROTOCOL_TCP, this)
  }

  // ---- segments in

  /** A TCP packet for this host. */
  receive(ip: IpHeader, packet: Packet, now: number): void {
    const { segment } = this
    if (!readSegment(ip, packet, segment, this.counters)) return
    const endpoint = this.endpoints.find(ip.destination, segment.destinationPort, ip.source, segment.sourcePort)
    this.probe.segment('in', ip, segment, endpoint, now)
    if (endpoint === null) this.open(ip, segment, -1, now)
    else if (endpoint instanceof TimeWait) this.deliverLate(endpoint, ip, segment, now)
    else if (this.givesWay(endpoint)) this.open(ip, segment, nextIsn(endpoint.connection.tcb.snd.nxt), now)
    else this.deliver(endpoint, segment, now)
  }

  private deliver(endpoint: Endpoint, segment: TcpSegment, now: number): void {
    const { connection } = endpoint
    if (connection.state === 'SYN-RECEIVED' && this.overflows(endpoint, segment)) return
    const { una } = connection.tcb.snd
    connection.receive(segment, now)
    // What was acknowledged has arrived: the way there works (RFC 4861, 7.3.1).
    if (connection.tcb.snd.una !== una) this.network.reached(endpoint.route, now)
    this.touch(endpoint)
  }

  /** A segment for a connection in TIME-WAIT. */
  private deliverLate(entry: TimeWait, ip: IpHeader, segment: TcpSegment, now: number): void {
    switch (entry.receive(segment, now)) {
      case 'reopen':
        if (this.listeners.find(entry.local, entry.localPort) === null) break
        this.forgetLate(entry)
        this.open(ip, segment, nextIsn(entry.sndNxt), now)
        return
      case 'acknowledge':
        break
      case 'skip':
        this.counters.TCPACKSkipped += 1
        return
      case 'reset':
        this.forgetLate(entry)
        return
      case 'ignore':
        return
    }
    this.output.acknowledgeLate(entry, this.probe, now)
  }

  /** A new incarnation's SYN ends the TIME-WAIT of the old one (RFC 9293, MAY-2; RFC 6191). */
  private givesWay(endpoint: Endpoint): boolean {
    if (!endpoint.connection.yieldsTo(this.segment)) return false
    if (this.listeners.find(endpoint.local, endpoint.localPort) === null) return false
    endpoint.connection.abort()
    this.forget(endpoint)
    this.touch(endpoint)
    return true
  }

  /**
   * A segment for no connection: a SYN for a listener, or refused (RFC 9293, 3.10.7.1, 3.10.7.2). `isn`:
   * where our sequence numbers are to begin; -1 = anywhere.
   */
  private open(ip: IpHeader, segment: TcpSegment, isn: number, now: number): void {
    const listener = this.listeners.find(ip.destination, segment.destinationPort)
    if (listener === null) {
      this.output.refuse(ip, segment, this.probe, now)
      return
    }
    if (segment.flags & RST) return
    if (segment.flags & ACK) {
      this.output.refuse(ip, segment, this.probe, now)
      return
    }
    // A SYN that is a FIN, too, is no attempt to talk (as Linux).
    if ((segment.flags & (SYN | FIN)) !== SYN) {
      this.counters.TCPNoAck += 1
      return
    }
    if (listener.full || listener.halfOpen.size >= Math.max(listener.backlog, this.config.tcp_max_syn_backlog)) {
      if (listener.full) this.counters.ListenOverflows += 1
      this.counters.ListenDrops += 1
      return
    }
    const route = this.network.route(ip.source, ip.destination)
    if (route === null) {
      this.counters.ListenDrops += 1
      return
    }
    const endpoint = this.make(
      ip.destination.clone(),
      segment.destinationPort,
      ip.source.clone(),
      segment.sourcePort,
      route,
      listener,
      isn,
      now,
    )
    listener.halfOpen.add(endpoint)
    endpoint.connection.listen()
    endpoint.connection.receive(segment, now)
    this.touch(endpoint)
  }

  /** The third ACK finds the accept queue full: it is left unanswered, or refused (tcp_abort_on_overflow). */
  private overflows(endpoint: Endpoint, segment: TcpSegment): boolean {
    const listener = this.listeners.find(endpoint.local, endpoint.localPort)
    if (listener === null || !listener.full || !listener.halfOpen.has(endpoint)) return false
    if ((segment.flags & (ACK | SYN | RST)) !== ACK) return false
    this.counters.ListenOverflows += 1
    this.counters.ListenDrops += 1
    if (this.config.tcp_abort_on_overflow) {
      endpoint.connection.abort()
      this.touch(endpoint)
    }
    return true
  }

  /** ICMP tells of a segment that we sent (RFC 9293, 3.9.2.2; RFC 5927). */
  error(error: IcmpError, now: number): void {
    const endpoint = this.endpoints.find(error.source, error.sourcePort, error.destination, error.destinationPort)
    if (endpoint instanceof TimeWait) return
    // Whoever does not see our segments cannot quote one in flight (RFC 5927, 4.1).
    if (endpoint === null || !endpoint.connection.inFlight(error.seq)) {
      this.network.counters.IcmpInErrors += 1
      return
    }
    if (error.kind === 'packet-too-big') {
      this.network.reducePathMtu(error.destination, error.mtu, now)
    } else {
      const meaning = icmpMeaning(error)
      if (meaning !== null) endpoint.connection.icmpError(meaning.code, error.seq, meaning.hard)
    }
    this.touch(endpoint)
  }

  // ---- user calls

  /** A connection to be opened actively. Throws StackError: EADDRNOTAVAIL, EADDRINUSE, ENETUNREACH. */
  connect(local: Address | null, localPort: number, remote: Address, remotePort: number, now: number): Endpoint {
    if (local !== null && !this.network.isLocal(local)) {
      throw new StackError('EADDRNOTAVAIL', 'connect', 'the local address is none of this host')
    }
    const route = this.network.route(remote, local)
    if (route === null) throw new StackError('ENETUNREACH', 'connect', 'no route leads there: add one by host.addRoute')
    // RFC 9293, 3.9.2.3: a connection is between two; the error is Linux's.
    if (route.cast !== 'unicast') throw new StackError('ENETUNREACH', 'connect', 'the address is one of many hosts')
    const source = route.source
    const free = (port: number) => this.endpoints.find(source, port, remote, remotePort) === null
    let port = localPort
    if (port === 0) {
      port = this.ports.choose(source, remote, remotePort, (p) => free(p) && !this.listeners.has(p))
      if (port === 0)
        throw new StackError('EADDRNOTAVAIL', 'connect', 'no ephemeral port is free: see ip_local_port_range')
    } else if (!free(port)) {
      throw new StackError('EADDRINUSE', 'connect', `port ${port} already has a connection to that address and port`)
    }
    const endpoint = this.make(source.clone(), port, remote.clone(), remotePort, route, null, -1, now)
    this.touch(endpoint)
    return endpoint
  }

  /** OPEN, passive. Port 0 = one is chosen. Throws StackError: EADDRINUSE, EADDRNOTAVAIL. */
  listen(address: Address | null, port: number, backlog: number): Listener {
    if (address !== null && !this.network.isLocal(address)) {
      throw new StackError('EADDRNOTAVAIL', 'listen', 'the address is none of this host')
    }
    let chosen = port
    if (port === 0) {
      const any = address ?? ANY
      chosen = this.ports.choose(any, any, 0, (p) => !this.listeners.has(p))
      if (chosen === 0) throw new StackError('EADDRINUSE', 'listen', 'no port is free: see ip_local_port_range')
    }
    const { somaxconn } = this.config
    // As Linux, which takes a negative one for a very large one.
    const bound = backlog >= 0 && backlog <= somaxconn ? backlog : somaxconn
    const listener = this.listeners.add(address, chosen, bound)
    if (listener === null) throw new StackError('EADDRINUSE', 'listen', `port ${chosen} already has a listener`)
    return listener
  }

  /** CLOSE in LISTEN: connections that nobody has accepted are reset. */
  unlisten(listener: Listener): void {
    this.listeners.remove(listener)
    listener.onready = () => {}
    for (const endpoint of [...listener.halfOpen, ...listener.ready]) {
      endpoint.connection.abort()
      this.touch(endpoint)
    }
    listener.ready.length = 0
    listener.halfOpen.clear()
  }

  /** Something was done to the endpoint's connection: it may have segments to send and events to tell. */
  touch(endpoint: Endpoint): void {
    if (this.outbox.add(endpoint)) this.schedule()
  }

  // ---- the turn

  /** Lets timers fire that are due. */
  tick(now: number): void {
    for (let entry = this.timeWaits.pop(now); entry !== null; entry = this.timeWaits.pop(now)) this.forgetLate(entry)
    for (;;) {
      const endpoint = this.deadlines.pop(now)
      if (endpoint === null) return
      endpoint.connection.tick(now)
      this.touch(endpoint)
    }
  }

  /** Sends what is owed, as far as the devices have room; true = something waits to be told. */
  flush(now: number): boolean {
    this.output.giveUpAt = Number.POSITIVE_INFINITY
    this.outbox.drain((endpoint) => {
      const sent = this.output.send(endpoint, now, this.probe)
      this.settle(endpoint)
      return sent
    })
    return !this.news.isEmpty
  }

  /** Tells owners what has happened. They may write, read and close at once; what they throw goes to `errors`. */
  notify(errors: unknown[]): void {
    this.news.tell(errors)
  }

  get deadline(): number {
    return Math.min(this.deadlines.next, this.timeWaits.next, this.output.giveUpAt)
  }

  /** Every connection, for ss and statistics. */
  connections(): Iterable<Endpoint | TimeWait> {
    return this.endpoints
  }

  /** Every listener. */
  listening(): Listener[] {
    return this.listeners.all()
  }

  /** After its segments have gone: forget it if it is over, else note its deadline and its events. */
  private settle(endpoint: Endpoint): void {
    const { connection } = endpoint
    const { state } = connection
    if (state === 'CLOSED' || state === 'LISTEN') {
      if (connection.tcb.owedReset === 'none') this.forget(endpoint)
    } else if (state === 'TIME-WAIT' && endpoint.owner === nobody && connection.tcb.acks.owed === 'none') {
      this.condense(endpoint)
    } else {
      this.deadlines.set(endpoint, connection.deadline())
    }
    if (connection.tcb.events !== 0) this.news.add(endpoint)
  }

  /** Nobody holds the connection any more, and all that is left to do is to wait. */
  private condense(endpoint: Endpoint): void {
    if (!endpoint.known) return
    endpoint.known = false
    this.endpoints.remove(endpoint)
    this.deadlines.remove(endpoint)
    if (this.timeWaits.size >= this.config.tcp_max_tw_buckets) {
      this.counters.TCPTimeWaitOverflow += 1
      this.probe.state(endpoint, 'TIME-WAIT', 'CLOSED', this.surroundings.now())
      return
    }
    const entry = new TimeWait(endpoint)
    this.endpoints.add(entry)
    this.timeWaits.add(entry)
  }

  private forgetLate(entry: TimeWait): void {
    this.endpoints.remove(entry)
    this.timeWaits.remove(entry)
    this.probe.state(entry, 'TIME-WAIT', 'CLOSED', this.surroundings.now())
  }

  private forget(endpoint: Endpoint): void {
    if (!endpoint.known) return
    endpoint.known = false
    this.endpoints.remove(endpoint)
    this.deadlines.remove(endpoint)
  }

  private make(
    local: Address,
    localPort: number,
    remote: Address,
    remotePort: number,
    route: Route,
    listener: Listener | null,
    isn: number,
    now: number,
  ): Endpoint {
    const observer = { moved: (from: State, to: State) => this.moved(endpoint, listener, from, to) }
    const connection = this.maker.make(local, localPort, remote, remotePort, route.mtu, observer, isn, now)
    const endpoint = new Endpoint(local, localPort, remote, remotePort, connection, route)
    this.endpoints.add(endpoint)
    return endpoint
  }

  private moved(endpoint: Endpoint, listener: Listener | null, from: State, to: State): void {
    this.probe.state(endpoint, from, to, this.surroundings.now())
    if (listener === null || from !== 'SYN-RECEIVED') return
    listener.halfOpen.delete(endpoint)
    if (to === 'CLOSED' || to === 'LISTEN') return
    this.counters.TcpPassiveOpens += 1
    listener.ready.push(endpoint)
    this.news.add(listener)
  }
}
