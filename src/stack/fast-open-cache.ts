import type { HostConfig } from './config.ts'
import type { Endpoint } from './endpoint.ts'

/* Bits of tcp_fastopen (Linux: ip-sysctl). */
const CLIENT = 0x1
const CLIENT_WITHOUT_COOKIE = 0x4

/** Servers that are remembered; the one that was learned first is forgotten first. */
const MOST = 1024
/** Room in a SYN to a server of which nothing is known (RFC 7413, 4.2.2: the default MSS). */
const DEFAULT_MSS = 536

interface Known {
  readonly cookie: Uint8Array
  /** The MSS that it announced. */
  readonly mss: number
}

const REQUEST = new Uint8Array(0)

/** The Fast Open cookies that servers have given us (RFC 7413, 4.1.3), by their address. */
export class FastOpenCache {
  private readonly config: HostConfig
  private readonly servers = new Map<string, Known>()

  constructor(config: HostConfig) {
    this.config = config
  }

  /** Before an active open, if its user wants Fast Open: by cookie, or with the request for one. */
  prepare(endpoint: Endpoint): void {
    const { connection } = endpoint
    if (!connection.options.fastOpen || (this.config.tcp_fastopen & CLIENT) === 0) return
    const known = this.servers.get(endpoint.remoteAddress)
    if (known !== undefined) connection.openFast(known.cookie, known.mss)
    else if (this.config.tcp_fastopen & CLIENT_WITHOUT_COOKIE) connection.openFast(null, DEFAULT_MSS)
    else connection.openFast(REQUEST, 0)
  }

  /** After the handshake: keeps a new cookie; a server that was reached by a plain SYN only is better left alone (4.1.3.1). */
  learn(endpoint: Endpoint): void {
    const { fastOpen, retransmits, segmentsRetransmitted, snd } = endpoint.connection.tcb
    const name = endpoint.remoteAddress
    if (fastOpen.cookieLength > 0 && (retransmits > 0 || segmentsRetransmitted > 0)) this.servers.delete(name)
    if (fastOpen.learnedLength <= 0) return
    const oldest = this.servers.keys().next()
    if (this.servers.size >= MOST && !this.servers.has(name) && !oldest.done) this.servers.delete(oldest.value)
    this.servers.set(name, { cookie: fastOpen.learned.slice(0, fastOpen.learnedLength), mss: snd.mss })
  }
}
