import { fileURLToPath } from 'node:url'
import { type FloodOutcome, FloodScene } from './flood-scene.ts'

/*
 * A flood of forged SYNs on a TUN device, forwarded by the kernel, against `estab serve` in a process of its own,
 * while clients of the kernel's connect over the same device. Needs root.
 */
const CLIENTS = 200
/** SYNs per second at which honest clients are to be served. */
const RATE = 20_000

const dist = fileURLToPath(new URL('..', import.meta.url))
const plan = { clients: CLIENTS, spacing: 20, patience: 5000 }

async function measure(syncookies: 0 | 1, rate: number): Promise<FloodOutcome> {
  const scene = new FloodScene(dist)
  try {
    return await scene.run({ ...plan, syncookies, rate })
  } finally {
    scene.close()
  }
}

const whole = (value: number) => Math.round(value).toLocaleString('en-US')
const row = (name: string, cells: readonly string[]) =>
  process.stdout.write(`${name.padEnd(52)}${cells.map((cell) => cell.padStart(18)).join('')}\n`)

/** Prints what was measured at one rate, with cookies and without. */
export async function floodTun(): Promise<void> {
  process.stdout.write(
    `Node ${process.version}; forged SYNs over a TUN device; ${CLIENTS} honest clients meanwhile over the same, each with ${plan.patience / 1000} s of\n` +
      'patience; a connection that was there before. Memory: resident, of the process of estab.\n',
  )
  for (const rate of [RATE, 0]) {
    process.stdout.write(rate > 0 ? `\n${whole(rate)} SYNs per second\n` : '\nas many SYNs as can be sent\n')
    const both = [await measure(1, rate), await measure(0, rate)]
    const show = (name: string, cell: (outcome: FloodOutcome) => string) => row(name, both.map(cell))
    row('tcp_syncookies', ['1 (cookies)', '0 (none)'])
    show('SYNs sent per second', (each) => whole(each.sent / each.seconds))
    show('SYNs handled per second', (each) => whole(each.handled / each.seconds))
    show('SYNs answered by a cookie', (each) => whole(each.counters.TcpExtSyncookiesSent ?? 0))
    show(`honest clients served, of ${CLIENTS}`, ({ honest }) => whole(honest.served))
    show('   median, slowest wait, ms', ({ honest }) => `${whole(honest.median)}, ${whole(honest.slowest)}`)
    show('KiB per second of the old connection, to and fro', ({ honest, seconds }) =>
      whole(honest.exchanged / 1024 / seconds),
    )
    show('   bytes wrong', ({ honest }) => `${whole(honest.wrong)}${honest.error && ` (${honest.error})`}`)
    show('memory before, MiB', ({ memory }) => whole(memory.before / 2 ** 20))
    show('   most, after', ({ memory }) => `${whole(memory.most / 2 ** 20)}, ${whole(memory.after / 2 ** 20)}`)
  }
}
