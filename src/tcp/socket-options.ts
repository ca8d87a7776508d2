import type { TcpConfig } from './config.ts'

/** What the user may set on one connection, by the plain name of its Linux option. */
export class SocketOptions {
  /** TCP_NODELAY: no Nagle (RFC 9293, 3.7.4, MUST-17). */
  noDelay = false
  /** TCP_CORK: only full segments, for at most the time of a probe. */
  cork = false
  /** SO_KEEPALIVE: off unless asked for (RFC 9293, 3.8.4, MUST-25). */
  keepAlive = false
  /** TCP_KEEPIDLE, TCP_KEEPINTVL in seconds, TCP_KEEPCNT. */
  keepIdle: number
  keepInterval: number
  keepCount: number
  /** TCP_USER_TIMEOUT in milliseconds; 0 = by tcp_retries2 (RFC 9293, 3.8.3; RFC 5482). */
  userTimeout = 0
  /** TCP_SYNCNT. */
  synRetries: number
  /** TCP_MAXSEG: bound on the segments sent and announced; Infinity = by the path. */
  maxSegment = Number.POSITIVE_INFINITY
  /** TCP_LINGER2 in seconds: an orphan's patience in FIN-WAIT-2. */
  finTimeout: number
  /** SO_SNDBUF was set: the send buffer stays as it is. */
  sendBufferLocked = false
  /** SO_RCVLOWAT in bytes. */
  receiveLowWater = 1
  /** IP_TOS or IPV6_TCLASS, and IP_TTL or IPV6_UNICAST_HOPS. */
  trafficClass = 0
  hopLimit = 64

  constructor(config: TcpConfig) {
    this.keepIdle = config.tcp_keepalive_time
    this.keepInterval = config.tcp_keepalive_intvl
    this.keepCount = config.tcp_keepalive_probes
    this.synRetries = config.tcp_syn_retries
    this.finTimeout = config.tcp_fin_timeout
  }
}
