import type { HostConfig } from '../stack/config.ts'
import type { TcpCounters } from '../tcp/counters.ts'
import type { State } from '../tcp/states.ts'
import type { Tcb } from '../tcp/tcb.ts'
import { add } from '../wire/seq.ts'
import { ACK, FIN, SYN, type TcpSegment } from '../wire/tcp.ts'
import { listen, type ServerSocket } from './server-socket.ts'
import { connect, type StreamSocket } from './stream-socket.ts'
import { OURS_V4, OURS_V6, PEER_V4, PEER_V6, type Sent, TapHost } from './tap-host.testkit.ts'

/** 'HALF-OPEN': SYN-RECEIVED at a listener; 'SYN-RECEIVED': after a simultaneous open; 'IN-FLIGHT': ESTABLISHED with data in flight. */
export type Place = State | 'HALF-OPEN' | 'IN-FLIGHT'

export interface TargetSetup {
  family?: 4 | 6
  /** Receive window in bytes, at most; 65,536 if absent. */
  window?: number
  scaling?: boolean
  timestamps?: boolean
  config?: Partial<HostConfig>
}

/** Places with a synchronised connection that is open (RFC 9293, 3.3.2). */
export const SYNCHRONISED: readonly Place[] = [
  'ESTABLISHED',
  'IN-FLIGHT',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
]

/** How a place ends when the honest peer goes on: who has closed first waits. */
export function ending(place: Place): [State, string] {
  return [/^(FIN-WAIT|CLOSING|TIME-WAIT)/.test(place) ? 'TIME-WAIT' : 'CLOSED', '']
}

/** Windows small, of 64 KB, of 1 MB; with and without window scaling and timestamps. */
export const SETUPS: readonly (TargetSetup & { name: string })[] = [4096, 65_536, 1 << 20].flatMap((window) =>
  [true, false].flatMap((scaling) =>
    (scaling || window < 1 << 20 ? [false, true] : []).map((timestamps) => ({
      window,
      scaling,
      timestamps,
      name: `a window of ${window}${scaling ? ', scaled' : ''}${timestamps ? ', timestamps' : ''}`,
    })),
  ),
)

const MSS = 1400
/** Where the honest peer's numbers begin: so that they wrap soon. */
const PEER_ISS = 0xfffffc00

/**
 * A connection to be attacked: the host on a tap, and its honest peer, played here, which acknowledges only when
 * told. All honest bytes are 0.
 */
export class Target {
  readonly it: TapHost
  readonly ours: string
  readonly peer: string
  ourPort = 80
  peerPort = 8080
  /** Null = it waits to be accepted. */
  socket: StreamSocket | null = null
  private server: ServerSocket | null = null
  /** The peer's: the octet it sends next, and the one it expects. */
  next = PEER_ISS
  got = 0
  /** Our FIN has come there, the peer's has gone. */
  private finSeen = false
  private finSent = false
  private tsRecent = 0
  private readonly setup: TargetSetup

  constructor(setup: TargetSetup = {}) {
    const window = setup.window ?? 65_536
    this.setup = setup
    this.it = new TapHost({
      tcp_rmem: [4096, 2 * window, 6_291_456],
      tcp_window_scaling: setup.scaling ?? true,
      tcp_timestamps: setup.timestamps ?? false,
      ...setup.config,
    })
    this.ours = setup.family === 6 ? OURS_V6 : OURS_V4
    this.peer = setup.family === 6 ? PEER_V6 : PEER_V4
  }

  /** At `place`, by the shortest way. */
  static at(place: Place, setup: TargetSetup = {}): Target {
    const target = new Target(setup)
    target.open(place)
    return target
  }

  get tcb(): Tcb {
    for (const each of this.it.host.tcp.connections()) if ('connection' in each) return each.connection.tcb
    throw new Error('there is no connection')
  }

  get counters(): Readonly<TcpCounters> {
    return this.it.host.tcp.counters
  }

  /** Of the connection, or of what is left of it. */
  get state(): State {
    const [found] = [...this.it.host.tcp.connections()]
    return found === undefined ? 'CLOSED' : found.state
  }

  /** A segment of the honest peer's. */
  send(fields: Partial<TcpSegment>): void {
    const stamped = this.setup.timestamps === true
    const stamps = stamped ? { hasTimestamps: true, tsVal: this.clock, tsEcr: this.tsRecent } : {}
    const { next, got } = this
    this.it.segment({ ...this.ports, ...stamps, seq: next, ack: got, flags: ACK, ...fields }, this.peer, this.ours)
    const flags = fields.flags ?? ACK
    if (fields.seq !== undefined) return
    this.next = add(next, (fields.payloadLength ?? 0) + (flags & (SYN | FIN) ? 1 : 0))
    if (flags & FIN) this.finSent = true
  }

  /** What the host has sent; the honest peer takes what is in order. */
  take(): Sent[] {
    const all = this.it.sent()
    for (const { segment } of all) {
      if (segment.hasTimestamps) this.tsRecent = segment.tsVal
      if (segment.flags & SYN) this.got = add(segment.seq, 1)
      else if (segment.seq === this.got) {
        const fin = segment.flags & FIN ? 1 : 0
        this.got = add(this.got, segment.payloadLength + fin)
        if (fin) this.finSeen = true
      }
    }
    return all
  }

  /** The fields that everybody knows who knows the four-tuple. */
  get ports() {
    return { sourcePort: this.peerPort, destinationPort: this.ourPort }
  }

  /** The honest peer's timestamp clock. */
  get clock(): number {
    return Math.floor(this.it.now / 1000) + 77_000
  }

  /** The connection goes on as if nothing had been: data both ways, both FINs. Returns the state it ends in, and its error. */
  finish(): [State, string] {
    this.synchronise()
    const socket = this.held
    this.it.turn(1_000_000)
    this.take()
    const receives = ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'].includes(this.state)
    if (receives) for (let i = 0; i < 3; i += 1) this.deliver(MSS, socket)
    if (this.state === 'ESTABLISHED' || this.state === 'CLOSE-WAIT') this.fetch(3000, socket)
    if (!this.finSent) this.send({ flags: ACK | FIN })
    if (socket.state === 'CLOSE-WAIT') socket.shutdown('write')
    this.it.turn()
    this.take()
    if (!this.finSeen) throw new Error('our FIN was not sent')
    this.send({})
    return [socket.state, socket.error]
  }

  get held(): StreamSocket {
    this.socket ??= this.server?.accept() ?? null
    if (this.socket === null) throw new Error('nothing to accept')
    return this.socket
  }

  /** The peer sends `length` bytes, which are read; others than its own fail. */
  deliver(length: number, socket: StreamSocket): void {
    for (let left = length; left > 0; left -= MSS) this.send({ payloadLength: Math.min(left, MSS), window: 65_535 })
    this.it.turn()
    const bytes = new Uint8Array(socket.readable)
    if (bytes.length > 0) socket.read(bytes)
    if (bytes.length !== length) throw new Error(`${bytes.length} bytes arrived of ${length}`)
    if (bytes.some((byte) => byte !== 0)) throw new Error('forged bytes were read')
    this.it.turn()
    this.take()
  }

  /** The owner writes `length` bytes, which the peer takes and acknowledges. */
  fetch(length: number, socket: StreamSocket): void {
    const from = this.got
    if (socket.write(new Uint8Array(length)) !== length) throw new Error('there was no room to write')
    for (let round = 0; round < 10; round += 1) {
      this.it.turn(1000)
      this.take()
      this.send({ window: 65_535 })
    }
    if (this.got !== add(from, length)) throw new Error('not everything that was written came')
  }

  private open(place: Place): void {
    if (place === 'HALF-OPEN') {
      this.server = listen(this.it.host, { port: 80 })
      this.send({ flags: SYN, ack: 0, ...this.offer })
      this.take()
      return
    }
    this.peerPort = 80
    this.socket = connect(this.it.host, { address: this.peer, port: 80 })
    this.ourPort = this.socket.localPort
    this.it.turn()
    this.take()
    if (place === 'SYN-SENT') return
    if (place === 'SYN-RECEIVED') {
      this.send({ flags: SYN, ack: 0, ...this.offer })
      this.take()
      return
    }
    this.send({ flags: SYN | ACK, ...this.offer })
    this.widen()
    this.take()
    this.lead(place, this.socket)
    if (place !== 'IN-FLIGHT' && this.state !== place) throw new Error(`this is ${this.state}`)
  }

  private lead(place: Place, socket: StreamSocket): void {
    if (place === 'CLOSE-WAIT' || place === 'LAST-ACK') this.send({ flags: ACK | FIN })
    if (place === 'IN-FLIGHT') socket.write(new Uint8Array(20_000))
    else if (place !== 'ESTABLISHED' && place !== 'CLOSE-WAIT') socket.shutdown('write')
    this.it.turn()
    const acknowledged = this.got
    if (place === 'IN-FLIGHT') {
      this.it.sent()
      return
    }
    this.take()
    if (place === 'FIN-WAIT-2') this.send({})
    if (place === 'CLOSING') this.send({ flags: ACK | FIN, ack: acknowledged })
    if (place === 'TIME-WAIT') this.send({ flags: ACK | FIN })
    this.take()
  }

  /** Data comes until the window has its full size. */
  private widen(): void {
    const { window = 65_536 } = this.setup
    const socket = this.held
    const most = this.setup.scaling === false ? 65_535 : window
    for (let i = 0; i < 2000 && this.tcb.rcvWnd < most - 2 * MSS && most > 65_535; i += 1) this.deliver(MSS, socket)
  }

  /** Up to ESTABLISHED, where it is not there yet; what is in flight is acknowledged. */
  private synchronise(): void {
    if (this.state === 'SYN-SENT') this.send({ flags: SYN | ACK, ...this.offer })
    else if (this.state === 'SYN-RECEIVED' && this.server === null) {
      this.send({ flags: SYN | ACK, seq: PEER_ISS, ...this.offer })
    } else this.send({ window: 65_535 })
    for (let round = 0; round < 200 && this.unacknowledged; round += 1) {
      this.it.turn(1_000_000)
      this.take()
      this.send({ window: 65_535 })
    }
  }

  private get unacknowledged(): boolean {
    return this.state === 'ESTABLISHED' && this.tcb.flight.count > 0
  }

  private get offer(): Partial<TcpSegment> {
    return {
      mss: MSS,
      sackPermitted: true,
      windowScale: this.setup.scaling === false ? -1 : 7,
      window: 65_535,
    }
  }
}
