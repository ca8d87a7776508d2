import { after, before, distance } from '../wire/seq.ts'
import type { Delivery } from './delivery.ts'

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
 * are in the send buffer. Holds no memory while nothing is in flight for long.
 */
export class Flight {
  private head = 0
  private mask = -1
  private seqs = new Uint32Array(0)
  private ends = new Uint32Array(0)
  private times = new Float64Array(0)
  private bits = new Uint8Array(0)

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
    return this.seqs[(this.head + index) & this.mask] ?? 0
  }

  /** Sequence number after the segment's last octet, SYN or FIN included. */
  end(index: number): number {
    return this.ends[(this.head + index) & this.mask] ?? 0
  }

  /** When it was sent last. */
  sentAt(index: number): number {
    return this.times[(this.head + index) & this.mask] ?? 0
  }

  flags(index: number): number {
    return this.bits[(this.head + index) & this.mask] ?? 0
  }

  /** Notes a segment that was sent for the first time. */
  push(seq: number, end: number, now: number, flags: number): void {
    if (this.count > this.mask) this.grow()
    const slot = (this.head + this.count) & this.mask
    this.seqs[slot] = seq
    this.ends[slot] = end
    this.times[slot] = now
    this.bits[slot] = flags
    this.count += 1
  }

  /** Notes that segment `index` was sent again. */
  resent(index: number, now: number): void {
    const slot = (this.head + index) & this.mask
    const flags = this.bits[slot] ?? 0
    if ((flags & RETRANSMITTED) === 0) this.retransmittedOut += 1
    this.times[slot] = now
    this.bits[slot] = flags | RETRANSMITTED | EVER_RETRANSMITTED
  }

  /** Notes that segment `index` was repeated as a probe, which does not count as being in the network (as Linux). */
  probed(index: number, now: number): void {
    const slot = (this.head + index) & this.mask
    this.times[slot] = now
    this.bits[slot] = (this.bits[slot] ?? 0) | EVER_RETRANSMITTED
  }

  /** Cuts segment `index` at sequence number `at`, its end excluded, in two of the same fate. */
  split(index: number, at: number): void {
    const flags = this.flags(index)
    const now = this.sentAt(index)
    const end = this.end(index)
    this.push(end, end, now, 0)
    for (let i = this.count - 1; i > index + 1; i -= 1) this.moveSlot(i - 1, i)
    const first = (this.head + index) & this.mask
    const second = (this.head + index + 1) & this.mask
    this.ends[first] = at
    this.bits[first] = flags & ~HAS_FIN
    this.seqs[second] = at
    this.ends[second] = end
    this.times[second] = now
    this.bits[second] = flags & ~HAS_SYN
    if (flags & SACKED) this.sackedOut += 1
    if (flags & LOST) this.lostOut += 1
    if (flags & RETRANSMITTED) this.retransmittedOut += 1
  }

  /** Removes what lies before `una`; a segment acknowledged in part keeps its rest. */
  acknowledge(una: number, delivery: Delivery): void {
    const overtaken = this.sackedOut > 0
    while (this.count > 0) {
      const slot = this.head
      const end = this.ends[slot] ?? 0
      const flags = this.bits[slot] ?? 0
      if (after(end, una)) {
        if (before(this.seqs[slot] ?? 0, una)) this.seqs[slot] = una
        break
      }
      if (flags & LOST) this.lostOut -= 1
      if (flags & RETRANSMITTED) this.retransmittedOut -= 1
      if (flags & SACKED) {
        this.sackedOut -= 1
      } else {
        const resent = (flags & EVER_RETRANSMITTED) !== 0
        if (flags & HAS_SYN) {
          delivery.takeSyn(this.times[slot] ?? 0, resent)
        } else {
          delivery.take(this.times[slot] ?? 0, end, resent, true)
          delivery.acked += 1
        }
        if (overtaken && !resent && before(end, this.highestSacked)) delivery.reordered = true
      }
      if (flags & HAS_FIN) delivery.fin = true
      this.head = (this.head + 1) & this.mask
      this.count -= 1
      if (this.lostHint > 0) this.lostHint -= 1
    }
  }

  /** Marks what a SACK block covers whole (RFC 2018, 5). */
  sack(left: number, right: number, delivery: Delivery): void {
    let index = this.indexOf(left)
    while (index < this.count) {
      const slot = (this.head + index) & this.mask
      const end = this.ends[slot] ?? 0
      if (after(end, right)) break
      const flags = this.bits[slot] ?? 0
      if ((flags & SACKED) === 0) {
        if (this.sackedOut > 0 && (flags & EVER_RETRANSMITTED) === 0 && before(end, this.highestSacked)) {
          delivery.reordered = true
        }
        delivery.take(this.times[slot] ?? 0, end, (flags & EVER_RETRANSMITTED) !== 0, false)
        delivery.sacked += 1
        if (flags & LOST) this.lostOut -= 1
        if (flags & RETRANSMITTED) this.retransmittedOut -= 1
        this.bits[slot] = (flags | SACKED) & ~(LOST | RETRANSMITTED)
        this.sackedOut += 1
      }
      if (this.sackedOut === 1 || after(end, this.highestSacked)) this.highestSacked = end
      index += 1
    }
  }

  /** Marks segment `index` lost: it, or its retransmission, will not arrive. */
  lose(index: number): void {
    const slot = (this.head + index) & this.mask
    const flags = this.bits[slot] ?? 0
    if (flags & SACKED) return
    if (flags & RETRANSMITTED) this.retransmittedOut -= 1
    if ((flags & LOST) === 0) this.lostOut += 1
    this.bits[slot] = (flags | LOST) & ~RETRANSMITTED
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
      const slot = (this.head + i) & this.mask
      this.bits[slot] = (this.bits[slot] ?? 0) & ~SACKED
    }
    this.sackedOut = 0
  }

  /** Nothing is lost any more: a recovery was spurious. */
  forgetLosses(): void {
    for (let i = 0; i < this.count; i += 1) {
      const slot = (this.head + i) & this.mask
      this.bits[slot] = (this.bits[slot] ?? 0) & ~LOST
    }
    this.lostOut = 0
  }

  /** Index of the first segment that is lost and not sent again; -1 = none. */
  nextLost(): number {
    if (this.lostOut === 0) return -1
    while (this.lostHint < this.count) {
      const flags = this.flags(this.lostHint)
      if ((flags & (LOST | RETRANSMITTED)) === LOST) return this.lostHint
      this.lostHint += 1
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

  /** Gives the columns back; called when a connection has gone idle. */
  release(): void {
    if (this.count > 0) return
    this.head = 0
    this.mask = -1
    this.seqs = new Uint32Array(0)
    this.ends = new Uint32Array(0)
    this.times = new Float64Array(0)
    this.bits = new Uint8Array(0)
  }

  /** Octets of sequence space in flight. */
  get span(): number {
    return this.count === 0 ? 0 : distance(this.end(this.count - 1), this.seq(0))
  }

  private moveSlot(from: number, to: number): void {
    const source = (this.head + from) & this.mask
    const target = (this.head + to) & this.mask
    this.seqs[target] = this.seqs[source] ?? 0
    this.ends[target] = this.ends[source] ?? 0
    this.times[target] = this.times[source] ?? 0
    this.bits[target] = this.bits[source] ?? 0
  }

  private grow(): void {
    const room = Math.max(FIRST_ROOM, (this.mask + 1) * 2)
    const seqs = new Uint32Array(room)
    const ends = new Uint32Array(room)
    const times = new Float64Array(room)
    const bits = new Uint8Array(room)
    for (let i = 0; i < this.count; i += 1) {
      seqs[i] = this.seq(i)
      ends[i] = this.end(i)
      times[i] = this.sentAt(i)
      bits[i] = this.flags(i)
    }
    this.seqs = seqs
    this.ends = ends
    this.times = times
    this.bits = bits
    this.head = 0
    this.mask = room - 1
  }
}
