import type { IcmpError } from '../ip/icmp-error.ts'
import { SECOND } from '../tcp/config.ts'
import { TcpCounters } from '../tcp/counters.ts'
import type { State } from '../tcp/states.ts'
import { Address } from '../wire/address.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { type IpHeader, type Packet, PROTOCOL_TCP } from '../wire/packet.ts'
import { ACK, RST, SYN, TcpSegment } from '../wire/tcp.ts'
import { parseTcp } from '../wire/tcp-header.ts'
import type { HostConfig } from './config.ts'
import { ConnectionMaker } from './connection-maker.ts'
import { Deadlines } from './deadlines.ts'
import { Demux } from './demux.ts'
import { Endpoint, nobody } from './endpoint.ts'
import { icmpMeaning } from './icmp-meaning.ts'
import { Listener } from './listener.ts'
import { Listeners } from './listeners.ts'
import type { Network } from './network.ts'
import { EphemeralPorts } from './ports.ts'
import { type Probe, silentProbe } from './probe.ts'
import type { Route } from './route.ts'
import { StackError } from './stack-error.ts'
import type { Surroundings } from './surroundings.ts'
import { TcpOutput } from './tcp-output.ts'
import { TimeWait, TimeWaitQueue } from './time-wait.ts'

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
  /** Endpoints that may have something to send; and those, and listeners, whose owner is to be told. */
  private sending: Endpoint[] = []
  private telling: (Endpoint | Listener)[] = []
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
    const { segment, counters } = this
    counters.TcpInSegs += 1
    const { bytes } = packet
    if (!packet.checksumOffloaded) {
      const pseudo = pseudoHeaderSum(ip.source, ip.destination, PROTOCOL_TCP, ip.payloadLength)
      if (fold(sum(bytes, ip.payloadStart, ip.payloadLength, pseudo)) !== 0xffff) {
        counters.TcpInCsumErrors += 1
        counters.TcpInErrs += 1
        return
      }
    }
    if (!parseTcp(bytes, ip.payloadStart, ip.payloadLength, segment)) {
      counters.TcpInErrs += 1
      return
    }
    segment.segmentSize = packet.segmentSize
    const endpoint = this.endpoints.find(ip.destination, segment.destinationPort, ip.source, segment.sourcePort)
    this.probe.segment('in', ip, segment, endpoint, now)
    if (endpoint === null) this.open(ip, segment, now)
    else if (endpoint instanceof TimeWait) this.deliverLate(endpoint, ip, segment, now)
    else if (this.givesWay(endpoint)) this.open(ip, segment, now)
    else this.deliver(endpoint, segment, now)
  }

  private deliver(endpoint: Endpoint, segment: TcpSegment, now: number): void {
    const { connection } = endpoint
    if (connection.state === 'SYN-RECEIVED' && this.overflows(endpoint, segment)) return
    connection.receive(segment, now)
    this.touch(endpoint)
  }

  /** A segment for a connection in TIME-WAIT. */
  private deliverLate(entry: TimeWait, ip: IpHeader, segment: TcpSegment, now: number): void {
    switch (entry.receive(segment, now + this.config.tcp_timewait_len * SECOND)) {
      case 'acknowledge':
        this.output.acknowledgeLate(entry, this.probe, now)
        return
      case 'reset':
        this.forgetLate(entry)
        return
      case 'reopen':
        this.forgetLate(entry)
        this.open(ip, segment, now)
        return
      case 'ignore':
    }
  }

  /** A new incarnation's SYN ends the TIME-WAIT of the old one (RFC 9293, MAY-2; RFC 6191). */
  private givesWay(endpoint: Endpoint): boolean {
    if (!endpoint.connection.yieldsTo(this.segment)) return false
    endpoint.connection.abort()
    this.forget(endpoint)
    return true
  }

  /** A segment for no connection: a SYN for a listener, or refused (RFC 9293, 3.10.7.1, 3.10.7.2). */
  private open(ip: IpHeader, segment: TcpSegment, now: number): void {
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
    if ((segment.flags & SYN) === 0) return
    if (listener.full || listener.halfOpen.size >= Math.max(listener.backlog, this.config.tcp_max_syn_backlog)) {
      if (listener.full) this.counters.ListenOverflows += 1
      this.counters.ListenDrops += 1
      return
    }
    const route = this.network.route(ip.source, ip.destination)
    if (route === null) return
    const endpoint = this.make(
      ip.destination.clone(),
      segment.destinationPort,
      ip.source.clone(),
      segment.sourcePort,
      route,
      listener,
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
    if (endpoint === null || endpoint instanceof TimeWait) return
    const { connection } = endpoint
    if (error.kind === 'packet-too-big') {
      if (!connection.inFlight(error.seq)) return
      this.network.reducePathMtu(error.destination, error.mtu, now)
    } else {
      const meaning = icmpMeaning(error.kind)
      if (meaning !== null) connection.icmpError(meaning.code, error.seq, meaning.hard)
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
    const endpoint = this.make(source.clone(), port, remote.clone(), remotePort, route, null, now)
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
    const listener = this.listeners.add(address, chosen, Math.min(backlog, this.config.somaxconn))
    if (listener === null) throw new StackError('EADDRINUSE', 'listen', `port ${chosen} already has a listener`)
    return listener
  }

  /** CLOSE in LISTEN: connections that nobody has accepted are reset. */
  unlisten(listener: Listener): void {
    this.listeners.remove(listener)
    for (const endpoint of [...listener.halfOpen, ...listener.ready]) {
      endpoint.connection.abort()
      this.touch(endpoint)
    }
    listener.ready.length = 0
    listener.halfOpen.clear()
  }

  /** Something was done to the endpoint's connection: it may have segments to send and events to tell. */
  touch(endpoint: Endpoint): void {
    if (!endpoint.queued) {
      endpoint.queued = true
      this.sending.push(endpoint)
      this.schedule()
    }
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
    const queue = this.sending
    this.sending = []
    for (const endpoint of queue) {
      const done = this.output.send(endpoint, now, this.probe)
      endpoint.queued = false
      this.settle(endpoint)
      if (!done) {
        // The device says wake when it has room.
        endpoint.queued = true
        this.sending.push(endpoint)
      }
    }
    return this.telling.length > 0
  }

  /** Tells owners what has happened. They may write, read and close at once. */
  notify(): void {
    const queue = this.telling
    this.telling = []
    for (const item of queue) {
      item.eventful = false
      if (item instanceof Listener) item.onready()
      else item.owner.notify(item.connection.takeEvents())
    }
  }

  get deadline(): number {
    return Math.min(this.deadlines.next, this.timeWaits.next)
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
    if (connection.tcb.events !== 0 && !endpoint.eventful) {
      endpoint.eventful = true
      this.telling.push(endpoint)
    }
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
    if (!this.endpoints.remove(entry)) return
    entry.dueAt = 0
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
    now: number,
  ): Endpoint {
    const observer = { moved: (from: State, to: State) => this.moved(endpoint, listener, from, to) }
    const connection = this.maker.make(local, localPort, remote, remotePort, route.mtu, observer, now)
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
    if (listener.eventful) return
    listener.eventful = true
    this.telling.push(listener)
  }
}
