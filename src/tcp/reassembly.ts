import { add, after, before, distance, later } from '../wire/seq.ts'
import { MAX_SACK_BLOCKS } from '../wire/tcp.ts'
import { ByteQueue } from './byte-queue.ts'
import type { ChunkPool } from './chunk-pool.ts'

/** Out-of-order data may lie in so many pieces; what would make one more is refused, unless it is next in order. */
const MAX_PIECES = 4096
/** What the edges of a piece take. */
const PIECE_BYTES = 16

/**
 * Bytes received and not yet read: in order up to RCV.NXT, and behind it what came out of order
 * (RFC 9293, 3.10.7.4, seventh; SHLD-31), with the SACK blocks that tell of it (RFC 2018).
 */
export class Reassembly {
  private readonly pool: ChunkPool
  private readonly queue: ByteQueue
  /** Sequence number after the last byte in order, FIN and SYN not counted. */
  private next = 0
  /** Bytes in order, ready to be read. */
  readable = 0
  /** Edges of the pieces out of order, ascending and apart. */
  private lefts: number[] = []
  private rights: number[] = []
  /** A FIN waits out of order: an octet of a piece, though no byte. */
  private hasFin = false
  private finAt = 0
  /** SACK blocks, the most recently changed first (RFC 2018, 4 a; RFC 2018, 4 b). */
  private sackLefts: number[] = []
  private sackRights: number[] = []
  /** A duplicate to be reported in the next acknowledgment (RFC 2883); valid while hasDuplicate. */
  hasDuplicate = false
  duplicateLeft = 0
  duplicateRight = 0
  /** Bytes that the pieces themselves count for. */
  private charged = 0

  constructor(pool: ChunkPool) {
    this.pool = pool
    this.queue = new ByteQueue(pool)
  }

  /** Bytes of memory held, the edges of pieces among them. */
  get held(): number {
    return this.queue.held + this.charged
  }

  /** The first byte to come has sequence number `seq`. */
  start(seq: number): void {
    this.next = seq
  }

  /** Pieces that wait out of order. */
  get pieces(): number {
    return this.lefts.length
  }

  /** Sequence numbers of the first octet of piece `index`, and after its last; a FIN that waits is one, too. */
  left(index: number): number {
    return this.lefts[index] ?? 0
  }

  right(index: number): number {
    return this.rights[index] ?? 0
  }

  /** Sequence number after the last byte in order; before a FIN. */
  get inOrder(): number {
    return this.next
  }

  /** Bytes that wait out of order. */
  get waiting(): number {
    let bytes = 0
    for (let i = 0; i < this.lefts.length; i += 1) bytes += distance(this.rights[i] ?? 0, this.lefts[i] ?? 0)
    return bytes
  }

  /**
   * Takes `length` bytes that begin at `seq`, within the window and not before the next in order.
   * Returns by how many bytes RCV.NXT moves, or -1 when they were refused.
   */
  insert(seq: number, from: Uint8Array, start: number, length: number): number {
    if (seq === this.next && this.lefts.length === 0) {
      this.queue.write(this.readable, from, start, length)
      this.advance(length)
      return length
    }
    const right = add(seq, length)
    if (!this.add(seq, right)) return -1
    this.queue.write(this.readable + distance(seq, this.next), from, start, length)
    if (seq !== this.next) {
      this.chargePieces()
      this.noteSack(seq)
      return 0
    }
    // The hole is filled: the first piece now begins at `next`, and ends before a FIN.
    const end = this.rights.shift() ?? right
    this.lefts.shift()
    this.chargePieces()
    const moved = distance(this.hasFin && after(end, this.finAt) ? this.finAt : end, this.next)
    this.advance(moved)
    this.forgetSacks()
    return moved
  }

  /** Takes a FIN that comes out of order; the first one counts. */
  insertFin(seq: number): void {
    if (!this.hasFin && !this.add(seq, add(seq, 1))) return
    this.chargePieces()
    if (!this.hasFin) this.finAt = seq
    this.hasFin = true
    if (seq === this.finAt) this.noteSack(seq)
  }

  /** Everything before the FIN has come. */
  get finReached(): boolean {
    return this.hasFin && this.next === this.finAt
  }

  /** Copies up to `length` bytes in order into `to` and lets go of them; returns how many. */
  read(to: Uint8Array, start: number, length: number): number {
    const count = this.peek(to, start, length)
    this.discard(count)
    return count
  }

  /** Copies up to `length` bytes in order and keeps them (MSG_PEEK); returns how many. */
  peek(to: Uint8Array, start: number, length: number): number {
    const count = Math.min(length, this.readable)
    if (count > 0) this.queue.read(0, to, start, count)
    return count
  }

  /** Lets go of `count` bytes in order. */
  discard(count: number): void {
    if (count <= 0) return
    this.readable -= count
    if (this.readable === 0 && this.lefts.length === 0) this.queue.clear()
    else this.queue.drop(count)
  }

  /** Writes up to `room` SACK blocks into `edges`, a pending duplicate first; returns how many. */
  sackBlocks(edges: Uint32Array, room: number): number {
    let count = 0
    if (this.hasDuplicate && room > 0) {
      edges[0] = this.duplicateLeft
      edges[1] = this.duplicateRight
      count = 1
    }
    for (let i = 0; i < this.sackLefts.length && count < room; i += 1) {
      edges[2 * count] = this.sackLefts[i] ?? 0
      edges[2 * count + 1] = this.sackRights[i] ?? 0
      count += 1
    }
    return count
  }

  /** Blocks that the next acknowledgment could carry. */
  get sackCount(): number {
    return Math.min(MAX_SACK_BLOCKS, this.sackLefts.length + (this.hasDuplicate ? 1 : 0))
  }

  /** Reports `left`..`right` as received twice. */
  reportDuplicate(left: number, right: number): void {
    this.hasDuplicate = true
    this.duplicateLeft = left
    this.duplicateRight = right
  }

  /** Whether `left`..`right` lies in a piece already held. */
  holds(left: number, right: number): boolean {
    const i = this.pieceAt(left)
    return i < this.lefts.length && !before(left, this.lefts[i] ?? 0) && !after(right, this.rights[i] ?? 0)
  }

  /** Sequence number after the last byte held, in order or not. */
  get end(): number {
    return this.rights[this.rights.length - 1] ?? this.next
  }

  /**
   * Reports what of `left`..`right` is already held out of order as a duplicate, as far as its first
   * stretch goes (RFC 2883, 4.2); false = nothing is.
   */
  reportOverlap(left: number, right: number): boolean {
    // The first piece that ends after `left`.
    const i = this.pieceAt(add(left, 1))
    const from = this.lefts[i] ?? right
    if (!before(from, right)) return false
    const to = this.rights[i] ?? right
    this.reportDuplicate(later(from, left), before(to, right) ? to : right)
    return true
  }

  /** Forgets what waits out of order, and all that is to be reported. */
  forgetWaiting(): void {
    this.forgetFrom(0)
  }

  /**
   * Forgets the pieces that begin at `seq` or after it, for want of memory, and with them all that was to be
   * reported: what was not acknowledged cumulatively may go (RFC 2018, 8; Linux: tcp_prune_ofo_queue). False = there are none.
   */
  prune(seq: number): boolean {
    let left = this.lefts.length
    while (left > 0 && !before(this.lefts[left - 1] ?? 0, seq)) left -= 1
    if (left === this.lefts.length) return false
    this.forgetFrom(left)
    return true
  }

  /** Bytes of memory that `length` bytes at `seq` would take beside those held. */
  cost(seq: number, length: number): number {
    return this.queue.cost(this.readable + distance(seq, this.next), length)
  }

  /** Forgets everything. */
  clear(): void {
    this.readable = 0
    this.forgetWaiting()
    this.queue.clear()
  }

  /** Forgets the pieces from that index on, and all that is to be reported. */
  private forgetFrom(index: number): void {
    this.lefts.length = index
    this.rights.length = index
    this.hasFin = false
    this.sackLefts.length = 0
    this.sackRights.length = 0
    this.hasDuplicate = false
    this.chargePieces()
    const kept = this.readable + distance(this.end, this.next)
    if (kept === 0) this.queue.clear()
    else this.queue.cut(kept)
  }

  private chargePieces(): void {
    const bytes = PIECE_BYTES * this.lefts.length
    if (bytes === this.charged) return
    this.pool.charge(bytes - this.charged)
    this.charged = bytes
  }

  private advance(length: number): void {
    this.readable += length
    this.next = add(this.next, length)
  }

  /** Joins `left`..`right` with the pieces it touches; false when that would make one too many. */
  private add(left: number, right: number): boolean {
    const first = this.pieceAt(left)
    let last = first
    while (last < this.lefts.length && !after(this.lefts[last] ?? 0, right)) last += 1
    if (first === last) {
      if (this.lefts.length >= MAX_PIECES && left !== this.next) return false
      this.lefts.splice(first, 0, left)
      this.rights.splice(first, 0, right)
      return true
    }
    if (before(left, this.lefts[first] ?? 0)) this.lefts[first] = left
    const end = this.rights[last - 1] ?? 0
    this.rights[first] = after(right, end) ? right : end
    if (last - first > 1) {
      this.lefts.splice(first + 1, last - first - 1)
      this.rights.splice(first + 1, last - first - 1)
    }
    return true
  }

  /** Index of the first piece that ends at or after `seq`. */
  private pieceAt(seq: number): number {
    let low = 0
    let high = this.rights.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (before(this.rights[middle] ?? 0, seq)) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The piece around `seq` becomes the first SACK block (RFC 2018, 4); blocks that it has swallowed go. */
  noteSack(seq: number): void {
    const piece = this.pieceAt(add(seq, 1))
    const left = this.lefts[piece] ?? 0
    const right = this.rights[piece] ?? 0
    for (let i = this.sackLefts.length - 1; i >= 0; i -= 1) {
      if (!before(this.sackLefts[i] ?? 0, left) && !after(this.sackRights[i] ?? 0, right)) this.removeSack(i)
    }
    this.sackLefts.unshift(left)
    this.sackRights.unshift(right)
    if (this.sackLefts.length > MAX_SACK_BLOCKS) this.removeSack(MAX_SACK_BLOCKS)
  }

  /** Blocks that RCV.NXT has reached go. */
  private forgetSacks(): void {
    for (let i = this.sackLefts.length - 1; i >= 0; i -= 1) {
      if (!after(this.sackRights[i] ?? 0, this.next)) this.removeSack(i)
    }
  }

  private removeSack(index: number): void {
    this.sackLefts.splice(index, 1)
    this.sackRights.splice(index, 1)
  }
}
