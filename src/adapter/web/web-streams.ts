import { ByteStream } from '../../socket/byte-stream.ts'
import type { StreamSocket } from '../../socket/stream-socket.ts'
import { StackError } from '../../stack/stack-error.ts'

/** A connection as Web Streams. */
export interface WebStreams {
  /** Bytes from the peer; closes at its FIN, errors with the connection's. */
  readonly readable: ReadableStream<Uint8Array>
  /** Bytes to the peer; closing sends FIN, aborting sends RST. */
  readonly writable: WritableStream<Uint8Array>
}

/**
 * Wraps a socket, whose `onevent` it takes for itself. Back-pressure runs through to the peer's window.
 * The socket is closed once both streams are done with; bytes that were cancelled, not read, make that a RST.
 */
export function webStreams(socket: StreamSocket): WebStreams {
  const stream = new ByteStream(socket)
  let streamsLeft = 2
  const done = () => {
    streamsLeft -= 1
    if (streamsLeft === 0) stream.close()
  }
  const readable = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const bytes = await stream.read()
        if (bytes !== null) {
          controller.enqueue(bytes)
          return
        }
        controller.close()
        done()
      },
      cancel: done,
    },
    { highWaterMark: 0 },
  )
  const writable = new WritableStream<Uint8Array>(
    {
      async start(controller) {
        await stream.opened()
        // Whoever does not write at the moment learns of a failure, too.
        const fail = () => {
          if (socket.error !== '') controller.error(new StackError(socket.error, 'write', 'the connection has failed'))
        }
        stream.closed().then(fail, fail)
      },
      write: (bytes) => stream.write(bytes),
      close: () => {
        stream.end()
        done()
      },
      abort: () => stream.abort(),
    },
    { highWaterMark: 1 },
  )
  return { readable, writable }
}
