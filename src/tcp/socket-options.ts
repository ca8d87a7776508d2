import type { TcpConfig } from './config.ts'

/**
 * What the user may set on one connection, by the plain name of its Linux option. What is not set
 * follows the host's settings, at every moment (as Linux).
 */
export class SocketOptions {
  /** TCP_NODELAY: no Nagle (RFC 9293, 3.7.4, MUST-17). */
  noDelay = false
  /** TCP_CORK: only full segments, for at most the time of a probe. */
  cork = false
  /** SO_KEEPALIVE: off unless asked for (RFC 9293, 3.8.4, MUST-25). */
  keepAlive = false
  /** TCP_USER_TIMEOUT in milliseconds; 0 = by tcp_retries2 (RFC 9293, 3.8.3; RFC 5482). */
  userTimeout = 0
  /** TCP_MAXSEG: bound on the segments sent and announced; Infinity = by the path. */
  maxSegment = Number.POSITIVE_INFINITY
  /** TCP_FASTOPEN_CONNECT: the SYN carries data where a cookie of the peer's is known, and asks for one otherwise (RFC 7413). */
  fastOpen = false
  /** SO_SNDBUF was set: the send buffer stays as it is. */
  sendBufferLocked = false
  /** SO_RCVLOWAT in bytes. */
  receiveLowWater = 1
  /** IP_RECVERR: soft errors are told as events (RFC 9293, 3.9.1.8). */
  reportErrors = false
  /** IP_TOS or IPV6_TCLASS, and IP_TTL or IPV6_UNICAST_HOPS. */
  trafficClass = 0
  hopLimit = 64
  private readonly config: TcpConfig
  /* 0 = not set. */
  private ownKeepIdle = 0
  private ownKeepInterval = 0
  private ownKeepCount = 0
  private ownSynRetries = 0
  private ownFinTimeout = 0

  constructor(config: TcpConfig) {
    this.config = config
  }

  /** TCP_KEEPIDLE in seconds; set to 0 = tcp_keepalive_time. */
  get keepIdle(): number {
    return this.ownKeepIdle || this.config.tcp_keepalive_time
  }

  set keepIdle(seconds: number) {
    this.ownKeepIdle = seconds
  }

  /** TCP_KEEPINTVL in seconds (RFC 9293, 3.8.4, MUST-27: as TCP_KEEPIDLE); set to 0 = tcp_keepalive_intvl. */
  get keepInterval(): number {
    return this.ownKeepInterval || this.config.tcp_keepalive_intvl
  }

  set keepInterval(seconds: number) {
    this.ownKeepInterval = seconds
  }

  /** TCP_KEEPCNT; set to 0 = tcp_keepalive_probes. */
  get keepCount(): number {
    return this.ownKeepCount || this.config.tcp_keepalive_probes
  }

  set keepCount(probes: number) {
    this.ownKeepCount = probes
  }

  /** TCP_UTO in seconds: the user timeout that is offered to the peer, and negotiated with it (RFC 5482); 0 = none. */
  offeredUserTimeout = 0
  /** TCP_SYNCNT; set to 0 = tcp_syn_retries. */
  get synRetries(): number {
    return this.ownSynRetries || this.config.tcp_syn_retries
  }

  set synRetries(count: number) {
    this.ownSynRetries = count
  }

  /** TCP_LINGER2 in seconds: an orphan's patience in FIN-WAIT-2; set to 0 = tcp_fin_timeout. */
  get finTimeout(): number {
    return this.ownFinTimeout || this.config.tcp_fin_timeout
  }

  set finTimeout(seconds: number) {
    this.ownFinTimeout = seconds
  }
}
