import type { Device } from '../stack/device.ts'
import type { Direction, Flow, Probe } from '../stack/probe.ts'
import type { State } from '../tcp/states.ts'
import { parseAddress } from '../wire/address-text.ts'
import { IpHeader, Packet } from '../wire/packet.ts'
import { TcpSegment } from '../wire/tcp.ts'
import { Ladder, type LadderOptions } from './ladder.ts'
import { parseSegment } from './notation.ts'

/** When a story begins, microseconds. */
export const START = 5_000_000

/** So many milliseconds after the beginning. */
export function ms(milliseconds: number): number {
  return START + 1000 * milliseconds
}

/** A ladder, and a story that it is told. */
export function watch(options: LadderOptions = {}): { ladder: Ladder; story: Story } {
  const ladder = new Ladder(options)
  return { ladder, story: new Story({ client: ladder.probe('client'), server: ladder.probe('server') }) }
}

/** An IP header between two addresses in text form. */
export function ipHeader(source: string, destination: string): IpHeader {
  const ip = new IpHeader()
  const from = parseAddress(source)
  const to = parseAddress(destination)
  if (from === null || to === null) throw new Error(`not an address: ${source} or ${destination}`)
  ip.version = from.isV4 ? 4 : 6
  ip.source.set(from)
  ip.destination.set(to)
  return ip
}

type Side = 'client' | 'server'

interface Host {
  readonly address: string
  readonly port: number
  readonly isn: number
  state: State
}

/** Tells two probes a hand-made story: who sends what when, what arrives, who changes state. */
export class Story {
  private readonly probes: Partial<Record<Side, Probe>>
  private readonly hosts: Record<Side, Host>

  constructor(probes: Partial<Record<Side, Probe>>, client = '10.0.0.1', server = '10.0.0.2', port = 40000) {
    this.probes = probes
    this.hosts = {
      client: { address: client, port, isn: 3626544836, state: 'CLOSED' },
      server: { address: server, port: 80, isn: 4294967290, state: 'CLOSED' },
    }
  }

  /** The segment leaves `side`; `payload` is what it carries, `segmentSize` that of a super-segment. */
  sends(side: Side, time: number, notation: string, payload = '', segmentSize = 0): this {
    return this.tell(side, 'out', side, time, notation, payload, segmentSize)
  }

  /** The segment, sent by the other side, arrives at `side`. */
  receives(side: Side, time: number, notation: string, segmentSize = 0): this {
    return this.tell(side, 'in', side === 'client' ? 'server' : 'client', time, notation, '', segmentSize)
  }

  /** Leaves one side and arrives at the other. */
  passes(from: Side, sent: number, received: number, notation: string, payload = ''): this {
    this.sends(from, sent, notation, payload)
    return this.receives(from === 'client' ? 'server' : 'client', received, notation)
  }

  becomes(side: Side, time: number, state: State): this {
    const from = this.hosts[side].state
    this.hosts[side].state = state
    this.probes[side]?.state(this.flow(side), from, state, time)
    return this
  }

  private tell(
    side: Side,
    direction: Direction,
    from: Side,
    time: number,
    notation: string,
    payload: string,
    segmentSize: number,
  ): this {
    const sender = this.hosts[from]
    const receiver = this.hosts[from === 'client' ? 'server' : 'client']
    const segment = new TcpSegment()
    if (!parseSegment(notation, segment, { base: { seq: sender.isn, ack: receiver.isn } })) throw new Error(notation)
    segment.bytes = new TextEncoder().encode(payload)
    segment.segmentSize = segmentSize
    segment.sourcePort = sender.port
    segment.destinationPort = receiver.port
    const ip = ipHeader(sender.address, receiver.address)
    this.probes[side]?.segment(direction, ip, segment, this.flow(side), time, '')
    this.probes[side]?.packet(direction, NO_DEVICE, new Packet(), time)
    return this
  }

  private flow(side: Side): Flow {
    const local = this.hosts[side]
    const remote = this.hosts[side === 'client' ? 'server' : 'client']
    return {
      localAddress: local.address,
      localPort: local.port,
      remoteAddress: remote.address,
      remotePort: remote.port,
      state: local.state,
    }
  }
}

export const NO_DEVICE: Device = {
  name: 'none',
  mtu: 1500,
  medium: 'ip',
  hardwareAddress: new Uint8Array(6),
  checksumOffload: false,
  segmentation: 0,
  attach() {},
  receive: () => false,
  claim: () => null,
  transmit() {},
  close() {},
}
