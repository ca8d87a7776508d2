import { CHUNK_BYTES, type ChunkPool, PAGE_BYTES } from './chunk-pool.ts'

const NO_CHUNK = new Uint8Array(0)

/**
 * A queue of bytes in chunks that are taken from a pool as bytes come and given back as they go, so that
 * an empty queue holds no memory; one that holds little has a page alone, which a chunk replaces when it
 * gets too small. Positions count from the head of the queue; bytes may be written ahead of the tail
 * (out-of-order data), and whoever writes there knows which are valid.
 */
export class ByteQueue {
  /** Bytes of memory held. */
  held = 0
  private readonly pool: ChunkPool
  /** NO_CHUNK stands where nothing was written yet; the first may be a page. */
  private readonly chunks: Uint8Array[] = []
  /** Where the head lies in the first chunk. */
  private headOffset = 0

  constructor(pool: ChunkPool) {
    this.pool = pool
  }

  /** Copies `length` bytes of `from` to `position`. */
  write(position: number, from: Uint8Array, start: number, length: number): void {
    let at = this.headOffset + position
    let index = Math.floor(at / CHUNK_BYTES)
    at -= index * CHUNK_BYTES
    while (length > 0) {
      const count = Math.min(length, CHUNK_BYTES - at)
      const chunk = this.chunkAt(index, at + count)
      if (start === 0 && count === from.length) chunk.set(from, at)
      else chunk.set(from.subarray(start, start + count), at)
      start += count
      length -= count
      index += 1
      at = 0
    }
  }

  /** Copies `length` bytes from `position` into `to`. */
  read(position: number, to: Uint8Array, start: number, length: number): void {
    let at = this.headOffset + position
    let index = Math.floor(at / CHUNK_BYTES)
    at -= index * CHUNK_BYTES
    while (length > 0) {
      const chunk = this.chunks[index] ?? NO_CHUNK
      const count = Math.min(length, CHUNK_BYTES - at)
      to.set(chunk.subarray(at, at + count), start)
      start += count
      length -= count
      index += 1
      at = 0
    }
  }

  /** Bytes of memory that writing `length` bytes at `position` would take. */
  cost(position: number, length: number): number {
    const at = this.headOffset + position
    const last = Math.floor((at + length - 1) / CHUNK_BYTES)
    let bytes = 0
    for (let index = Math.floor(at / CHUNK_BYTES); index <= last; index += 1) {
      const held = this.chunks[index]?.length ?? 0
      const end = index === last ? at + length - index * CHUNK_BYTES : CHUNK_BYTES
      if (end > held) bytes += sizeFor(index, end) - held
    }
    return bytes
  }

  /** Bytes that could be written at `position`, the tail, with at most `more` bytes of memory beside those held. */
  room(position: number, more: number): number {
    const held = this.chunks.length === 0 ? 0 : this.held
    const whole = Math.floor((held + more) / CHUNK_BYTES) * CHUNK_BYTES
    const page = held === 0 && more >= PAGE_BYTES ? PAGE_BYTES : 0
    return Math.max(0, Math.max(held, whole, page) - this.headOffset - position)
  }

  /** Moves the head on by `length` bytes and gives back the chunks behind it. */
  drop(length: number): void {
    this.headOffset += length
    let gone = 0
    while (this.headOffset >= CHUNK_BYTES) {
      this.give(this.chunks[gone] ?? NO_CHUNK)
      gone += 1
      this.headOffset -= CHUNK_BYTES
    }
    if (gone === 1) this.chunks.shift()
    else if (gone > 1) this.chunks.splice(0, gone)
  }

  /** Gives back what lies from `position` on, as far as whole chunks do. */
  cut(position: number): void {
    const left = Math.ceil((this.headOffset + position) / CHUNK_BYTES)
    while (this.chunks.length > left) this.give(this.chunks.pop() ?? NO_CHUNK)
  }

  /** Gives everything back; the next byte written is the new head. */
  clear(): void {
    for (const chunk of this.chunks) this.give(chunk)
    this.chunks.length = 0
    this.headOffset = 0
  }

  private give(chunk: Uint8Array): void {
    if (chunk === NO_CHUNK) return
    this.held -= chunk.length
    if (this.held === 0) this.pool.holders -= 1
    this.pool.give(chunk)
  }

  /** Chunk `index`, which reaches to `end` at least. */
  private chunkAt(index: number, end: number): Uint8Array {
    const chunk = this.chunks[index] ?? NO_CHUNK
    return chunk.length >= end ? chunk : this.enlarge(index, end, chunk)
  }

  private enlarge(index: number, end: number, old: Uint8Array): Uint8Array {
    while (this.chunks.length <= index) this.chunks.push(NO_CHUNK)
    if (this.held === 0) this.pool.holders += 1
    const chunk = this.pool.take(sizeFor(index, end))
    this.held += chunk.length
    this.chunks[index] = chunk
    if (old !== NO_CHUNK) {
      chunk.set(old)
      this.give(old)
    }
    return chunk
  }
}

/** Only the first may be a page: a long queue would copy it again and again. */
function sizeFor(index: number, end: number): number {
  return index === 0 && end <= PAGE_BYTES ? PAGE_BYTES : CHUNK_BYTES
}
