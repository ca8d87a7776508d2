import { World } from '../src/sim/index.ts'
import { connect } from '../src/socket/stream-socket.ts'
import { Host } from '../src/stack/host.ts'
import { pipe } from '../src/stack/pipe.ts'
import { median, memory, seconds } from './measure.ts'
import { busyWorld, ROUGH, sink, source } from './sim-worlds.ts'

const RUNS = 5
const BYTES = 64 * 1024 * 1024
const WORLDS = 500
const HOSTS = 1000

/** The same transfer without virtual wires: two hosts on a pipe, driven by hand. Segments a second, of both. */
function overPipe(bytes: number): number {
  const [left, right] = pipe({ mtu: 1500 })
  let time = 1
  const hosts = [left, right].map((device, i) => {
    const made = new Host({ now: () => time, random: () => 1, wake: () => {} })
    made.addDevice(device)
    made.addAddress(`10.0.0.${i + 1}/24`, device)
    return made
  })
  const [client, server] = hosts
  if (client === undefined || server === undefined) return 0
  const total = sink(server)
  source(client, '10.0.0.2', bytes)
  const taken = seconds(() => {
    for (; total.bytes < bytes; time += 100) {
      client.turn()
      server.turn()
    }
  })
  return segments(hosts) / taken
}

function segments(hosts: readonly Host[]): number {
  return hosts.reduce((sum, host) => sum + (host.stats().TcpOutSegs ?? 0), 0)
}

/** Packets a second of a world, up to its end. */
function pace(pairs: number, bytes: number, link: Parameters<typeof busyWorld>[2]): number {
  const world = busyWorld(pairs, bytes, link)
  const taken = seconds(() => world.run(600))
  return world.trace.sentPackets / taken
}

/** Worlds a second: two hosts, a link, a conversation of 2,000 bytes, and its end. */
function worlds(count: number): number {
  const taken = seconds(() => {
    for (let i = 0; i < count; i += 1) busyWorld(1, 2000, {}).run(10)
  })
  return count / taken
}

/** Bytes for each of so many hosts, on links in pairs, with an open connection. */
function bytesOfHost(count: number): number {
  const before = memory()
  const world = idleWorld(count / 2)
  const after = memory()
  return world.trace.sentPackets > 0 ? (after - before) / count : 0
}

function idleWorld(pairs: number): World {
  const world = new World(1)
  for (let i = 0; i < pairs; i += 1) {
    const server = world.host(`server ${i}`, { boot: sink })
    const boot = (host: Host) => {
      connect(host, { address: server.address(), port: 80 })
    }
    world.link(world.host(`client ${i}`, { boot }), server)
  }
  world.run(1)
  return world
}

/** Microseconds that an hour takes in which nothing happens. */
function idleHour(): number {
  const world = idleWorld(1)
  const hours = 1000
  return (
    seconds(() => {
      for (let i = 0; i < hours; i += 1) world.run(3600)
    }) *
    (1e6 / hours)
  )
}

function measured(work: () => number): number {
  work()
  return median(Array.from({ length: RUNS }, work))
}

const limit = measured(() => overPipe(BYTES))
const busy = measured(() => pace(1, BYTES, { delay: 1000 }))
const rough = measured(() => pace(20, BYTES / 64, ROUGH))

process.stdout.write(
  `Node ${process.version}; medians of ${RUNS} runs; each segment is counted once, as it is sent.\n\n`,
)
row('limit: two hosts on a pipe, bulk, segments/s', limit, '')
row('two hosts on a virtual link, bulk, segments/s', busy, ratio(busy))
row('20 pairs on rough links, segments/s', rough, ratio(rough))
row(
  'worlds/s (two hosts, 2,000 bytes, closed)',
  measured(() => worlds(WORLDS)),
  '',
)
row(`bytes a host (${HOSTS} hosts, each with a connection)`, bytesOfHost(HOSTS), '')
row('an hour of an idle connection, microseconds', measured(idleHour), '')

function ratio(value: number): string {
  return `${(value / limit).toFixed(2)} of the limit`
}

function row(name: string, value: number, remark: string): void {
  const digits = value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2)
  process.stdout.write(`${name.padEnd(52)}${digits.padStart(12)}  ${remark}`.trimEnd())
  process.stdout.write('\n')
}
