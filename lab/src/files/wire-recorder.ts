import { type CapturedPacket, ConnectionObserver, type Observation } from 'estab/trace'
import { ACK, formatAddress, PROTOCOL_TCP, SYN, seq } from 'estab/wire'
import { endpoint } from '../run/fields.ts'
import { PacketsBuilder } from '../run/packets.ts'
import type { RunData } from '../run/play.ts'
import type { Move, RunConnection } from '../run/run.ts'
import { Series } from '../run/series.ts'
import { WireEnd } from './wire-end.ts'
import { WireLanes } from './wire-lanes.ts'
import { WireReader } from './wire-reader.ts'

interface Known {
  readonly id: number
  readonly protocol: RunConnection['protocol']
  readonly lanes: readonly [number, number]
  readonly endpoints: readonly [string, string]
  readonly initial: [number, number]
  readonly from: number
  to: number
  readonly ends: readonly [WireEnd, WireEnd]
  readonly series: readonly [Series, Series]
}

/** What was put on paper of a packet. */
export interface Noted {
  readonly index: number
  /** -1 = of none. */
  readonly connection: number
}

/** Writes down packets as they passed one place, and what they show of those who sent them. */
export class WireRecorder {
  readonly packets = new PacketsBuilder()
  readonly lanes = new WireLanes()
  readonly reader = new WireReader()
  private readonly source: 'captured' | 'live'
  private readonly epoch: number
  private readonly observer = new ConnectionObserver()
  private readonly connections: Known[] = []
  /** By the number that the observer has given them. */
  private readonly observed = new Map<number, Known>()
  /** The latest one between two ports. */
  private readonly byPair = new Map<string, Known>()
  private readonly moves: Move[] = []
  /** The lane of a machine that is watched itself; -1 = none. */
  private home = -1
  private end = 0

  /** `epoch`: of time 0, microseconds since 1970. */
  constructor(source: 'captured' | 'live', epoch: number) {
    this.source = source
    this.epoch = epoch
  }

  /** A machine that tells its own moves; what is neither from it nor for it is left aside. */
  watch(lane: number): void {
    this.home = lane
  }

  /**
   * A packet that passed at `packet.time`, microseconds since the run began, and not before those that were added
   * before; null for what is no IP packet, or left aside.
   */
  add(packet: CapturedPacket, reason = ''): Noted | null {
    const { reader, end: last } = this
    if (!reader.read(packet) || !this.isNear()) return null
    const at = Math.max(packet.time, last)
    this.end = at
    const bytes = packet.bytes.subarray(packet.ip)
    if (reader.isTcp) return this.addSegment(packet, bytes, at, reason)
    return this.addOther(packet, bytes, at, reason)
  }

  /** That packet has got no further. */
  lose(index: number): void {
    this.packets.set(index, 'arrivedAt', Number.NaN)
    this.packets.set(index, 'lostAt', this.packets.get(index, 'sentAt'))
    this.packets.mark(index, 'lost')
  }

  /** A machine has told that it moved. */
  move(move: Move): void {
    this.moves.push(move)
    this.end = Math.max(this.end, move.at)
  }

  /** The connection between two endpoints that was met last; -1 = none. */
  between(one: string, other: string): number {
    for (let i = this.connections.length - 1; i >= 0; i -= 1) {
      const { endpoints, id } = this.connections[i] as Known
      if ((endpoints[0] === one && endpoints[1] === other) || (endpoints[1] === one && endpoints[0] === other))
        return id
    }
    return -1
  }

  finish(end = this.end): RunData {
    return {
      source: this.source,
      lanes: this.lanes.finish(),
      links: [],
      packets: this.packets.finish(),
      connections: this.connections.map(({ id, protocol, lanes, endpoints, initial, from, to }) => {
        return { id, protocol, lanes, endpoints, initial: [...initial] as const, from, to }
      }),
      moves: [...this.moves].sort((a, b) => a.at - b.at),
      timers: [],
      samples: this.connections
        .filter(({ protocol }) => protocol === 'tcp')
        .flatMap(({ series }) => {
          return series.map((each) => each.finish())
        }),
      deeds: [],
      remarks: [],
      checks: [],
      figures: [],
      brokenOff: '',
      end: Math.max(end, this.end),
      epoch: this.epoch,
    }
  }

  private addSegment(packet: CapturedPacket, bytes: Uint8Array, at: number, reason: string): Noted {
    const { reader, packets } = this
    const { ip, segment } = reader
    const seen = this.observer.see(at, ip, segment)
    const known = seen === null ? null : this.meet(seen, at)
    const [from, to] = this.lanesOf(packet, known, seen?.sender ?? 0)
    const { flags, seq: number, ack, window, payloadLength: length } = segment
    const index = packets.add({
      ...{ from, to, sentAt: at, arrivedAt: at, protocol: PROTOCOL_TCP, flags, seq: number, ack, window, length },
      ...{ connection: known?.id ?? -1, end: seen?.sender ?? 0, bytes, reason },
    })
    if (seen === null || known === null) return { index, connection: -1 }
    const again = seen.marks.includes('retransmission') || seen.marks.includes('fast retransmission')
    if (again) packets.mark(index, 'retransmission')
    if (seen.marks.includes('out-of-order')) packets.mark(index, 'outOfOrder')
    this.follow(known, seen, again, at)
    return { index, connection: known.id }
  }

  /** A datagram, or an ICMP error, which belongs to the connection that it tells of. */
  private addOther(packet: CapturedPacket, bytes: Uint8Array, at: number, reason: string): Noted {
    const { ip, length, sourcePort, pair } = this.reader
    const isUdp = sourcePort >= 0
    const known = isUdp ? this.meetUdp(at) : (this.byPair.get(pair) ?? null)
    const [from, to] = this.lanesOf(packet, known)
    const first = known !== null && (isUdp ? from === known.lanes[0] : to === known.lanes[1])
    const connection = known?.id ?? -1
    const end = known === null || first ? 0 : 1
    const fields = { from, to, sentAt: at, arrivedAt: at, protocol: ip.protocol, length, connection, bytes, reason }
    return { index: this.packets.add({ ...fields, end }), connection }
  }

  /** What a segment shows of both ends. */
  private follow(known: Known, { sender, moves }: Observation, again: boolean, at: number): void {
    const { segment } = this.reader
    const receiver = sender === 0 ? 1 : 0
    if (segment.flags & SYN) known.initial[sender] = segment.seq
    else if (known.initial[sender] < 0) known.initial[sender] = seq.add(segment.seq, -1)
    if (segment.flags & ACK && known.initial[receiver] < 0) known.initial[receiver] = seq.add(segment.ack, -1)
    known.ends[sender].sends(segment, known.ends[receiver], again, at)
    known.series[0].add(known.ends[0].sample(known.ends[1], at))
    known.series[1].add(known.ends[1].sample(known.ends[0], at))
    for (const { end, from, to } of moves) {
      const lane = known.lanes[end]
      if (lane !== this.home) this.moves.push({ at, lane, connection: known.id, from, to })
    }
  }

  private meet({ connection: { id, ends } }: Observation, at: number): Known {
    let known = this.observed.get(id)
    if (known === undefined) {
      known = this.open('tcp', [ends[0].address, ends[1].address], [ends[0].port, ends[1].port], at)
      this.observed.set(id, known)
    }
    this.byPair.set(this.reader.pair, known)
    known.to = at
    return known
  }

  private meetUdp(at: number): Known {
    const { ip, pair, sourcePort, destinationPort } = this.reader
    let known = this.byPair.get(pair)
    if (known === undefined) {
      const addresses = [formatAddress(ip.source), formatAddress(ip.destination)] as const
      known = this.open('udp', addresses, [sourcePort, destinationPort], at)
      this.byPair.set(pair, known)
    }
    known.to = at
    return known
  }

  private open(
    protocol: Known['protocol'],
    [first, second]: readonly [string, string],
    ports: readonly [number, number],
    at: number,
  ): Known {
    const id = this.connections.length
    const lanes = first === second ? this.lanes.within(first) : ([this.lanes.of(first), this.lanes.of(second)] as const)
    const known: Known = {
      ...{ id, protocol, lanes, from: at, to: at, initial: [-1, -1] },
      endpoints: [endpoint(first, ports[0]), endpoint(second, ports[1])],
      ends: [new WireEnd(), new WireEnd()],
      series: [new Series(lanes[0], id), new Series(lanes[1], id)],
    }
    this.connections.push(known)
    return known
  }

  private isNear(): boolean {
    const { lanes, home, reader } = this
    if (home < 0) return true
    const { source, destination } = reader.ip
    return lanes.find(formatAddress(source)) === home || lanes.find(formatAddress(destination)) === home
  }

  private lanesOf(packet: CapturedPacket, known: Known | null, sender?: 0 | 1): readonly [number, number] {
    const { ip, sourcePort } = this.reader
    const [source, destination] = [formatAddress(ip.source), formatAddress(ip.destination)]
    if (source === destination && known !== null) {
      const first = sender ?? (known.endpoints[0].endsWith(`:${sourcePort}`) ? 0 : 1)
      return first === 0 ? known.lanes : [known.lanes[1], known.lanes[0]]
    }
    const [from, to] = [this.lanes.of(source), this.lanes.of(destination)]
    if (packet.direction === 'out') this.lanes.isVantage(from)
    if (packet.direction === 'in') this.lanes.isVantage(to)
    return [from, to]
  }
}
