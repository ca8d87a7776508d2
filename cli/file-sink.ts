import { close, openSync, write } from 'node:fs'
import { Failure } from './failure.ts'

const BLOCK_BYTES = 1 << 20
/** A pipe whose reader is slow, and which somebody has set to non-blocking, is tried again so soon, milliseconds. */
const RETRY = 5

/**
 * Writes to a file or to standard output with back-pressure: one block is filled while another is on its
 * way through the thread pool, so that a slow disk or pipe never holds the event loop.
 */
export class FileSink {
  private readonly fd: number
  private readonly name: string
  private filling = Buffer.allocUnsafeSlow(BLOCK_BYTES)
  private resting = Buffer.allocUnsafeSlow(BLOCK_BYTES)
  private used = 0
  private writing: Promise<void> = Promise.resolve()
  /** A write is under way. */
  private busy = false
  private failure: Failure | null = null

  private constructor(fd: number, name: string) {
    this.fd = fd
    this.name = name
  }

  static toStdout(): FileSink {
    return new FileSink(1, 'standard output')
  }

  /** Throws Failure when the file cannot be made. */
  static toFile(path: string): FileSink {
    try {
      return new FileSink(openSync(path, 'w'), path)
    } catch (error) {
      throw new Failure(`the file cannot be made: ${(error as Error).message}`)
    }
  }

  get isTerminal(): boolean {
    return this.fd === 1 && process.stdout.isTTY === true
  }

  /** Resolves when `bytes` was copied. Rejects with Failure when what came before could not be written. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const count = Math.min(bytes.length - at, BLOCK_BYTES - this.used)
      this.filling.set(bytes.subarray(at, at + count), this.used)
      this.used += count
      at += count
      if (this.used === BLOCK_BYTES) await this.writing
      if (this.failure !== null) throw this.failure
      if (!this.busy) this.flush()
    }
  }

  /** Resolves when everything was written. */
  async end(): Promise<void> {
    while (this.failure === null && (this.busy || this.used > 0)) {
      await this.writing
      if (!this.busy && this.used > 0) this.flush()
    }
    if (this.failure !== null) throw this.failure
    if (this.fd !== 1) await new Promise((resolve) => close(this.fd, resolve))
  }

  private flush(): void {
    const block = this.filling
    const length = this.used
    this.filling = this.resting
    this.resting = block
    this.used = 0
    this.busy = true
    this.writing = this.writeAll(block, length).then(() => {
      this.busy = false
    })
  }

  private async writeAll(block: Buffer, length: number): Promise<void> {
    for (let done = 0; done < length; ) {
      const { count, error } = await writeOnce(this.fd, block, done, length - done)
      done += count
      if (error === null) continue
      if (error.code !== 'EAGAIN') {
        // Told to whoever writes next, or ends.
        this.failure = new Failure(`${this.name} cannot be written: ${error.message}`)
        return
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY))
    }
  }
}

function writeOnce(
  fd: number,
  block: Buffer,
  start: number,
  length: number,
): Promise<{ count: number; error: NodeJS.ErrnoException | null }> {
  return new Promise((resolve) => {
    write(fd, block, start, length, null, (error, count) => resolve({ count: count ?? 0, error }))
  })
}
