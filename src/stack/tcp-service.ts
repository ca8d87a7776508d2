import type { IcmpError } from '../ip/icmp-error.ts'
import { SECOND } from '../tcp/config.ts'
import { TcpCounters } from '../tcp/counters.ts'
import type { Memory } from '../tcp/memory.ts'
import type { State } from '../tcp/states.ts'
import type { Address } from '../wire/address.ts'
import { type IpHeader, type Packet, PROTOCOL_TCP } from '../wire/packet.ts'
import { TcpSegment } from '../wire/tcp.ts'
import { ActiveOpens } from './active-opens.ts'
import { CloseWaitWatch } from './close-wait-watch.ts'
import type { HostConfig } from './config.ts'
import { ConnectionMaker } from './connection-maker.ts'
import { Connections } from './connections.ts'
import { type Endpoint, nobody } from './endpoint.ts'
import { FastOpenCache } from './fast-open-cache.ts'
import type { FourTuple } from './four-tuple.ts'
import { icmpMeaning } from './icmp-meaning.ts'
import type { Listener } from './listener.ts'
import { Listeners } from './listeners.ts'
import type { Network } from './network.ts'
import { News } from './news.ts'
import { PassiveOpens } from './passive-opens.ts'
import { EphemeralPorts } from './ports.ts'
import type { Probe } from './probe.ts'
import { StackError } from './stack-error.ts'
import type { Surroundings } from './surroundings.ts'
import { readSegment } from './tcp-input.ts'
import { TcpOutput } from './tcp-output.ts'
import { nextIsn, TimeWait } from './time-wait-record.ts'
import type { Warning } from './warning.ts'

/** TCP on one host: who gets which segment, what users ask for, and the turns in which it happens. */
export class TcpService {
  readonly counters = new TcpCounters()
  /** Of all connections. */
  readonly memory: Memory
  /** Told of what the host's owner should look at, when the protocol is at rest. */
  onwarning: (warning: Warning) => void = () => {}
  private readonly config: HostConfig
  private readonly network: Network
  private readonly listeners: Listeners
  private readonly output: TcpOutput
  private readonly fastOpenCache: FastOpenCache
  private readonly all: Connections
  private readonly active: ActiveOpens
  private readonly passive: PassiveOpens
  private readonly maker: ConnectionMaker
  private readonly closeWaits = new CloseWaitWatch()
  private readonly news = new News()
  private readonly segment = new TcpSegment()
  private warnings: Warning[] = []

  /** `schedule` asks for a turn: something is to be sent or told. */
  constructor(config: HostConfig, network: Network, surroundings: Surroundings, schedule: () => void) {
    const { counters } = this
    const random = () => surroundings.random()
    this.config = config
    this.network = network
    const ports = new EphemeralPorts(random, config)
    const maker = new ConnectionMaker(config, counters, surroundings)
    const output = new TcpOutput(network, counters)
    const listeners = new Listeners(random())
    const connections = new Connections({
      config,
      counters,
      surroundings,
      maker,
      output,
      schedule,
      onmove: (endpoint, from, to, now) => this.moved(endpoint, from, to, now),
      onnews: (endpoint) => this.news.add(endpoint),
    })
    this.memory = maker.memory
    this.output = output
    this.maker = maker
    this.fastOpenCache = new FastOpenCache(config)
    this.listeners = listeners
    this.all = connections
    this.active = new ActiveOpens(network, connections, listeners, ports, maker.memory)
    const onready = (listener: Listener) => this.news.add(listener)
    const warn = (warning: Warning) => this.warnings.push(warning)
    const setup = { config, counters, network, connections, listeners, maker, output, random, onready, warn }
    this.passive = new PassiveOpens(setup)
    network.handle(PROTOCOL_TCP, this)
  }

  get probe(): Probe {
    return this.all.probe
  }

  set probe(probe: Probe) {
    this.all.probe = probe
  }

  /** Chooses initial sequence numbers from now on; null = as RFC 6528. For lessons and fixed examples: they can be foreseen. */
  set isn(choose: ((names: FourTuple) => number) | null) {
    this.maker.isn = choose
  }

  // ---- segments in

  /** A TCP packet for this host. */
  receive(ip: IpHeader, packet: Packet, now: number): void {
    const { segment } = this
    if (!readSegment(ip, packet, segment, this.counters)) return
    const endpoint = this.all.find(ip.destination, segment.destinationPort, ip.source, segment.sourcePort)
    this.probe.segment('in', ip, segment, endpoint, now, '')
    if (endpoint === null) this.open(ip, segment, -1, now)
    else if (endpoint instanceof TimeWait) this.deliverLate(endpoint, ip, segment, now)
    else if (isGone(endpoint)) this.openAnew(endpoint, ip, segment, now)
    else if (this.givesWay(endpoint)) this.open(ip, segment, nextIsn(endpoint.connection.tcb.snd.nxt), now)
    else {
      endpoint.receivedTos = ip.trafficClass
      this.deliver(endpoint, segment, now)
    }
  }

  /** It has ended in this very turn (RFC 9293, 3.10.7.4): what comes now is not for it. */
  private openAnew(endpoint: Endpoint, ip: IpHeader, segment: TcpSegment, now: number): void {
    this.all.forget(endpoint)
    this.open(ip, segment, -1, now)
  }

  private deliver(endpoint: Endpoint, segment: TcpSegment, now: number): void {
    const { connection } = endpoint
    if (connection.state === 'SYN-RECEIVED' && this.passive.overflows(endpoint, segment)) return
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
        this.all.forgetLate(entry, now)
        this.open(ip, segment, nextIsn(entry.sndNxt), now)
        return
      case 'acknowledge':
        break
      case 'reset':
        this.all.forgetLate(entry, now)
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
    this.all.forget(endpoint)
    this.touch(endpoint)
    return true
  }

  /**
   * A segment for no connection: for a listener, or refused (RFC 9293, 3.10.7.1, 3.10.7.2). `isn`: where
   * our sequence numbers are to begin; -1 = anywhere.
   */
  private open(ip: IpHeader, segment: TcpSegment, isn: number, now: number): void {
    const listener = this.listeners.find(ip.destination, segment.destinationPort)
    if (listener !== null && this.passive.arrive(listener, ip, segment, isn, now)) return
    this.output.refuse(ip, segment, this.probe, now)
  }

  /** ICMP tells of a segment that we sent (RFC 9293, 3.9.2.2, MUST-54; RFC 5927). */
  error(error: IcmpError, now: number): void {
    const endpoint = this.all.find(error.source, error.sourcePort, error.destination, error.destinationPort)
    if (endpoint instanceof TimeWait) return
    // Whoever does not see our segments cannot quote one in flight (RFC 5927, 4.1).
    if (endpoint === null) {
      this.network.counters.IcmpInErrors += 1
      return
    }
    if (!endpoint.connection.inFlight(error.seq)) {
      this.counters.OutOfWindowIcmps += 1
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

  /** A connection to be opened actively, in CLOSED until `begin`. Throws StackError: EADDRNOTAVAIL, EADDRINUSE, ENETUNREACH. */
  connect(local: Address | null, localPort: number, remote: Address, remotePort: number, now: number): Endpoint {
    const endpoint = this.active.open(local, localPort, remote, remotePort, now)
    this.touch(endpoint)
    return endpoint
  }

  /** Sends the SYN of a connection from `connect`, whose options were set meanwhile (RFC 9293, 3.10.1). */
  begin(endpoint: Endpoint, now: number): void {
    this.fastOpenCache.prepare(endpoint)
    endpoint.connection.connect(now)
    this.touch(endpoint)
  }

  /** OPEN, passive. Port 0 = one is chosen. Throws StackError: EADDRINUSE, EADDRNOTAVAIL. */
  listen(address: Address | null, port: number, backlog: number): Listener {
    if (address !== null && !this.network.isLocal(address)) {
      throw new StackError('EADDRNOTAVAIL', 'listen', 'the address is none of this host')
    }
    const chosen = port === 0 ? this.active.listeningPort(address) : port
    const { somaxconn } = this.config
    // As Linux, which takes a negative one for a very large one.
    const bound = backlog >= 0 && backlog <= somaxconn ? backlog : somaxconn
    const listener = this.listeners.add(address, chosen, bound)
    if (listener === null) throw new StackError('EADDRINUSE', 'listen', `port ${chosen} already has a listener`)
    return listener
  }

  /** CLOSE in LISTEN: connections that nobody has accepted are reset. */
  unlisten(listener: Listener): void {
    this.passive.end(listener)
  }

  /**
   * The owner lets the connection go: it closes on its own, as an orphan, or is reset if there are too
   * many of those (tcp_max_orphans), or memory is exhausted.
   */
  release(endpoint: Endpoint, now: number): void {
    const { connection } = endpoint
    connection.close(now)
    if (!this.all.disown(endpoint)) {
      this.counters.TCPAbortOnMemory += 1
      connection.abort('abort-scarcity')
    }
    this.touch(endpoint)
  }

  /** Ends the connection by RST; nobody holds it any more. */
  abort(endpoint: Endpoint): void {
    endpoint.owner = nobody
    endpoint.connection.abort()
    this.touch(endpoint)
  }

  /** Something was done to the endpoint's connection: it may have segments to send and events to tell. */
  touch(endpoint: Endpoint): void {
    this.all.touch(endpoint)
  }

  /** Every connection, for ss and statistics. */
  connections(): Iterable<Endpoint | TimeWait> {
    return this.all
  }

  /** Every listener. */
  listening(): Listener[] {
    return this.listeners.all()
  }

  /** Connections that nobody holds and that are not over. */
  get orphanCount(): number {
    return this.all.orphanCount
  }

  // ---- the turn

  /** Lets timers fire that are due. */
  tick(now: number): void {
    for (let endpoint = this.all.due(now); endpoint !== null; endpoint = this.all.due(now)) {
      if (endpoint.state === 'SYN-RECEIVED') this.passive.ration(endpoint, now)
      endpoint.connection.tick(now)
      this.touch(endpoint)
    }
    const patience = this.closeWaitPatience()
    for (let left = this.closeWaits.pop(patience, now); left !== null; left = this.closeWaits.pop(patience, now)) {
      this.warnOfCloseWait(left)
    }
  }

  /** Sends what is owed, as far as the devices have room; true = something waits to be told. */
  flush(now: number): boolean {
    this.all.flush(now)
    return !this.news.isEmpty || this.warnings.length > 0
  }

  /** Tells owners what has happened. They may write, read and close at once; what they throw goes to `errors`. */
  notify(errors: unknown[]): void {
    this.news.tell(errors)
    const { warnings } = this
    this.warnings = []
    for (const warning of warnings) {
      try {
        this.onwarning(warning)
      } catch (error) {
        errors.push(error)
      }
    }
  }

  get deadline(): number {
    return Math.min(this.all.deadline, this.closeWaits.deadline(this.closeWaitPatience()))
  }

  private closeWaitPatience(): number {
    const { close_wait_warning: limit } = this.config
    return limit === 0 ? Number.POSITIVE_INFINITY : limit * SECOND
  }

  private warnOfCloseWait(endpoint: Endpoint): void {
    this.counters.CloseWaitForgotten += 1
    const names = `${endpoint.localAddress}:${endpoint.localPort} to ${endpoint.remoteAddress}:${endpoint.remotePort}`
    const message =
      `the connection ${names} has been in CLOSE-WAIT for ${this.config.close_wait_warning} s:` +
      ' the peer has closed, and the application must close, too'
    this.warnings.push({ code: 'CLOSE_WAIT', message })
  }

  private moved(endpoint: Endpoint, from: State, to: State, now: number): void {
    if (from === 'SYN-RECEIVED') this.passive.left(endpoint, to, now)
    else if (from === 'SYN-SENT' && to === 'ESTABLISHED') this.fastOpenCache.learn(endpoint)
    if (to === 'CLOSE-WAIT') this.closeWaits.add(endpoint, now)
    else if (from === 'CLOSE-WAIT') this.closeWaits.delete(endpoint)
  }
}

/** Nothing is left of it but to be forgotten when the turn ends. */
function isGone({ state, connection }: Endpoint): boolean {
  return state === 'LISTEN' || (state === 'CLOSED' && connection.tcb.owedReset === 'none')
}
