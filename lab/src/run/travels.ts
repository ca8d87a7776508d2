import type { WirePacket } from 'estab/sim'
import { PROTOCOL_TCP } from 'estab/wire'
import { fieldsOf } from './fields.ts'
import type { PacketsBuilder } from './packets.ts'

/** Of a wire on which nothing has arrived yet: how long a packet may well take. */
const GUESS = 10_000
/** A packet of which more bytes differ is another one. */
const MOST_CHANGED = 8
/** What takes so many times as long as another did is lost. */
const PATIENCE = 10

/** One direction of one wire: what is under way on it. */
interface Way {
  readonly from: number
  readonly to: number
  /** Packets sent and not arrived, oldest first. */
  readonly open: number[]
  /** How long the last one took. */
  transit: number
  /** The least that one took; 0 = none has arrived. */
  least: number
}

/** Follows packets from their sending to their arrival, on each wire. */
export class Travels {
  private readonly packets: PacketsBuilder
  private readonly ways = new Map<string, Way>()
  private readonly sightings = new WeakMap<WirePacket, number>()
  /** Packets that have arrived already. */
  private readonly settled = new Set<number>()

  constructor(packets: PacketsBuilder) {
    this.packets = packets
  }

  way(name: string, from: number, to: number): void {
    this.ways.set(name, { from, to, open: [], transit: GUESS, least: 0 })
  }

  ends(name: string): { readonly from: number; readonly to: number } | null {
    const way = this.ways.get(name)
    return way === undefined ? null : { from: way.from, to: way.to }
  }

  sent(name: string, packet: WirePacket, index: number): void {
    this.sightings.set(packet, index)
    this.ways.get(name)?.open.push(index)
  }

  indexOf(packet: WirePacket): number {
    return this.sightings.get(packet) ?? -1
  }

  /** Which packet this is that arrives; -1 = it was never sent. `copy`: it has arrived before. */
  arrived(name: string, packet: WirePacket, now: number): { readonly index: number; readonly copy: boolean } {
    const { packets } = this
    const way = this.ways.get(name)
    if (way === undefined) return { index: -1, copy: false }
    let index = this.sightings.get(packet) ?? -1
    if (index < 0) {
      index = this.changed(way, packet)
      if (index < 0) return { index, copy: false }
      packets.changed(index, packet.bytes)
    }
    if (this.settled.has(index)) return { index, copy: true }
    this.settled.add(index)
    way.open.splice(way.open.indexOf(index), 1)
    way.transit = now - packets.get(index, 'sentAt')
    if (way.transit > 0 && (way.least === 0 || way.transit < way.least)) way.least = way.transit
    packets.set(index, 'arrivedAt', now)
    return { index, copy: false }
  }

  /**
   * Which packet that is under way arrives as this one, whose bytes nobody has sent: the first with the same numbers and
   * flags, else the one of which the fewest bytes differ; -1 = none can be.
   */
  private changed(way: Way, packet: WirePacket): number {
    const fields = fieldsOf(packet)
    const same = (['protocol', 'flags', 'seq', 'ack', 'length'] as const).map((name) => [name, fields[name]] as const)
    const alike = way.open.find((index) => same.every(([name, value]) => this.packets.get(index, name) === value))
    if (alike !== undefined && fields.protocol === PROTOCOL_TCP) return alike
    let least = MOST_CHANGED + 1
    let found = -1
    for (const index of way.open) {
      const difference = this.packets.difference(index, packet.bytes)
      if (difference >= least) continue
      least = difference
      found = index
    }
    return found
  }

  /** Half-way on this wire for a packet sent at `at`. */
  halfWay(name: string, at: number): number {
    return at + Math.round((this.ways.get(name)?.transit ?? GUESS) / 2)
  }

  /** What has not arrived by `end`, though it had time enough, was lost. */
  finish(end: number): void {
    for (const [name, { open, least }] of this.ways) {
      const patience = Math.max(PATIENCE * least, 2 * GUESS)
      for (const index of open) {
        const lostAt = this.packets.get(index, 'lostAt')
        const sentAt = this.packets.get(index, 'sentAt')
        if (Number.isNaN(lostAt) && sentAt + patience > end) continue
        this.packets.mark(index, 'lost')
        if (Number.isNaN(lostAt)) this.packets.set(index, 'lostAt', this.halfWay(name, sentAt))
      }
    }
  }
}
