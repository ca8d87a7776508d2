import type { State } from 'estab'
import { type CapturedPacket, ConnectionObserver, type ObservedConnection } from 'estab/trace'
import { WireReader } from './wire-reader.ts'

/** Pairs of UDP ports; more are not told of. */
const MOST_UDP = 10_000

/** One connection of a capture, or what two UDP ports say to each other. */
export interface CaptureRow {
  /** From 0, in the order in which they were first seen. */
  readonly id: number
  readonly protocol: 'tcp' | 'udp'
  /** By which its packets are found again. */
  readonly pair: string
  /** '10.0.0.1:49152'; the first is who opened it, as far as is known. */
  readonly endpoints: readonly [string, string]
  /** Of both ends when the capture ends; '' = not known. */
  readonly states: readonly [State | '', State | '']
  readonly packets: number
  /** Of payload. */
  readonly bytes: number
  readonly retransmissions: number
  /** When the first was seen and when the last, microseconds since the first packet of the capture. */
  readonly from: number
  readonly to: number
}

interface Open {
  readonly protocol: CaptureRow['protocol']
  readonly pair: string
  readonly endpoints: readonly [string, string]
  /** Null of UDP. */
  readonly observed: ObservedConnection | null
  packets: number
  bytes: number
  retransmissions: number
  readonly from: number
  to: number
}

/** Finds out which connections a capture holds, packet by packet. */
export class CaptureIndex {
  private readonly reader = new WireReader()
  private readonly observer = new ConnectionObserver()
  private readonly rows: Open[] = []
  private readonly byObserved = new Map<number, Open>()
  private readonly byPair = new Map<string, Open>()
  /** Of the first packet; -1 before it. */
  private epoch = -1
  private now = 0
  private notFollowed = 0

  add(packet: CapturedPacket): void {
    if (this.epoch < 0) this.epoch = packet.time
    // Captures from several processors are not quite in order.
    this.now = Math.max(this.now, packet.time - this.epoch)
    const { reader } = this
    if (!reader.read(packet)) return
    if (reader.isTcp) this.addSegment()
    else if (reader.sourcePort >= 0) this.addDatagram()
  }

  finish(): { epoch: number; end: number; notFollowed: number; rows: CaptureRow[] } {
    const rows = this.rows.map(({ observed, ...row }, id): CaptureRow => {
      const states =
        observed === null ? (['', ''] as const) : ([observed.ends[0].state, observed.ends[1].state] as const)
      return { id, states, ...row }
    })
    const notFollowed = this.notFollowed + this.observer.segmentsNotFollowed
    return { epoch: Math.max(0, this.epoch), end: this.now, notFollowed, rows }
  }

  private addSegment(): void {
    const { reader, now } = this
    const seen = this.observer.see(now, reader.ip, reader.segment)
    if (seen === null) return
    const { connection, marks } = seen
    let row = this.byObserved.get(connection.id)
    if (row === undefined) {
      const [source, destination] = reader.endpoints()
      const endpoints = seen.sender === 0 ? ([source, destination] as const) : ([destination, source] as const)
      row = this.open('tcp', endpoints, connection)
      this.byObserved.set(connection.id, row)
    }
    row.packets += 1
    row.bytes += reader.length
    row.to = now
    if (marks.includes('retransmission') || marks.includes('fast retransmission')) row.retransmissions += 1
  }

  private addDatagram(): void {
    const { reader } = this
    let row = this.byPair.get(reader.pair)
    if (row === undefined) {
      if (this.byPair.size === MOST_UDP) {
        this.notFollowed += 1
        return
      }
      row = this.open('udp', reader.endpoints(), null)
      this.byPair.set(reader.pair, row)
    }
    row.packets += 1
    row.bytes += reader.length
    row.to = this.now
  }

  private open(protocol: Open['protocol'], endpoints: Open['endpoints'], observed: Open['observed']): Open {
    const counts = { packets: 0, bytes: 0, retransmissions: 0, from: this.now, to: this.now }
    const row: Open = { protocol, pair: this.reader.pair, endpoints, observed, ...counts }
    this.rows.push(row)
    return row
  }
}
