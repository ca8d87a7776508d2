import { FIN, PROTOCOL_TCP, RST, SYN, seq } from 'estab/wire'
import type { PacketsBuilder } from './packets.ts'

/** What a receiver of segments expects. */
export interface Expectation {
  /** RCV.NXT. */
  readonly next: number
  /** RCV.WND. */
  readonly window: number
}

/** What a machine has taken at one moment, before it looked at it. */
interface Taken {
  readonly connection: number
  readonly lane: number
  readonly at: number
  readonly next: number
}

/** Probes have such numbers on purpose. */
const PROBES: ReadonlySet<string> = new Set(['keepalive', 'window-probe'])

/** Tells of each segment whether it repeats what was sent, and whether its receiver could expect it. */
export class Verdicts {
  private readonly packets: PacketsBuilder
  /** By connection and end: the end of the highest range sent. */
  private readonly highest = new Map<string, number>()
  private taken: Taken = { connection: -1, lane: -1, at: -1, next: 0 }

  constructor(packets: PacketsBuilder) {
    this.packets = packets
  }

  /** A packet was sent by one end of its connection. */
  sent(index: number): void {
    const { packets } = this
    const size = this.size(index)
    if (packets.get(index, 'protocol') !== PROTOCOL_TCP || packets.get(index, 'flags') & RST || size === 0) return
    const first = packets.get(index, 'seq')
    const key = `${packets.get(index, 'connection')} ${packets.get(index, 'end')}`
    const highest = this.highest.get(key)
    if (highest !== undefined && seq.before(first, highest)) packets.mark(index, 'retransmission')
    const last = seq.add(first, size)
    if (highest === undefined || seq.after(last, highest)) this.highest.set(key, last)
  }

  /** A segment has come to a lane that expects this, as far as it had looked. */
  arrived(index: number, lane: number, { next, window }: Expectation, at: number): void {
    const { packets, taken } = this
    if (PROBES.has(packets.reasonOf(index))) return
    const connection = packets.get(index, 'connection')
    const first = packets.get(index, 'seq')
    const size = this.size(index)
    // What came at this very moment the machine may not have looked at yet.
    const fresh =
      taken.connection === connection && taken.lane === lane && taken.at === at && seq.after(taken.next, next)
    const from = seq.distance(first, fresh ? taken.next : next)
    if (from + size < 0 || (from > 0 && from > window)) packets.mark(index, 'outOfWindow')
    else if (from > 0 && size > 0) packets.mark(index, 'outOfOrder')
    else if (from + size > 0) this.taken = { connection, lane, at, next: seq.add(first, size) }
  }

  /** Octets of sequence space. */
  private size(index: number): number {
    const flags = this.packets.get(index, 'flags')
    return this.packets.get(index, 'length') + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0)
  }
}
