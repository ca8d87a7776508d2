import { add, distance } from '../wire/seq.ts'
import { ByteQueue } from './byte-queue.ts'

/** Headers and bookkeeping of a segment in Linux, within its power of two and beside it, bytes. */
const SEGMENT_OVERHEAD = 640
const BUFFER_OVERHEAD = 256

/** Bytes that the user has sent and the peer has not yet acknowledged, by sequence number (RFC 9293, 3.8). */
export class SendBuffer {
  private readonly queue = new ByteQueue()
  /** Sequence number of the first byte held. */
  start = 0
  /** Bytes held. */
  length = 0
  /** Most bytes to hold; grows with the congestion window (Linux: tcp_sndbuf_expand). */
  capacity: number

  constructor(capacity: number) {
    this.capacity = capacity
  }

  /** Sequence number after the last byte held. */
  get end(): number {
    return add(this.start, this.length)
  }

  get free(): number {
    return Math.max(0, this.capacity - this.length)
  }

  /**
   * Room for two windows of `cwnd` segments of `mss` bytes, each with the overhead that Linux reckons
   * (tcp_sndbuf_expand); at most `most` bytes, and never less than before.
   */
  grow(cwnd: number, mss: number, most: number): void {
    let segment = 1024
    while (segment < mss + SEGMENT_OVERHEAD) segment *= 2
    const wanted = Math.min(2 * cwnd * (segment + BUFFER_OVERHEAD), most)
    if (wanted > this.capacity) this.capacity = wanted
  }

  /** Takes as many bytes as fit; returns how many. */
  write(from: Uint8Array, start: number, length: number): number {
    const count = Math.min(length, this.free)
    if (count > 0) {
      this.queue.write(this.length, from, start, count)
      this.length += count
    }
    return count
  }

  /** Copies `length` bytes that begin at sequence number `seq`. */
  copy(seq: number, length: number, to: Uint8Array, at: number): void {
    this.queue.read(distance(seq, this.start), to, at, length)
  }

  /** Lets go of everything before `seq`. */
  acknowledge(seq: number): void {
    const count = Math.min(distance(seq, this.start), this.length)
    if (count <= 0) return
    this.length -= count
    this.start = add(this.start, count)
    if (this.length === 0) this.queue.clear()
    else this.queue.drop(count)
  }

  /** Forgets everything; `start` becomes the sequence number of the first byte to come. */
  reset(start: number): void {
    this.queue.clear()
    this.start = start
    this.length = 0
  }
}
