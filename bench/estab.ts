import { NodeSurroundings } from '../src/adapter/node/surroundings.ts'
import { listen, type ServerSocket } from '../src/socket/server-socket.ts'
import { connect, ENDED, type StreamSocket } from '../src/socket/stream-socket.ts'
import { Host } from '../src/stack/host.ts'
import { pipe } from '../src/stack/pipe.ts'
import type { Figures, Workload } from './figures.ts'
import { median, memory, seconds } from './measure.ts'

/** Two hosts in memory, driven by hand: MTU 1500, checksums made and verified. */
class TwoHosts {
  readonly a: Host
  readonly b: Host

  constructor() {
    const [left, right] = pipe({ mtu: 1500 })
    this.a = host('10.0.0.1/24', left)
    this.b = host('10.0.0.2/24', right)
  }

  turn(): void {
    this.a.turn()
    this.b.turn()
  }
}

function host(address: string, device: Parameters<Host['addDevice']>[0]): Host {
  const surroundings = new NodeSurroundings()
  const made = new Host({ now: () => surroundings.now(), random: () => surroundings.random(), wake: () => {} })
  made.addDevice(device)
  made.addAddress(address, device)
  return made
}

function establish(hosts: TwoHosts, server: ServerSocket): [StreamSocket, StreamSocket] {
  const client = connect(hosts.a, { address: '10.0.0.2', port: server.port })
  for (let i = 0; i < 100; i += 1) {
    hosts.turn()
    const accepted = server.accept()
    if (accepted !== null) return [client, accepted]
  }
  throw new Error('the connection did not come up')
}

function bulk(bytes: number): number {
  const hosts = new TwoHosts()
  const [client, server] = establish(hosts, listen(hosts.b, { port: 5001 }))
  const chunk = new Uint8Array(65_536).fill(7)
  const into = new Uint8Array(262_144)
  let sent = 0
  let received = 0
  const time = seconds(() => {
    while (received < bytes) {
      while (sent < bytes && client.writable > 0) {
        const count = client.write(chunk)
        sent += count
        if (count < chunk.length) break
      }
      hosts.turn()
      for (let count = server.read(into); count > 0; count = server.read(into)) received += count
    }
  })
  return (8 * received) / time / 1e6
}

function pingPong(rounds: number): number {
  const hosts = new TwoHosts()
  const [client, server] = establish(hosts, listen(hosts.b, { port: 5001 }))
  client.setOption('TCP_NODELAY', 1)
  server.setOption('TCP_NODELAY', 1)
  const message = new Uint8Array(64)
  const into = new Uint8Array(64)
  const times: number[] = []
  for (let i = 0; i < rounds; i += 1) {
    const start = process.hrtime.bigint()
    client.write(message)
    while (server.read(into) < 0) hosts.turn()
    server.write(message)
    while (client.read(into) < 0) hosts.turn()
    times.push(Number(process.hrtime.bigint() - start) / 1000)
  }
  return median(times)
}

function connectClose(count: number): number {
  const hosts = new TwoHosts()
  const servers = Array.from({ length: 8 }, (_, i) => listen(hosts.b, { port: 6000 + i }))
  const time = seconds(() => {
    for (let i = 0; i < count; i += 1) {
      const listener = servers[i % servers.length]
      if (listener === undefined) return
      const [client, server] = establish(hosts, listener)
      let over = false
      server.onevent = (events) => {
        if (events & ENDED) {
          server.close()
          over = true
        }
      }
      client.close()
      while (!over) hosts.turn()
    }
  })
  return count / time
}

function idlePair(count: number): number {
  const hosts = new TwoHosts()
  const server = listen(hosts.b, { port: 5001, backlog: 4096 })
  establish(hosts, server)
  const kept: StreamSocket[] = []
  const before = memory()
  for (let i = 0; i < count; i += 1) kept.push(...establish(hosts, server))
  // Acknowledgments that were delayed are sent before what is idle is weighed.
  hosts.turn()
  const after = memory()
  return (after - before) / (kept.length / 2)
}

/** estab between two hosts in memory. */
export function measureEstab(load: Workload): Figures {
  bulk(load.warmUpBytes)
  pingPong(2000)
  connectClose(500)
  return {
    bulk: median(Array.from({ length: load.runs }, () => bulk(load.bytes))),
    pingPong: median(Array.from({ length: load.runs }, () => pingPong(load.rounds))),
    connects: median(Array.from({ length: load.runs }, () => connectClose(load.connections))),
    idle: idlePair(load.idlePairs),
  }
}
