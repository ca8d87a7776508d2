import type { SeededRandom } from './seeded-random.ts'

/** What a queue does with a packet that comes; 'mark' drops it where it cannot be marked (RFC 3168, 5). */
export type QueueVerdict = 'take' | 'mark' | 'drop'

/** What stands in the queue when a packet comes. */
export interface QueueState {
  readonly packets: number
  readonly bytes: number
  /** Microseconds that it would wait. */
  readonly wait: number
}

/** Decides who may wait where a wire is slow. Packets are judged in the order in which they come. */
export interface QueueDiscipline {
  judge(state: QueueState, length: number, now: number): QueueVerdict
}

/** What kind of queue, and how large. */
export type QueueOptions =
  | { readonly kind: 'drop-tail'; readonly packets?: number; readonly bytes?: number }
  | {
      readonly kind: 'red'
      /** Bytes of the mean queue at which dropping begins, and at which all is dropped. */
      readonly least: number
      readonly most: number
      /** Probability of a drop just below `most`; 0.1 if not given. */
      readonly probability?: number
      /** Marks instead, where the ends speak ECN. */
      readonly ecn?: boolean
    }
  | {
      readonly kind: 'codel'
      /** Microseconds: the wait that is tolerated, 5,000 if not given, and for how long, 100,000. */
      readonly target?: number
      readonly interval?: number
      readonly ecn?: boolean
      readonly packets?: number
    }

/** Room for so many packets or bytes, and no more. */
export class DropTail implements QueueDiscipline {
  private readonly packets: number
  private readonly bytes: number

  constructor(packets = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY) {
    this.packets = packets
    this.bytes = bytes
  }

  judge(state: QueueState, length: number): QueueVerdict {
    return state.packets < this.packets && state.bytes + length <= this.bytes ? 'take' : 'drop'
  }
}

/** The mean follows the queue by one part in so many for each packet. */
const WEIGHT = 512

/** Random early detection (Floyd and Jacobson, 1993): the longer the queue is on the average, the likelier a drop. */
export class Red implements QueueDiscipline {
  private readonly options: Extract<QueueOptions, { kind: 'red' }>
  private readonly random: SeededRandom
  private mean = 0
  /** Packets since the last drop. */
  private since = -1
  /** Microseconds that a packet takes to leave, as last seen; and when the queue is empty if nothing more comes. */
  private packetTime = 0
  private emptyAt = 0

  constructor(options: Extract<QueueOptions, { kind: 'red' }>, random: SeededRandom) {
    this.options = options
    this.random = random
  }

  judge(state: QueueState, _length: number, now: number): QueueVerdict {
    const { least, most, probability = 0.1, ecn = false } = this.options
    this.average(state, now)
    if (this.mean < least) {
      this.since = -1
      return 'take'
    }
    if (this.mean >= most) return this.dropped('drop')
    this.since += 1
    const base = (probability * (this.mean - least)) / (most - least)
    // Spread evenly: the chance grows with those that were let through.
    const chance = base / Math.max(base, 1 - this.since * base)
    return this.random.chance(chance) ? this.dropped(ecn ? 'mark' : 'drop') : 'take'
  }

  /** Over a time without packets the mean falls as if those that could have been sent had found nothing waiting. */
  private average(state: QueueState, now: number): void {
    if (state.packets > 0) {
      this.packetTime = Math.max(1, Math.floor(state.wait / state.packets))
    } else if (this.emptyAt > 0 && this.packetTime > 0) {
      const missed = Math.min(Math.floor((now - this.emptyAt) / this.packetTime), 10 * WEIGHT)
      for (let i = 0; i < missed; i += 1) this.mean -= this.mean / WEIGHT
    }
    this.mean += (state.bytes - this.mean) / WEIGHT
    this.emptyAt = now + state.wait + this.packetTime
  }

  private dropped(verdict: QueueVerdict): QueueVerdict {
    this.since = 0
    return verdict
  }
}

/** CoDel (RFC 8289): a queue that has stood for an interval gets shorter by drops that come faster and faster. */
export class CoDel implements QueueDiscipline {
  private readonly target: number
  private readonly interval: number
  private readonly packets: number
  private readonly verdict: QueueVerdict
  /** When the wait will have been too long for an interval; 0 = it is short. */
  private firstAbove = 0
  private dropping = false
  private dropNext = 0
  private count = 0
  /** `count` when the last time of dropping began. */
  private lastCount = 0

  constructor(options: Extract<QueueOptions, { kind: 'codel' }>) {
    this.target = options.target ?? 5000
    this.interval = options.interval ?? 100_000
    this.packets = options.packets ?? 1000
    this.verdict = options.ecn === true ? 'mark' : 'drop'
  }

  judge(state: QueueState, _length: number, now: number): QueueVerdict {
    if (state.packets >= this.packets) return 'drop'
    const leaves = now + state.wait
    if (!this.isTooLong(state, leaves)) {
      this.dropping = false
      return 'take'
    }
    if (!this.dropping) {
      this.dropping = true
      // A queue that was just dropped from goes on at the rate that it needed (RFC 8289, 5.5).
      const needed = this.count - this.lastCount
      this.count = needed > 1 && leaves - this.dropNext < 16 * this.interval ? needed : 1
      this.lastCount = this.count
      this.dropNext = leaves + this.gap()
      return this.verdict
    }
    if (leaves < this.dropNext) return 'take'
    this.count += 1
    this.dropNext += this.gap()
    return this.verdict
  }

  private isTooLong(state: QueueState, leaves: number): boolean {
    if (state.wait < this.target || state.packets <= 1) {
      this.firstAbove = 0
      return false
    }
    if (this.firstAbove === 0) this.firstAbove = leaves + this.interval
    return leaves >= this.firstAbove
  }

  /** The interval by the square root of the count, in whole microseconds. */
  private gap(): number {
    return Math.floor((this.interval * 1000) / wholeRoot(this.count * 1_000_000))
  }
}

/** The largest whole number whose square is at most `value`, the same in every engine. */
function wholeRoot(value: number): number {
  let root = value
  for (let next = Math.floor((root + 1) / 2); next < root; next = Math.floor((root + Math.floor(value / root)) / 2))
    root = next
  return root
}
