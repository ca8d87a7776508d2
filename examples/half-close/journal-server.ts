import { ByteStream } from '../../src/socket/byte-stream.ts'
import { listen } from '../../src/socket/server-socket.ts'
import type { Host } from '../../src/stack/host.ts'
import { linesOf, pause, writeLine } from './lines.ts'

/** Where journals are kept. */
export const PORT = 1958
/** What it takes to prepare a journal, and to store a line of it, in milliseconds. */
const PREPARE = 500
const STORE = 50

export interface ServerOptions {
  /** The bug's cure: the end of what comes is not the end of what goes. */
  readonly answersAfterEnd?: boolean
}

/** Greets each client with `ready`, stores every line that comes and answers `stored LINE`. */
export function serveJournals(host: Host, options: ServerOptions = {}): void {
  const server = listen(host, { port: PORT })
  server.onready = () => {
    for (let socket = server.accept(); socket !== null; socket = server.accept())
      // Whoever loses the connection has nothing more to hear.
      serve(new ByteStream(socket), options).catch(() => {})
  }
}

async function serve(stream: ByteStream, { answersAfterEnd = false }: ServerOptions): Promise<void> {
  await pause(PREPARE)
  await writeLine(stream, 'ready')
  let open = true
  let stored = Promise.resolve()
  const store = async (line: string) => {
    await pause(STORE)
    if (open) await writeLine(stream, `stored ${line}`)
  }
  for await (const line of linesOf(stream)) stored = stored.then(() => store(line))
  // Bug, where this is left out: the client has ended its half alone, and waits for the answers that are still to come.
  if (answersAfterEnd) await stored
  open = false
  stream.end()
}
