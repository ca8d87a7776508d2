import { connect, type Socket } from 'node:net'

/*
 * Clients over sockets of the kernel that mean well, run inside a network namespace.
 * Arguments: ADDRESS PORT COUNT SPACING PATIENCE: an echo service, and how many connections begin SPACING milliseconds
 * after one another. Each is served when it gets back what it sends, within PATIENCE milliseconds.
 * Beside them one that was there before sends all along, and wants everything back in order. Writes 'established' once
 * that one is, begins with the others at a line of standard input, and writes 'report {...}' (HonestReport) at the end.
 */

export interface HonestReport {
  served: number
  /** Reasons and how often they kept a client from being served. */
  failures: Record<string, number>
  /** Milliseconds that the median client waited, and the slowest of those served. */
  median: number
  slowest: number
  /** Of the old connection: bytes that came back, and those of them that were wrong. */
  exchanged: number
  wrong: number
  /** Why the old connection ended; '' = in order, when all that it had sent was back. */
  error: string
}

const [, , address = '', port = '', count = '', spacing = '', patience = ''] = process.argv
const QUESTION = 'is anybody there?\n'
/** The old connection sends these over and over. */
const PIECE = Buffer.from(Array.from({ length: 251 * 64 }, (_, i) => i % 251))

/** Milliseconds until the answer was there. Rejects when it does not come. */
function ask(): Promise<number> {
  const start = performance.now()
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect({ host: address, port: Number(port) })
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error('no answer in time'))
    }, Number(patience))
    const settle = (action: () => void) => {
      clearTimeout(timer)
      action()
    }
    socket.setEncoding('latin1')
    socket.write(QUESTION)
    socket.on('error', (error: NodeJS.ErrnoException) => settle(() => reject(new Error(error.code))))
    socket.on('data', (text) => {
      answer += text
      if (answer.length < QUESTION.length) return
      socket.end()
      settle(() => (answer === QUESTION ? resolve(performance.now() - start) : reject(new Error('wrong answer'))))
    })
  })
}

class OldConnection {
  readonly socket: Socket
  exchanged = 0
  wrong = 0
  error = ''
  private sent = 0
  private stopping = false

  constructor() {
    this.socket = connect({ host: address, port: Number(port), noDelay: true })
    this.socket.on('connect', () => process.stdout.write('established\n'))
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code ?? error.message
    })
    this.socket.on('data', (bytes) => this.check(bytes))
    this.send()
  }

  /** Resolves when all that was sent is back, or the connection has failed. */
  stop(): Promise<void> {
    this.stopping = true
    return new Promise((resolve) => this.socket.on('close', () => resolve()))
  }

  private check(bytes: Buffer): void {
    for (const byte of bytes) {
      if (byte !== this.exchanged % 251) this.wrong += 1
      this.exchanged += 1
    }
    if (this.exchanged < this.sent) return
    if (this.stopping) this.socket.end()
    else this.send()
  }

  private send(): void {
    this.sent += PIECE.length
    this.socket.write(PIECE)
  }
}

async function main(): Promise<void> {
  const old = new OldConnection()
  await new Promise((resolve) => process.stdin.once('data', resolve))
  const times: number[] = []
  const failures: Record<string, number> = {}
  const clients: Promise<void>[] = []
  for (let i = 0; i < Number(count); i += 1) {
    const client = ask().then(
      (time) => void times.push(time),
      (error: Error) => {
        failures[error.message] = (failures[error.message] ?? 0) + 1
      },
    )
    clients.push(client)
    await new Promise((resolve) => setTimeout(resolve, Number(spacing)))
  }
  await Promise.all(clients)
  const given = setTimeout(() => old.socket.destroy(new Error('not all came back')), 10_000)
  await old.stop()
  clearTimeout(given)
  times.sort((a, b) => a - b)
  const report: HonestReport = {
    served: times.length,
    failures,
    median: times[times.length >> 1] ?? Number.NaN,
    slowest: times.at(-1) ?? Number.NaN,
    exchanged: old.exchanged,
    wrong: old.wrong,
    error: old.error,
  }
  process.stdout.write(`report ${JSON.stringify(report)}\n`, () => process.exit(0))
}

await main()
