import { withCongestionMark } from './congestion-mark.ts'
import { Fifo } from './fifo.ts'
import type { QueueDiscipline } from './queue.ts'
import type { Onward, Stage } from './stage.ts'
import type { WirePacket } from './wire-packet.ts'

/** A slow part of the way: packets leave it one after the other, and wait in a queue meanwhile. */
export class Bottleneck implements Stage {
  dropped = 0
  marked = 0
  /** Bits a second. */
  private readonly rate: number
  private readonly queue: QueueDiscipline
  /** When the wire is free: whole microseconds, and the rest in parts of the rate. */
  private freeAt = 0
  private over = 0
  /** When those that wait, or are being sent, will have left; and their lengths. */
  private readonly leaving = new Fifo<number>()
  private readonly lengths = new Fifo<number>()
  private bytes = 0

  constructor(rate: number, queue: QueueDiscipline) {
    this.rate = rate
    this.queue = queue
  }

  pass(packet: WirePacket, now: number, onward: Onward): void {
    this.settle(now)
    const { length } = packet.bytes
    const state = { packets: this.leaving.size, bytes: this.bytes, wait: Math.max(0, this.freeAt - now) }
    const verdict = this.queue.judge(state, length, now)
    const taken = verdict === 'mark' ? withCongestionMark(packet) : packet
    if (verdict === 'drop' || taken === null) {
      this.dropped += 1
      return
    }
    if (verdict === 'mark') this.marked += 1
    const at = this.send(length, now)
    this.leaving.push(at)
    this.lengths.push(length)
    this.bytes += length
    onward(taken, at)
  }

  /** When it will have left: what is more than whole microseconds counts for the next one. */
  private send(length: number, now: number): number {
    if (this.freeAt < now) {
      this.freeAt = now
      this.over = 0
    }
    const work = length * 8_000_000 + this.over
    this.freeAt += Math.floor(work / this.rate)
    this.over = work % this.rate
    return this.over > 0 ? this.freeAt + 1 : this.freeAt
  }

  /** Those that have left do not wait any more. */
  private settle(now: number): void {
    while ((this.leaving.first ?? Number.POSITIVE_INFINITY) <= now) {
      this.leaving.shift()
      this.bytes -= this.lengths.shift() ?? 0
    }
  }
}
