import { add, distance } from '../wire/seq.ts'
import { ByteQueue } from './byte-queue.ts'
import type { TcpConfig } from './config.ts'
import type { Memory } from './memory.ts'

/** Headers and bookkeeping of a segment in Linux, within its power of two and beside it, bytes. */
const SEGMENT_OVERHEAD = 640
const BUFFER_OVERHEAD = 256
/** So many segments may be in flight, however small the buffer. */
const MIN_SEGMENTS = 32

/** Bytes that the user has sent and the peer has not yet acknowledged, by sequence number (RFC 9293, 3.8). */
export class SendBuffer {
  private readonly queue: ByteQueue
  private readonly memory: Memory
  private readonly config: Pick<TcpConfig, 'tcp_wmem'>
  /** Sequence number of the first byte held. */
  start = 0
  /** Bytes held. */
  length = 0
  /** Most bytes to hold; grows with the congestion window (Linux: tcp_sndbuf_expand). */
  capacity: number

  constructor(config: Pick<TcpConfig, 'tcp_wmem'>, memory: Memory) {
    this.config = config
    this.memory = memory
    this.queue = new ByteQueue(memory.pool)
    this.capacity = config.tcp_wmem[1]
  }

  /** Bytes of memory held. */
  get held(): number {
    return this.queue.held
  }

  /** Sequence number after the last byte held. */
  get end(): number {
    return add(this.start, this.length)
  }

  /** Bytes that may be written now: what the capacity leaves, and where memory is scarce what there is of that. */
  get free(): number {
    const room = this.capacity - this.length
    if (room <= 0) return 0
    const more = this.memory.spare(this.queue.held, this.config.tcp_wmem[0])
    return more > room ? room : Math.min(room, this.queue.room(this.length, more))
  }

  /** A writer who was refused is to be told: a third of the capacity is free (Linux: sk_stream_is_writeable). */
  get worthTelling(): boolean {
    return 3 * (this.capacity - this.length) >= this.capacity && this.free > 0
  }

  /**
   * Most segments in flight: each weighs so much beside its bytes, however small a peer wants them (Linux charges
   * the buffer for that).
   */
  get maxSegments(): number {
    return Math.max(MIN_SEGMENTS, Math.floor(this.capacity / BUFFER_OVERHEAD))
  }

  /**
   * Unless memory gets scarce, room for two windows of `cwnd` segments of `mss` bytes, each with the overhead that Linux reckons
   * (tcp_sndbuf_expand); at most `most` bytes, and never less than before.
   */
  grow(cwnd: number, mss: number, most: number): void {
    if (!this.memory.ample) return
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
