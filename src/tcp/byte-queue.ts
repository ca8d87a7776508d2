const CHUNK_BYTES = 16_384
/** 32 MiB of chunks at rest are kept; what is above that goes to the garbage collector. */
const MAX_FREE_CHUNKS = 2048

/** Chunks at rest. An allocation costs more than a copy and a checksum, so they are used again. */
const freeChunks: Uint8Array[] = []

function takeChunk(): Uint8Array {
  return freeChunks.pop() ?? new Uint8Array(CHUNK_BYTES)
}

function giveChunk(chunk: Uint8Array): void {
  if (freeChunks.length < MAX_FREE_CHUNKS) freeChunks.push(chunk)
}

const NO_CHUNK = new Uint8Array(0)

/**
 * A queue of bytes in chunks that are taken as bytes come and given back as they go, so that an
 * empty queue holds no memory. Positions count from the head of the queue; bytes may be written
 * ahead of the tail (out-of-order data), and whoever writes there knows which are valid.
 */
export class ByteQueue {
  /** NO_CHUNK stands where nothing was written yet. */
  private chunks: Uint8Array[] = []
  /** Where the head lies in the first chunk. */
  private headOffset = 0

  /** Bytes of chunk memory held. */
  get held(): number {
    let bytes = 0
    for (const chunk of this.chunks) bytes += chunk.length
    return bytes
  }

  /** Copies `length` bytes of `from` to `position`. */
  write(position: number, from: Uint8Array, start: number, length: number): void {
    let at = this.headOffset + position
    let index = Math.floor(at / CHUNK_BYTES)
    at -= index * CHUNK_BYTES
    while (length > 0) {
      const chunk = this.chunkAt(index)
      const count = Math.min(length, CHUNK_BYTES - at)
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

  /** Moves the head on by `length` bytes and gives back the chunks behind it. */
  drop(length: number): void {
    this.headOffset += length
    let gone = 0
    while (this.headOffset >= CHUNK_BYTES) {
      const chunk = this.chunks[gone]
      if (chunk !== undefined && chunk !== NO_CHUNK) giveChunk(chunk)
      gone += 1
      this.headOffset -= CHUNK_BYTES
    }
    if (gone === 1) this.chunks.shift()
    else if (gone > 1) this.chunks.splice(0, gone)
  }

  /** Gives everything back; the next byte written is the new head. */
  clear(): void {
    for (const chunk of this.chunks) if (chunk !== NO_CHUNK) giveChunk(chunk)
    this.chunks.length = 0
    this.headOffset = 0
  }

  private chunkAt(index: number): Uint8Array {
    while (this.chunks.length <= index) this.chunks.push(NO_CHUNK)
    let chunk = this.chunks[index] ?? NO_CHUNK
    if (chunk === NO_CHUNK) {
      chunk = takeChunk()
      this.chunks[index] = chunk
    }
    return chunk
  }
}
