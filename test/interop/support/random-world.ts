import { type LinkOptions, type Program, SeededRandom, World } from '../../../src/sim/index.ts'
import { listen } from '../../../src/socket/server-socket.ts'
import { connect, type StreamSocket } from '../../../src/socket/stream-socket.ts'
import type { Host } from '../../../src/stack/host.ts'

const PORT = 7
/** Virtual seconds that each world goes on. */
const LONG = 120

/** What becomes of a world made up by chance from `seed`: its trace hash, and how many packets it has sent. */
export function hashOfWorld(seed: number): string {
  const world = new World(seed, programOf(seed))
  world.run(LONG)
  return `${world.trace.hash} ${world.trace.sentPackets}`
}

/** Up to four clients around a server, over links of every kind; some machines freeze, crash or lose their link for a while. */
function programOf(seed: number): Program {
  const random = new SeededRandom(seed).named('shape')
  return (world) => {
    const server = world.host('server', { boot: echo })
    for (let i = 0; i <= random.below(4); i += 1) {
      const size = 100 + random.below(60_000)
      const name = `client${i}`
      const six = random.chance(0.3)
      let from = ''
      const client = world.host(name, { boot: (host) => ask(host, from, size) })
      const link = world.link(client, server, linkOf(random))
      from = `${six ? 'fd00' : '10.0'}${six ? `:${i + 1}::2` : `.${i + 1}.2`}`
      if (random.chance(0.3)) {
        const at = random.below(3000) / 1000
        world.at(at, () => client.freeze())
        world.at(at + 1, () => client.thaw())
      }
      if (random.chance(0.2)) world.at(random.below(2000) / 1000, () => client.reboot())
      if (random.chance(0.3)) {
        world.at(random.below(1000) / 1000, () => {
          const cut = link.fault()
          world.at(world.now / 1e6 + 2, () => cut.lift())
        })
      }
    }
  }
}

function linkOf(random: SeededRandom): LinkOptions {
  const kinds = ['uniform', 'normal', 'pareto'] as const
  const queues = [
    { kind: 'drop-tail', packets: 20 },
    { kind: 'red', least: 5000, most: 30_000 },
    { kind: 'codel', ecn: true },
  ] as const
  return {
    delay: 100 + random.below(50_000),
    rate: 500_000 + random.below(20_000_000),
    queue: queues[random.below(3)] ?? queues[0],
    loss: random.chance(0.5) ? random.below(60) / 1000 : { toBad: 0.01, toGood: 0.3 },
    duplicate: random.below(20) / 1000,
    corrupt: random.below(10) / 1000,
    jitter: {
      amount: random.below(3000),
      distribution: kinds[random.below(3)] ?? 'uniform',
      reorders: random.chance(0.5),
    },
    reorder: { probability: random.below(50) / 1000, delay: 5000 },
  }
}

function echo(host: Host): void {
  const server = listen(host, { port: PORT })
  server.onready = () => {
    for (let socket = server.accept(); socket !== null; socket = server.accept()) sendBack(socket)
  }
}

function sendBack(socket: StreamSocket): void {
  const into = new Uint8Array(2000)
  const answer = () => {
    if (socket.error !== '') return
    while (socket.writable >= into.length) {
      const count = socket.read(into)
      if (count <= 0) break
      socket.write(into.subarray(0, count))
    }
    if (socket.ended) socket.close()
  }
  socket.onevent = answer
  answer()
}

function ask(host: Host, address: string, size: number): void {
  const socket = connect(host, { address, port: PORT })
  const into = new Uint8Array(3000)
  let sent = 0
  let got = 0
  socket.onevent = () => {
    if (socket.error !== '') return
    for (let count = socket.read(into); count > 0; count = socket.read(into)) got += count
    if (sent < size && socket.state === 'ESTABLISHED')
      sent += socket.write(new Uint8Array(size - sent).fill(sent & 255))
    if (got === size) socket.close()
  }
}
