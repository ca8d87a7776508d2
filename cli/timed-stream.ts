import type { StreamSocket } from '../src/socket/stream-socket.ts'

/** Nothing has come, or nothing was taken, for longer than the stream's patience. */
export class IdleError extends Error {
  constructor() {
    super('the connection was idle for too long')
    this.name = 'IdleError'
  }
}

/**
 * A connection for one reader or writer at a time that copies straight from and to the caller's
 * memory, and gives up after `patience` milliseconds in which nothing moves.
 */
export class TimedStream {
  readonly socket: StreamSocket
  private readonly patience: number
  private resume: ((idle: boolean) => void) | null = null
  private timer: NodeJS.Timeout | null = null

  /** Takes the socket's `onevent` for itself. `patience` may be Infinity. */
  constructor(socket: StreamSocket, patience: number) {
    this.socket = socket
    this.patience = patience
    socket.onevent = () => this.settle(false)
  }

  /** Rejects with StackError when the connection cannot be made. */
  async opened(): Promise<void> {
    while (this.socket.state === 'SYN-SENT' || this.socket.state === 'SYN-RECEIVED') await this.event()
    // The reason, if it failed.
    if (this.socket.state === 'CLOSED') this.socket.read(new Uint8Array(1))
  }

  /** Resolves when something has happened: there may be bytes, or the end. Rejects with IdleError. */
  readable(): Promise<void> {
    return this.event()
  }

  /** Resolves to the number of bytes put into `into`, 0 = the peer has ended. Rejects with StackError or IdleError. */
  async read(into: Uint8Array): Promise<number> {
    for (;;) {
      const count = this.socket.read(into)
      if (count >= 0) return count
      await this.event()
    }
  }

  /** Resolves when all of `bytes` is in the send buffer. Rejects with StackError or IdleError. */
  async write(bytes: Uint8Array): Promise<void> {
    let done = this.socket.write(bytes)
    while (done < bytes.length) {
      await this.event()
      done += this.socket.write(bytes.subarray(done))
    }
  }

  /** Lets go of the connection. */
  close(): void {
    this.release()
    this.socket.close()
  }

  /** RST. */
  abort(): void {
    this.release()
    this.socket.abort()
  }

  private event(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.resume = (idle) => {
        if (idle) reject(new IdleError())
        else resolve()
      }
      if (this.timer !== null) this.timer.refresh()
      else if (this.patience !== Number.POSITIVE_INFINITY) {
        this.timer = setTimeout(() => this.settle(true), this.patience)
      }
    })
  }

  private settle(idle: boolean): void {
    const { resume } = this
    this.resume = null
    resume?.(idle)
  }

  private release(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.settle(false)
  }
}
