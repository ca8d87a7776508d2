import { joinedHosts } from '../src/adapter/node/joined-hosts.testkit.ts'
import { ByteStream } from '../src/socket/byte-stream.ts'
import { listen } from '../src/socket/server-socket.ts'
import { connect, type StreamSocket } from '../src/socket/stream-socket.ts'
import { acceptAll } from './services.ts'

export interface Pair {
  /** A new connection to what is served. */
  open(): Promise<ByteStream>
  stop(): void
}

/** Two hosts joined in memory, one of which gives its connections to `serve`. */
export function pairServing(serve: (socket: StreamSocket) => void): Pair {
  const [client, server] = joinedHosts()
  acceptAll(listen(server.host, { port: 80 }), serve)
  return {
    async open() {
      const stream = new ByteStream(connect(client.host, { address: '10.0.0.2', port: 80 }))
      await stream.opened()
      return stream
    },
    stop() {
      client.stop()
      server.stop()
    },
  }
}

/** Everything up to the peer's end, as Latin-1 text. */
export async function readAll(stream: ByteStream): Promise<string> {
  let text = ''
  for (let bytes = await stream.read(); bytes !== null; bytes = await stream.read()) {
    text += Buffer.from(bytes).toString('latin1')
  }
  return text
}
