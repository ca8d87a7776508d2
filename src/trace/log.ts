import type { Direction, Flow, Probe } from '../stack/probe.ts'
import type { State } from '../tcp/states.ts'
import { formatAddress } from '../wire/address-text.ts'
import type { IpHeader } from '../wire/packet.ts'
import type { TcpSegment } from '../wire/tcp.ts'
import { formatSegment } from './notation.ts'
import { type End, SequenceOrigins } from './sequence-origins.ts'
import { formatPlainTime } from './time-text.ts'

export interface LogOptions {
  /** Time 0 of the log, in microseconds of the host's clock; that of the first line unless given. */
  readonly origin?: number
  /** Sequence numbers as on the wire; relative to the initial ones unless set. */
  readonly absolute?: boolean
  /** Also a line for each state change. */
  readonly states?: boolean
}

/** So many connections keep their relative numbers; beyond them the oldest is forgotten. */
const MAX_CONNECTIONS = 4096

/**
 * A probe that hands `write` one line for each segment, without a line end, in the style of tcpdump:
 * `0.000203 10.0.0.1.40000 > 10.0.0.2.80: S 0:0(0) win 64240 <mss 1460>`.
 */
export function logProbe(write: (line: string) => void, options: LogOptions = {}): Probe {
  return new LogProbe(write, options)
}

class LogProbe implements Probe {
  private readonly write: (line: string) => void
  private readonly absolute: boolean
  private readonly states: boolean
  /** NaN until the first line. */
  private origin: number
  private readonly connections = new Map<string, SequenceOrigins>()

  constructor(write: (line: string) => void, options: LogOptions) {
    this.write = write
    this.absolute = options.absolute ?? false
    this.states = options.states ?? false
    this.origin = options.origin ?? Number.NaN
  }

  packet(): void {}

  segment(direction: Direction, ip: IpHeader, segment: TcpSegment, flow: Flow | null, now: number): void {
    const source = `${formatAddress(ip.source)}.${segment.sourcePort}`
    const destination = `${formatAddress(ip.destination)}.${segment.destinationPort}`
    const text = this.absolute
      ? formatSegment(segment)
      : this.formatRelative(direction, source, destination, segment, flow)
    this.write(`${this.time(now)} ${source} > ${destination}: ${text}`)
  }

  state(flow: Flow, from: State, to: State, now: number): void {
    if (!this.states) return
    const local = `${flow.localAddress}.${flow.localPort}`
    const remote = `${flow.remoteAddress}.${flow.remotePort}`
    this.write(`${this.time(now)} ${local} > ${remote}: ${from} -> ${to}`)
  }

  private formatRelative(
    direction: Direction,
    source: string,
    destination: string,
    segment: TcpSegment,
    flow: Flow | null,
  ): string {
    const local: End = 0
    const remote: End = 1
    const from = direction === 'out' ? local : remote
    const origins = this.connection(from === local ? `${source} ${destination}` : `${destination} ${source}`)
    origins.learn(from, segment, flow)
    return formatSegment(segment, { base: origins.base(from, segment) })
  }

  private connection(key: string): SequenceOrigins {
    const known = this.connections.get(key)
    if (known !== undefined) return known
    const origins = new SequenceOrigins()
    this.connections.set(key, origins)
    if (this.connections.size > MAX_CONNECTIONS) {
      const [oldest] = this.connections.keys()
      if (oldest !== undefined) this.connections.delete(oldest)
    }
    return origins
  }

  private time(now: number): string {
    if (Number.isNaN(this.origin)) this.origin = now
    return formatPlainTime(now - this.origin)
  }
}
