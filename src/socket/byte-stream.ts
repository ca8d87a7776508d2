import { StackError } from '../stack/stack-error.ts'
import { CLOSED, CONNECTED, ENDED, READABLE, type StreamSocket, WRITABLE } from './stream-socket.ts'

const CHUNK = 65_536

/**
 * A connection as an application likes it: promises with back-pressure over a StreamSocket. Reading
 * is by async iteration; `write` resolves when the bytes are in the send buffer.
 *
 *     for await (const bytes of stream) await stream.write(bytes)
 *     stream.end()
 */
export class ByteStream implements AsyncIterable<Uint8Array> {
  readonly socket: StreamSocket
  private waiters: (() => void)[] = []
  /** `close` or `abort` was called: no more events come. */
  private released = false
  private readonly chunk = new Uint8Array(CHUNK)

  /** Takes the socket's `onevent` for itself. */
  constructor(socket: StreamSocket) {
    this.socket = socket
    socket.onevent = (events) => this.wake(events)
  }

  /** Resolves once connected; rejects with the connection's error. */
  async opened(): Promise<void> {
    while (this.socket.state === 'SYN-SENT' || this.socket.state === 'SYN-RECEIVED') await this.event()
    if (this.socket.readable === 0 && !this.socket.ended) this.raise('connect')
  }

  /** The next bytes, at most `CHUNK`; null = the peer has ended. Rejects with StackError when the connection fails. */
  async read(): Promise<Uint8Array | null> {
    for (;;) {
      const count = this.socket.read(this.chunk)
      if (count > 0) return this.chunk.slice(0, count)
      if (count === 0) {
        // The socket tells each failure once; whoever reads must never take it for an end.
        if (!this.socket.ended) this.raise('read')
        return null
      }
      await this.event()
    }
  }

  /** Resolves when all of `bytes` is in the send buffer; one at a time. Rejects with StackError when the connection is over. */
  async write(bytes: Uint8Array): Promise<void> {
    let done = 0
    while (done < bytes.length) {
      const count = this.socket.write(done === 0 ? bytes : bytes.subarray(done))
      done += count
      if (done < bytes.length) await this.event()
    }
  }

  /** FIN after what was written; reading goes on. */
  end(): void {
    if (this.socket.state !== 'CLOSED') this.socket.shutdown('write')
  }

  /** Resolves when everything written was acknowledged and both sides have ended, or the connection is gone; see its `error`. */
  async closed(): Promise<void> {
    const over = () => this.socket.state === 'CLOSED' || this.socket.state === 'TIME-WAIT'
    while (!over()) await this.event()
  }

  /** Lets go of the connection (`StreamSocket.close`). Whoever waits is rejected. */
  close(): void {
    this.released = true
    this.socket.close()
    this.wake(CLOSED)
  }

  /** RST. Whoever waits is rejected. */
  abort(): void {
    this.released = true
    this.socket.abort()
    this.wake(CLOSED)
  }

  /** Iterates over what comes; leaving the loop early lets go of the connection. */
  async *[Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    let ended = false
    try {
      for (;;) {
        const bytes = await this.read()
        if (bytes === null) {
          ended = true
          return
        }
        yield bytes
      }
    } finally {
      if (!ended) this.close()
    }
  }

  private raise(syscall: string): void {
    const { error } = this.socket
    if (error !== '') throw new StackError(error, syscall, 'the connection has failed')
  }

  /** Resolves at the next event. Rejects with StackError EBADF when none can come. */
  private async event(): Promise<void> {
    if (!this.released) await this.nextEvent()
    if (this.released) throw new StackError('EBADF', 'wait', 'the stream was closed')
  }

  private nextEvent(): Promise<void> {
    return new Promise((resolve) => {
      this.waiters.push(resolve)
    })
  }

  private wake(events: number): void {
    if ((events & (CONNECTED | READABLE | WRITABLE | ENDED | CLOSED)) === 0) return
    const waiters = this.waiters
    this.waiters = []
    for (const resolve of waiters) resolve()
  }
}
