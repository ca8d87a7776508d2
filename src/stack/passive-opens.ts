import { type CookieAnswer, recallSyn } from '../tcp/cookie-handshake.ts'
import type { TcpCounters } from '../tcp/counters.ts'
import { grantsEcn } from '../tcp/ecn.ts'
import { TUPLE_WORDS, type TupleWords } from '../tcp/isn.ts'
import type { State } from '../tcp/states.ts'
import { COOKIE_MSS_V4, COOKIE_MSS_V6, COOKIE_PERIOD, SynCookies } from '../tcp/syn-cookies.ts'
import type { IpHeader } from '../wire/packet.ts'
import { add } from '../wire/seq.ts'
import { ACK, FIN, RST, SYN, TcpSegment } from '../wire/tcp.ts'
import type { HostConfig } from './config.ts'
import type { ConnectionMaker } from './connection-maker.ts'
import type { Connections } from './connections.ts'
import type { Endpoint } from './endpoint.ts'
import { FastOpens } from './fast-opens.ts'
import { type FourTuple, fillTuple } from './four-tuple.ts'
import type { Listener } from './listener.ts'
import type { Listeners } from './listeners.ts'
import type { Network } from './network.ts'
import type { Route } from './route.ts'
import { defaultMss, segmentSize, type TcpOutput } from './tcp-output.ts'
import type { Warning } from './warning.ts'

/** What passive opens work with. */
export interface PassiveOpensSetup {
  readonly config: HostConfig
  readonly counters: TcpCounters
  readonly network: Network
  readonly connections: Connections
  readonly listeners: Listeners
  readonly maker: ConnectionMaker
  readonly output: TcpOutput
  readonly random: () => number
  /** There is something to accept. */
  readonly onready: (listener: Listener) => void
  readonly warn: (warning: Warning) => void
}

/**
 * What becomes of segments for a listener (RFC 9293, 3.10.7.2): the handshake with a half-open connection
 * each, bounded in number and for each source (RFC 4987, 3), or without one, by SYN cookies.
 */
export class PassiveOpens {
  private readonly setup: PassiveOpensSetup
  private readonly cookies: SynCookies
  private readonly fastOpens: FastOpens
  private readonly answer: CookieAnswer
  /** A SYN recalled from a cookie. */
  private readonly recalled = new TcpSegment()
  /** The names of the connection that a cookie is for. */
  private readonly tuple: TupleWords = new Uint32Array(TUPLE_WORDS)

  constructor(setup: PassiveOpensSetup) {
    this.setup = setup
    this.answer = { isn: 0, mss: 0, ecn: false, clock: 0, timestampOffset: 0, memory: setup.maker.memory }
    this.cookies = new SynCookies(setup.random)
    this.fastOpens = new FastOpens(setup.config, setup.counters, setup.random)
  }

  /**
   * A segment for `listener` that belongs to no connection; false = it is to be refused. `isn`: where our
   * sequence numbers are to begin, after an incarnation in TIME-WAIT; -1 = anywhere.
   */
  arrive(listener: Listener, ip: IpHeader, segment: TcpSegment, isn: number, now: number): boolean {
    const { flags } = segment
    if (flags & RST) return true
    if (flags & ACK) return (flags & SYN) === 0 && this.completes(listener, ip, segment, now)
    // A SYN that is a FIN, too, is no attempt to talk (as Linux).
    if ((flags & (SYN | FIN)) === SYN) this.begin(listener, ip, segment, isn, now)
    else this.setup.counters.TCPNoAck += 1
    return true
  }

  /** The third ACK finds the accept queue full: it is left unanswered, or refused (tcp_abort_on_overflow); true = it was. */
  overflows(endpoint: Endpoint, segment: TcpSegment): boolean {
    const listener = this.listenerOf(endpoint)
    if (listener === null || !listener.full) return false
    if ((segment.flags & (ACK | SYN | RST)) !== ACK) return false
    this.countOverflow()
    if (this.setup.config.tcp_abort_on_overflow) {
      endpoint.connection.abort('abort-overflow')
      this.setup.connections.touch(endpoint)
    }
    return true
  }

  /** A timer of an endpoint in SYN-RECEIVED is due: its listener may give it up early. */
  ration(endpoint: Endpoint, now: number): void {
    const { config } = this.setup
    const listener = this.listenerOf(endpoint)
    const most = Math.min(listener?.backlog ?? 0, config.tcp_max_syn_backlog)
    listener?.halfOpen.ration(endpoint, config.tcp_synack_retries, most, now)
  }

  /** An endpoint has left SYN-RECEIVED. */
  left(endpoint: Endpoint, to: State, now: number): void {
    const { error } = endpoint.connection.tcb
    // It was let in already.
    if (this.fastOpens.left(endpoint, to === 'CLOSED' && error === 'ECONNRESET', now)) return
    const listener = this.listenerOf(endpoint)
    if (listener === null) return
    listener.halfOpen.delete(endpoint)
    if (to !== 'CLOSED' && to !== 'LISTEN') this.makeReady(listener, endpoint)
  }

  /** To the accept queue. */
  private makeReady(listener: Listener, endpoint: Endpoint): void {
    this.setup.counters.TcpPassiveOpens += 1
    endpoint.connection.tcb.window.unaccepted = true
    listener.ready.push(endpoint)
    this.setup.onready(listener)
  }

  /** CLOSE in LISTEN: connections that nobody has accepted are reset. */
  end(listener: Listener): void {
    const { listeners, connections } = this.setup
    const waiting = [...listener.halfOpen, ...listener.ready]
    listener.ready.length = 0
    for (const endpoint of waiting) {
      endpoint.connection.abort('abort-unaccepted')
      connections.touch(endpoint)
    }
    listeners.remove(listener)
    listener.onready = () => {}
  }

  /** A SYN: the handshake begins. */
  private begin(listener: Listener, ip: IpHeader, syn: TcpSegment, isn: number, now: number): void {
    const { counters, network, connections, maker } = this.setup
    if (maker.memory.exhausted) {
      counters.ListenDrops += 1
      return
    }
    // Where the old incarnation waits its place is kept, and its number must not be a cookie.
    const crowded = isn < 0 && this.isCrowded(listener, ip)
    const byCookie = isn < 0 && this.wantsCookie(crowded)
    if (crowded && !byCookie) {
      counters.TCPReqQFullDrop += 1
      counters.ListenDrops += 1
      this.warnOfFlood(listener, 'drops them')
      return
    }
    if (listener.full) {
      this.countOverflow()
      return
    }
    const route = network.route(ip.source, ip.destination)
    if (route === null) {
      counters.ListenDrops += 1
      return
    }
    if (byCookie) {
      this.sendCookie(listener, route, ip, syn, now)
      return
    }
    const endpoint = connections.make(namesOf(ip, syn), route, isn, now)
    endpoint.connection.listen()
    endpoint.connection.receive(syn, now)
    if (this.fastOpens.admits(listener, endpoint, syn, now)) this.makeReady(listener, endpoint)
    else listener.halfOpen.add(endpoint)
    connections.touch(endpoint)
  }

  /** Whether there is no room for one more half-open connection, from anywhere or from that source. */
  private isCrowded(listener: Listener, ip: IpHeader): boolean {
    const { config, listeners } = this.setup
    if (listener.crowded(config.tcp_max_syn_backlog)) return true
    return config.syn_per_source > 0 && listeners.sources.of(ip.source) >= config.syn_per_source
  }

  /** tcp_syncookies: 0 never, 1 where there is no room, 2 always. */
  private wantsCookie(crowded: boolean): boolean {
    const { config, counters } = this.setup
    if (config.tcp_syncookies === 0 || (config.tcp_syncookies === 1 && !crowded)) return false
    counters.TCPReqQFullDoCookies += 1
    return true
  }

  /** The SYN,ACK, and no memory of it. */
  private sendCookie(listener: Listener, route: Route, ip: IpHeader, syn: TcpSegment, now: number): void {
    const { counters, maker, output, config, connections } = this.setup
    const { answer, tuple } = this
    fillTuple(tuple, ip.destination, syn.destinationPort, ip.source, syn.sourcePort)
    const offered = syn.mss === 0 ? defaultMss(ip.source) : syn.mss
    answer.mss = segmentSize(route.mtu, ip.source)
    answer.isn = this.cookies.make(tuple, syn.seq, offered, cookieSizes(ip), now)
    answer.ecn = grantsEcn(syn, config.tcp_ecn)
    answer.clock = Math.floor(now / 1000) >>> 0
    answer.timestampOffset = maker.timestampOffset(tuple)
    listener.cookieAt = now
    counters.SyncookiesSent += 1
    output.answerWithCookie(route, syn, answer, config, connections.probe, now)
    this.warnOfFlood(listener, 'answers with cookies')
  }

  /** An ACK for no connection: does it bring back a cookie? False = it does not. */
  private completes(listener: Listener, ip: IpHeader, ack: TcpSegment, now: number): boolean {
    const { config, counters, network, connections, maker } = this.setup
    if (config.tcp_syncookies === 0 || now - listener.cookieAt > 2 * COOKIE_PERIOD) return false
    const { tuple } = this
    fillTuple(tuple, ip.destination, ack.destinationPort, ip.source, ack.sourcePort)
    const cookie = add(ack.ack, -1)
    const mss = this.cookies.check(tuple, add(ack.seq, -1), cookie, cookieSizes(ip), now)
    if (mss === 0) {
      counters.SyncookiesFailed += 1
      return false
    }
    counters.SyncookiesRecv += 1
    if (!recallSyn(ack, mss, maker.timestampOffset(tuple), config, this.recalled)) return false
    if (listener.full) {
      this.countOverflow()
      return true
    }
    const route = network.route(ip.source, ip.destination)
    if (route === null || maker.memory.exhausted) {
      counters.ListenDrops += 1
      return true
    }
    const endpoint = connections.make(namesOf(ip, ack), route, cookie, now)
    listener.halfOpen.add(endpoint)
    endpoint.connection.resume(this.recalled, now)
    endpoint.connection.receive(ack, now)
    connections.touch(endpoint)
    return true
  }

  /** Once for each listener; not where cookies are what was asked for. */
  private warnOfFlood(listener: Listener, answer: string): void {
    if (listener.floodTold || this.setup.config.tcp_syncookies === 2) return
    listener.floodTold = true
    const message = `port ${listener.port} may be flooded with SYNs: it ${answer}`
    this.setup.warn({ code: 'SYN_FLOOD', message })
  }

  /** The accept queue is full. */
  private countOverflow(): void {
    this.setup.counters.ListenOverflows += 1
    this.setup.counters.ListenDrops += 1
  }

  private listenerOf(endpoint: Endpoint): Listener | null {
    const listener = this.setup.listeners.find(endpoint.local, endpoint.localPort)
    return listener?.halfOpen.has(endpoint) ? listener : null
  }
}

function namesOf(ip: IpHeader, segment: TcpSegment): FourTuple {
  return {
    local: ip.destination.clone(),
    localPort: segment.destinationPort,
    remote: ip.source.clone(),
    remotePort: segment.sourcePort,
  }
}

function cookieSizes(ip: IpHeader): readonly number[] {
  return ip.version === 4 ? COOKIE_MSS_V4 : COOKIE_MSS_V6
}
