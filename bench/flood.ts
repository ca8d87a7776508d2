import { NodeSurroundings } from '../src/adapter/node/surroundings.ts'
import { listen, type ServerSocket } from '../src/socket/server-socket.ts'
import { connect, type StreamSocket } from '../src/socket/stream-socket.ts'
import { Host } from '../src/stack/host.ts'
import { pipe } from '../src/stack/pipe.ts'
import { floodTun } from './flood-tun.ts'
import { memory } from './measure.ts'
import { SynForge, SynStorm } from './syn-storm.ts'

/*
 * A flood of forged SYNs against one listener, while honest clients connect over a link of their own and
 * connections that were there before go on. In memory; every SYN with the options of a Linux client.
 */
const SYNS = 1_000_000
const HONEST = 1000
const OLD = 20
const PORT = 80
/** SYNs between two turns of the honest side. */
const BATCH = 100

interface Outcome {
  synsPerSecond: number
  honest: number
  withOptions: number
  /** Messages that the old connections have sent and got back. */
  exchanged: number
  lost: number
  growth: number
  cookies: number
}

const seconds = (nanoseconds: bigint) => Number(nanoseconds) / 1e9

class Scene {
  readonly storm: SynStorm
  readonly server: Host
  private readonly client: Host
  private readonly listener: ServerSocket
  private readonly served = new Set<StreamSocket>()

  constructor(syncookies: number) {
    const [left, right] = pipe()
    this.storm = new SynStorm(new SynForge(0x0a00_0002, PORT))
    this.client = host({})
    this.client.addDevice(left)
    this.client.addAddress('10.0.0.1/24', left)
    this.server = host({ tcp_syncookies: syncookies })
    this.server.addDevice(right)
    this.server.addAddress('10.0.0.2/24', right)
    this.server.addDevice(this.storm)
    this.server.addRoute('0.0.0.0/0', this.storm)
    this.listener = listen(this.server, { port: PORT })
  }

  open(): StreamSocket {
    return connect(this.client, { address: '10.0.0.2', port: PORT })
  }

  turn(): void {
    this.client.turn()
    this.server.turn()
    for (let socket = this.listener.accept(); socket !== null; socket = this.listener.accept()) this.echo(socket)
    this.server.turn()
    this.client.turn()
  }

  private echo(socket: StreamSocket): void {
    this.served.add(socket)
    const into = new Uint8Array(64)
    const answer = () => {
      for (let count = socket.read(into); count > 0; count = socket.read(into)) socket.write(into.subarray(0, count))
      if (!socket.ended) return
      socket.close()
      this.served.delete(socket)
    }
    socket.onevent = answer
    answer()
  }
}

function host(config: ConstructorParameters<typeof Host>[1]): Host {
  const surroundings = new NodeSurroundings()
  return new Host({ now: () => surroundings.now(), random: () => surroundings.random(), wake: () => {} }, config)
}

/** A client that sends its number and waits for it to come back. */
class Client {
  done = false
  negotiated = false
  /** Null when it is done: what is over is not to be weighed. */
  private socket: StreamSocket | null
  private asked = false

  constructor(socket: StreamSocket) {
    this.socket = socket
  }

  look(): void {
    const { socket } = this
    if (socket === null) return
    if (!this.asked && socket.state === 'ESTABLISHED') {
      socket.write(Uint8Array.of(7))
      this.asked = true
    }
    const into = new Uint8Array(1)
    if (!this.asked || socket.error !== '' || socket.read(into) !== 1 || into[0] !== 7) return
    this.done = true
    // Timestamps, SACK and window scaling: 1, 2, 4.
    this.negotiated = (socket.tcpInfo().tcpi_options & 7) === 7
    socket.close()
    this.socket = null
  }
}

/** A connection on which numbers go to and fro. */
class Talk {
  sent = 0
  back = 0
  wrong = 0
  private readonly socket: StreamSocket

  constructor(socket: StreamSocket) {
    this.socket = socket
  }

  look(more: boolean): void {
    const into = new Uint8Array(64)
    for (let count = this.socket.read(into); count > 0; count = this.socket.read(into)) {
      for (const byte of into.subarray(0, count)) {
        if (byte !== (this.back & 255)) this.wrong += 1
        this.back += 1
      }
    }
    if (!more || this.sent > this.back) return
    this.sent += this.socket.write(Uint8Array.of(this.sent & 255))
  }
}

function flood(syncookies: number): Outcome {
  const scene = new Scene(syncookies)
  const talks = Array.from({ length: OLD }, () => new Talk(scene.open()))
  for (let i = 0; i < 10; i += 1) scene.turn()
  const clients: Client[] = []
  const before = memory()
  let time = 0n
  for (let syns = 0; syns < SYNS; syns += BATCH) {
    scene.storm.due = BATCH
    const start = process.hrtime.bigint()
    while (scene.storm.due > 0) scene.server.turn()
    time += process.hrtime.bigint() - start
    if (clients.length < HONEST && syns >= (clients.length * SYNS * 0.9) / HONEST)
      clients.push(new Client(scene.open()))
    scene.turn()
    for (const client of clients.slice(-200)) client.look()
    for (const talk of talks) talk.look(true)
  }
  const growth = memory() - before
  for (let i = 0; i < 100; i += 1) {
    scene.turn()
    for (const client of clients) client.look()
    for (const talk of talks) talk.look(false)
  }
  return {
    synsPerSecond: SYNS / seconds(time),
    honest: clients.filter((client) => client.done).length,
    withOptions: clients.filter((client) => client.negotiated).length,
    exchanged: talks.reduce((total, talk) => total + talk.back, 0),
    lost: talks.reduce((total, talk) => total + talk.wrong + talk.sent - talk.back, 0),
    growth,
    cookies: scene.server.stats().TcpExtSyncookiesSent ?? 0,
  }
}

const row = (name: string, ...cells: string[]) =>
  process.stdout.write(`${name.padEnd(52)}${cells.map((cell) => cell.padStart(14)).join('')}\n`)
const whole = (value: number) => Math.round(value).toLocaleString('en-US')

function floodInMemory(): void {
  flood(1)
  const on = flood(1)
  const off = flood(0)
  process.stdout.write(
    `Node ${process.version}; ${whole(SYNS)} forged SYNs in memory, ${HONEST} honest clients meanwhile over a link of their own,\n` +
      `${OLD} connections that were there before. Memory: what is held at the end of the flood and was not before.\n\n`,
  )
  row('tcp_syncookies', '1 (cookies)', '0 (none)')
  row('SYNs handled per second', whole(on.synsPerSecond), whole(off.synsPerSecond))
  row(
    '   of the 100,000 that it must stand',
    `${(on.synsPerSecond / 1e5).toFixed(2)} x`,
    `${(off.synsPerSecond / 1e5).toFixed(2)} x`,
  )
  row('SYNs answered by a cookie', whole(on.cookies), whole(off.cookies))
  row(`honest clients served, of ${HONEST}`, whole(on.honest), whole(off.honest))
  row('   with timestamps, SACK and window scaling', whole(on.withOptions), whole(off.withOptions))
  row('messages of the old connections, to and fro', whole(on.exchanged), whole(off.exchanged))
  row('   lost or wrong', whole(on.lost), whole(off.lost))
  row('memory, KiB', whole(on.growth / 1024), whole(off.growth / 1024))
}

if (process.argv.includes('--tun')) await floodTun()
else floodInMemory()
