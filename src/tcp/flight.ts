import { after, before, distance } from '../wire/seq.ts'
import type { Delivery } from './delivery.ts'
import { giveColumns, NO_COLUMNS, takeColumns } from './flight-columns.ts'

/** What is known of a segment in flight, as bits. */
export const SACKED = 1
export const LOST = 2
/** Its retransmission is in the network. */
export const RETRANSMITTED = 4
/** It was retransmitted at some time: no RTT sample (Karn). */
export const EVER_RETRANSMITTED = 8
export const HAS_SYN = 16
export const HAS_FIN = 32

const FIRST_ROOM = 16

/**
 * The segments sent and not yet acknowledged: the retransmission queue of RFC 9293 (3.10.8), as
 * columns in a ring. It says what was sent when, and counts in segments as Linux does; the bytes
 * are in the send buffer. Holds no columns while nothing is in flight.
 */
export class Flight {
  private head = 0
  private columns = NO_COLUMNS

  /** Segments held. */
  count = 0
  sackedOut = 0
  lostOut = 0
  retransmittedOut = 0
  /** Highest sequence number that a SACK block has covered; valid while sackedOut > 0. */
  highestSacked = 0
  /** No segment before this index awaits its retransmission. */
  private lostHint = 0

  /** Segments thought to be in the network (RFC 6675: pipe). */
  get pipe(): number {
    return this.count - this.sackedOut - this.lostOut + this.retransmittedOut
  }

  seq(index: number): number {
    return this.columns.seqs[(this.head + index) & this.columns.mask] ?? 0
  }

  /** Sequence number after the segment's last octet, SYN or FIN included. */
  end(index: number): number {
    return this.columns.ends[(this.head + index) & this.columns.mask] ?? 0
  }

  /** When it was sent last. */
  sentAt(index: number): number {
    return this.columns.times[(this.head + index) & this.columns.mask] ?? 0
  }

  flags(index: number): number {
    return this.columns.bits[(this.head + index) & this.columns.mask] ?? 0
  }

  /** Notes a segment that was sent for the first time. */
  push(seq: number, end: number, now: number, flags: number): void {
    if (this.count > this.columns.mask) this.grow()
    const { columns } = this
    const slot = (this.head + this.count) & columns.mask
    columns.seqs[slot] = seq
    columns.ends[slot] = end
    columns.times[slot] = now
    columns.bits[slot] = flags
    this.count += 1
  }

  /** Notes that segment `index` was sent again. */
  resent(index: number, now: number): void {
    const slot = (this.head + index) & this.columns.mask
    const flags = this.columns.bits[slot] ?? 0
    if ((flags & RETRANSMITTED) === 0) this.retransmittedOut += 1
    this.columns.times[slot] = now
    this.columns.bits[slot] = flags | RETRANSMITTED | EVER_RETRANSMITTED
  }

  /** Notes that segment `index` was repeated as a probe, which does not count as being in the network (as Linux). */
  probed(index: number, now: number): void {
    const slot = (this.head + index) & this.columns.mask
    this.columns.times[slot] = now
    this.columns.bits[slot] = (this.columns.bits[slot] ?? 0) | EVER_RETRANSMITTED
  }

  /** Cuts segment `index` at sequence number `at`, its end excluded, in two of the same fate. */
  split(index: number, at: number): void {
    const flags = this.flags(index)
    if (this.count > this.columns.mask) this.grow()
    const { columns } = this
    this.count += 1
    // The shorter side makes room.
    if (2 * index < this.count) {
      this.head = (this.head - 1) & columns.mask
      for (let i = 0; i <= index; i += 1) this.moveSlot(i + 1, i)
    } else {
      for (let i = this.count - 1; i > index; i -= 1) this.moveSlot(i - 1, i)
    }
    const first = (this.head + index) & columns.mask
    const second = (this.head + index + 1) & columns.mask
    columns.ends[first] = at
    columns.bits[first] = flags & ~HAS_FIN
    columns.seqs[second] = at
    columns.bits[second] = flags & ~HAS_SYN
    if (flags & SACKED) this.sackedOut += 1
    if (flags & LOST) this.lostOut += 1
    if (flags & RETRANSMITTED) this.retransmittedOut += 1
  }

  /** Removes what lies before `una`; a segment acknowledged in part keeps its rest. */
  acknowledge(una: number, delivery: Delivery): void {
    const { columns } = this
    const overtaken = this.sackedOut > 0
    while (this.count > 0) {
      const slot = this.head
      const end = columns.ends[slot] ?? 0
      const flags = columns.bits[slot] ?? 0
      if (after(end, una)) {
        if (before(columns.seqs[slot] ?? 0, una)) columns.seqs[slot] = una
        break
      }
      if (flags & LOST) this.lostOut -= 1
      if (flags & RETRANSMITTED) this.retransmittedOut -= 1
      if (flags & SACKED) {
        this.sackedOut -= 1
      } else {
        const resent = (flags & EVER_RETRANSMITTED) !== 0
        if (flags & HAS_SYN) {
          delivery.takeSyn(columns.times[slot] ?? 0, resent)
        } else {
          delivery.take(columns.times[slot] ?? 0, end, resent, true)
          delivery.acked += 1
        }
        if (overtaken && !resent && before(end, this.highestSacked)) delivery.reordered = true
      }
      if (flags & HAS_FIN) delivery.fin = true
      this.head = (this.head + 1) & columns.mask
      this.count -= 1
      if (this.lostHint > 0) this.lostHint -= 1
    }
    if (this.count === 0) this.release()
  }

  /**
   * Marks what a SACK block covers whole (RFC 2018, 5). What was marked before is leapt over, however often
   * blocks say it again.
   */
  sack(left: number, right: number, delivery: Delivery): void {
    const { columns } = this
    const from = this.indexOf(left)
    let index = from
    while (index < this.count) {
      const slot = (this.head + index) & columns.mask
      const flags = columns.bits[slot] ?? 0
      if (flags & SACKED) {
        index += columns.runs[slot] ?? 1
        continue
      }
      const end = columns.ends[slot] ?? 0
      if (after(end, right)) break
      if (this.sackedOut > 0 && (flags & EVER_RETRANSMITTED) === 0 && before(end, this.highestSacked)) {
        delivery.reordered = true
      }
      delivery.take(columns.times[slot] ?? 0, end, (flags & EVER_RETRANSMITTED) !== 0, false)
      delivery.sacked += 1
      if (flags & LOST) this.lostOut -= 1
      if (flags & RETRANSMITTED) this.retransmittedOut -= 1
      columns.bits[slot] = (flags | SACKED) & ~(LOST | RETRANSMITTED)
      columns.runs[slot] = 1
      this.sackedOut += 1
      if (this.sackedOut === 1 || after(end, this.highestSacked)) this.highestSacked = end
      index += 1
    }
    this.joinRuns(from, index)
  }

  /** All from index `from` to before `to` are sacked: each that was visited on the way now leads to the end. */
  private joinRuns(from: number, to: number): void {
    const { columns } = this
    for (let i = from; i < to; ) {
      const slot = (this.head + i) & columns.mask
      const run = columns.runs[slot] ?? 1
      columns.runs[slot] = to - i
      i += run
    }
  }

  /** How far it is from segment `index`, which is sacked, to the next that may not be. */
  sackedRun(index: number): number {
    return this.columns.runs[(this.head + index) & this.columns.mask] ?? 1
  }

  /** Marks segment `index` lost: it, or its retransmission, will not arrive. */
  lose(index: number): void {
    const slot = (this.head + index) & this.columns.mask
    const flags = this.columns.bits[slot] ?? 0
    if (flags & SACKED) return
    if (flags & RETRANSMITTED) this.retransmittedOut -= 1
    if ((flags & LOST) === 0) this.lostOut += 1
    this.columns.bits[slot] = (flags | LOST) & ~RETRANSMITTED
    if (index < this.lostHint) this.lostHint = index
  }

  /**
   * The retransmission timer has fired (RFC 6298, 5.4): the head is lost, and everything not sacked that
   * was sent before `sentBefore`.
   */
  loseAll(sentBefore: number): void {
    for (let i = 0; i < this.count; i += 1) if (i === 0 || this.sentAt(i) <= sentBefore) this.lose(i)
  }

  /** The peer has thrown away what it had sacked (RFC 2018, 8): forget its SACKs. */
  forgetSacks(): void {
    for (let i = 0; i < this.count; i += 1) {
      const slot = (this.head + i) & this.columns.mask
      this.columns.bits[slot] = (this.columns.bits[slot] ?? 0) & ~SACKED
    }
    this.sackedOut = 0
  }

  /** Nothing is lost any more: a recovery was spurious. */
  forgetLosses(): void {
    for (let i = 0; i < this.count; i += 1) {
      const slot = (this.head + i) & this.columns.mask
      this.columns.bits[slot] = (this.columns.bits[slot] ?? 0) & ~LOST
    }
    this.lostOut = 0
  }

  /** Index of the first segment that is lost and not sent again; -1 = none. */
  nextLost(): number {
    if (this.lostOut === 0) return -1
    while (this.lostHint < this.count) {
      const flags = this.flags(this.lostHint)
      if ((flags & (LOST | RETRANSMITTED)) === LOST) return this.lostHint
      this.lostHint += flags & SACKED ? this.sackedRun(this.lostHint) : 1
    }
    return -1
  }

  /** Index of the first segment that begins at or after `seq`. */
  private indexOf(seq: number): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (before(this.seq(middle), seq)) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Forgets everything. */
  clear(): void {
    this.count = 0
    this.sackedOut = 0
    this.lostOut = 0
    this.retransmittedOut = 0
    this.lostHint = 0
    this.release()
  }

  /** Gives the columns back: nothing is in flight. */
  private release(): void {
    giveColumns(this.columns)
    this.columns = NO_COLUMNS
    this.head = 0
  }

  /** Octets of sequence space in flight. */
  get span(): number {
    return this.count === 0 ? 0 : distance(this.end(this.count - 1), this.seq(0))
  }

  private moveSlot(from: number, to: number): void {
    const source = (this.head + from) & this.columns.mask
    const target = (this.head + to) & this.columns.mask
    this.columns.seqs[target] = this.columns.seqs[source] ?? 0
    this.columns.ends[target] = this.columns.ends[source] ?? 0
    this.columns.times[target] = this.columns.times[source] ?? 0
    this.columns.bits[target] = this.columns.bits[source] ?? 0
    this.columns.runs[target] = this.columns.runs[source] ?? 0
  }

  private grow(): void {
    const room = Math.max(FIRST_ROOM, (this.columns.mask + 1) * 2)
    const larger = takeColumns(room)
    for (let i = 0; i < this.count; i += 1) {
      larger.seqs[i] = this.seq(i)
      larger.ends[i] = this.end(i)
      larger.times[i] = this.sentAt(i)
      larger.bits[i] = this.flags(i)
      larger.runs[i] = this.sackedRun(i)
    }
    giveColumns(this.columns)
    this.columns = larger
    this.head = 0
  }
}
