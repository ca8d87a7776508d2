/** What a queue takes first, bytes: the page that tcp_mem counts. */
export const PAGE_BYTES = 4096
/** What it takes beside and after that, bytes. */
export const CHUNK_BYTES = 16_384

/** Chunks and pages at rest that are kept whatever is in use, and pages that are kept at all. */
const KEPT_CHUNKS = 128
const KEPT_PAGES = 256

/**
 * The memory of a host's queues, in chunks and pages. An allocation costs more than a copy and a checksum,
 * so they are used again; of those at rest as many are kept as are in use, and 2 MiB of chunks at least.
 */
export class ChunkPool {
  /** Bytes in use. */
  used = 0
  /** Queues that hold some of them. */
  holders = 0
  /** Told when `used` has changed. */
  onchange: () => void = () => {}
  private chunksInUse = 0
  private readonly chunks: Uint8Array[] = []
  private readonly pages: Uint8Array[] = []

  /** PAGE_BYTES or CHUNK_BYTES of memory; what is in it has no meaning. */
  take(bytes: number): Uint8Array {
    const whole = bytes === CHUNK_BYTES
    if (whole) this.chunksInUse += 1
    this.charge(bytes)
    return (whole ? this.chunks : this.pages).pop() ?? new Uint8Array(bytes)
  }

  give(memory: Uint8Array): void {
    if (memory.length === CHUNK_BYTES) {
      this.chunksInUse -= 1
      this.chunks.push(memory)
      const most = Math.max(KEPT_CHUNKS, this.chunksInUse)
      while (this.chunks.length > most) this.chunks.pop()
    } else if (this.pages.length < KEPT_PAGES) {
      this.pages.push(memory)
    }
    this.charge(-memory.length)
  }

  /** Counts `bytes` that are held elsewhere; fewer than 0 = not any more. */
  charge(bytes: number): void {
    this.used += bytes
    this.onchange()
  }

  /** Bytes that rest here, to be used again. */
  get resting(): number {
    return this.chunks.length * CHUNK_BYTES + this.pages.length * PAGE_BYTES
  }
}
