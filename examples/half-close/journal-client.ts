import { ByteStream } from '../../src/socket/byte-stream.ts'
import { connect } from '../../src/socket/stream-socket.ts'
import type { Host } from '../../src/stack/host.ts'
import { PORT } from './journal-server.ts'
import { linesOf, pause, writeLine } from './lines.ts'

/** Between two lines, milliseconds. */
const PACE = 100

export interface ClientOptions {
  /** The bug's cure: after so many seconds of silence the peer is asked whether it lives; 0 = never. */
  readonly keepAlive?: number
}

/** Sends lines to a journal, one every 100 ms, and returns what was answered. Rejects with StackError when the connection fails. */
export async function keepJournal(
  host: Host,
  address: string,
  lines: readonly string[],
  { keepAlive = 0 }: ClientOptions = {},
): Promise<string[]> {
  const stream = new ByteStream(connect(host, { address, port: PORT }))
  // Bug, where this is left out: a peer that dies without a word is waited for for ever.
  if (keepAlive > 0) {
    stream.socket.setOption('TCP_KEEPIDLE', keepAlive)
    stream.socket.setOption('SO_KEEPALIVE', true)
  }
  await stream.opened()
  const answers = linesOf(stream)
  await answers.next() // ready
  for (const line of lines) {
    await writeLine(stream, line)
    await pause(PACE)
  }
  stream.end()
  const stored: string[] = []
  for await (const answer of answers) stored.push(answer)
  return stored
}
