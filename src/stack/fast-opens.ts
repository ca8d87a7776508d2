import { SECOND } from '../tcp/config.ts'
import type { TcpCounters } from '../tcp/counters.ts'
import { FastOpenCookies } from '../tcp/fast-open-cookies.ts'
import type { TcpSegment } from '../wire/tcp.ts'
import type { HostConfig } from './config.ts'
import type { Endpoint } from './endpoint.ts'
import type { Listener } from './listener.ts'

/* Bits of tcp_fastopen (Linux: ip-sysctl). */
const SERVER = 0x2
const SERVER_WITHOUT_COOKIE = 0x200
const ALL_LISTENERS = 0x400

/** So long a place stays taken after a RST, by which an attacker with somebody else's cookie would free it (RFC 7413, 5.1; as Linux). */
const RESET_PENALTY = 60 * SECOND

/** TCP Fast Open for listeners (RFC 7413, 4.2.2): which SYNs are let in before the third ACK. */
export class FastOpens {
  private readonly config: HostConfig
  private readonly counters: TcpCounters
  private readonly cookies: FastOpenCookies
  /** Let in, and not yet acknowledged: each with its listener. */
  private readonly pending = new Map<Endpoint, Listener>()
  private readonly words = new Uint32Array(8)

  constructor(config: HostConfig, counters: TcpCounters, random: () => number) {
    this.config = config
    this.counters = counters
    this.cookies = new FastOpenCookies(random)
  }

  /** `endpoint` has just gone to SYN-RECEIVED by `syn`: lets it in, gives it a cookie, or neither. True = it is let in. */
  admits(listener: Listener, endpoint: Endpoint, syn: TcpSegment, now: number): boolean {
    const room = this.room(listener)
    const { connection } = endpoint
    if (room === 0) return false
    const trusting = (this.config.tcp_fastopen & SERVER_WITHOUT_COOKIE) !== 0 && syn.payloadLength > 0
    if (syn.fastOpenLength < 0 && !trusting) return false
    if (listener.fastOpening(now) >= room) {
      this.counters.TCPFastOpenListenOverflow += 1
      return false
    }
    const verdict = trusting ? 'good' : this.judge(endpoint, syn, now)
    if (verdict !== 'good') connection.grantCookie(this.cookies.make(this.words, now))
    if (verdict === 'bad') return false
    this.counters.TCPFastOpenPassive += 1
    connection.acceptFast(syn, now)
    this.pending.set(endpoint, listener)
    listener.fastOpens += 1
    return true
  }

  /** The endpoint has left SYN-RECEIVED, by a RST or not; false = it was not let in here. */
  left(endpoint: Endpoint, reset: boolean, now: number): boolean {
    const listener = this.pending.get(endpoint)
    if (listener === undefined) return false
    this.pending.delete(endpoint)
    listener.fastOpens -= 1
    if (reset) listener.fastResets.push(now + RESET_PENALTY)
    return true
  }

  /** How many may be let in and unacknowledged at once (TCP_FASTOPEN); 0 = Fast Open is off. */
  private room(listener: Listener): number {
    const { tcp_fastopen: bits } = this.config
    if ((bits & SERVER) === 0) return 0
    return bits & ALL_LISTENERS ? Math.max(listener.fastOpenRoom, listener.backlog) : listener.fastOpenRoom
  }

  private judge(endpoint: Endpoint, syn: TcpSegment, now: number): 'good' | 'old' | 'bad' {
    const { words, counters } = this
    const { remote, local } = endpoint
    words.set([remote.w0, remote.w1, remote.w2, remote.w3, local.w0, local.w1, local.w2, local.w3])
    if (syn.fastOpenLength === 0) {
      counters.TCPFastOpenCookieReqd += 1
      return 'bad'
    }
    const verdict = this.cookies.judge(words, syn.fastOpenCookie, syn.fastOpenLength, now)
    if (verdict === 'bad') counters.TCPFastOpenPassiveFail += 1
    return verdict
  }
}
