import { type LinkOptions, type SimHost, World } from '../src/sim/index.ts'
import { listen } from '../src/socket/server-socket.ts'
import { connect, ENDED } from '../src/socket/stream-socket.ts'
import type { Host } from '../src/stack/host.ts'

/** A link on which everything goes wrong that can, at 20 Mbit/s. */
export const ROUGH: LinkOptions = {
  delay: 5000,
  rate: 20_000_000,
  loss: 0.01,
  duplicate: 0.01,
  corrupt: 0.005,
  reorder: { probability: 0.02, delay: 3000 },
  jitter: { amount: 1000, distribution: 'normal' },
}

/** What is read is thrown away. */
const into = new Uint8Array(262_144)

/** Takes what comes, on port 80, and closes after the peer; what it has taken. */
export function sink(host: Host): { bytes: number } {
  const server = listen(host, { port: 80, backlog: 4096 })
  const total = { bytes: 0 }
  server.onready = () => {
    for (let socket = server.accept(); socket !== null; socket = server.accept()) {
      const taken = socket
      const take = () => {
        for (let count = taken.read(into); count > 0; count = taken.read(into)) total.bytes += count
        if (taken.ended) taken.close()
      }
      taken.onevent = take
      take()
    }
  }
  return total
}

/** Sends so many bytes to port 80, and closes. */
export function source(host: Host, address: string, bytes: number): void {
  const socket = connect(host, { address, port: 80 })
  const chunk = new Uint8Array(65_536).fill(7)
  let left = bytes
  const send = (events: number) => {
    if (events & ENDED) return
    while (left > 0) {
      const count = socket.write(left < chunk.length ? chunk.subarray(0, left) : chunk)
      left -= count
      if (count < chunk.length) break
    }
    if (left === 0) {
      socket.close()
      left = -1
    }
  }
  socket.onevent = send
  send(0)
}

/** So many pairs of hosts, each of which carries so many bytes over a link of that kind. */
export function busyWorld(pairs: number, bytes: number, link: LinkOptions): World {
  const world = new World(1)
  for (let i = 0; i < pairs; i += 1) {
    const server = world.host(`server ${i}`, { boot: sink })
    const client: SimHost = world.host(`client ${i}`, { boot: (host) => source(host, server.address(), bytes) })
    world.link(client, server, link)
  }
  return world
}
