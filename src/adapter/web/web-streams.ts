import { ByteStream } from '../../socket/byte-stream.ts'
import type { StreamSocket } from '../../socket/stream-socket.ts'

/** A connection as Web Streams. */
export interface WebStreams {
  /** Bytes from the peer; closes at its FIN, errors with the connection's. */
  readonly readable: ReadableStream<Uint8Array>
  /** Bytes to the peer; closing sends FIN, aborting sends RST. */
  readonly writable: WritableStream<Uint8Array>
}

/** Wraps a socket, whose `onevent` it takes for itself. Back-pressure runs through to the peer's window. */
export function webStreams(socket: StreamSocket): WebStreams {
  const stream = new ByteStream(socket)
  const readable = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const bytes = await stream.read()
        if (bytes === null) controller.close()
        else controller.enqueue(bytes)
      },
      cancel: () => socket.shutdown('read'),
    },
    { highWaterMark: 0 },
  )
  const writable = new WritableStream<Uint8Array>(
    {
      start: () => stream.opened(),
      write: (bytes) => stream.write(bytes),
      close: () => stream.end(),
      abort: () => stream.abort(),
    },
    { highWaterMark: 1 },
  )
  return { readable, writable }
}
