import { outcome, type TestWorld } from '../../src/adapter/testing/index.ts'
import { StackError } from '../../src/stack/stack-error.ts'
import { type ClientOptions, keepJournal } from './journal-client.ts'
import { type ServerOptions, serveJournals } from './journal-server.ts'

const LINES = ['one', 'two', 'three', 'four']
/** However the network fares, a client must have come to an end by then, in seconds. */
const PATIENCE = 3600

/** A client keeps a journal: all is answered, or it hears of an error, in finite time. */
export async function journal(world: TestWorld, options: ClientOptions & ServerOptions = {}): Promise<void> {
  const client = world.host('client')
  const server = world.host('server', { boot: (host) => serveJournals(host, options) })
  world.link(client, server, { delay: 10_000 })
  const kept = keepJournal(client.host, server.address(), LINES, options).catch((error: unknown) => {
    if (error instanceof StackError) return null // it was told
    throw error
  })
  const answers = await outcome(world, kept, { seconds: PATIENCE })
  if (answers !== null && answers.length < LINES.length)
    throw new Error(`${LINES.length - answers.length} of ${LINES.length} answers were lost without an error`)
}

/** As worker threads look for it. */
export const test = (world: TestWorld) => journal(world)
