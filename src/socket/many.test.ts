import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { listen } from './server-socket.ts'
import { connect, ENDED, READABLE } from './stream-socket.ts'
import { World } from './world.testkit.ts'

const SECOND = 1_000_000

/** `count` connections, 100 at a time: a question, an answer, closed by the client. */
function converse(world: World, count: number): number {
  let answered = 0
  const into = new Uint8Array(100)
  for (let begun = 0; begun < count; begun += 100) {
    for (let i = 0; i < 100; i += 1) {
      const socket = connect(world.client, { address: '10.0.0.2', port: 80 })
      socket.write(new Uint8Array(50))
      socket.onevent = (events) => {
        if ((events & READABLE) === 0 || socket.read(into) <= 0) return
        answered += 1
        socket.close()
      }
    }
    world.run(SECOND / 2)
  }
  return answered
}

describe('10,000 connections, opened and closed', () => {
  it('leave nothing behind but TIME-WAIT, and in the end nothing at all', () => {
    const world = new World({ tcp_timewait_len: 20 })
    // What the world keeps of every segment is not the host's.
    world.client.probe = world.server.probe
    const server = listen(world.server, { port: 80 })
    server.onready = () => {
      for (let socket = server.accept(); socket !== null; socket = server.accept()) {
        const accepted = socket
        accepted.onevent = (events) => {
          if (events & READABLE && accepted.read(new Uint8Array(100)) > 0) accepted.write(new Uint8Array(70))
          if (events & ENDED) accepted.close()
        }
      }
    }
    // Tables that were once large stay so; what comes after must find room in them.
    expect(converse(world, 10_000)).toBe(10_000)
    world.run(30 * SECOND)
    const before = heap()
    expect(converse(world, 10_000)).toBe(10_000)
    const states = new Set([...world.client.tcp.connections()].map((each) => each.state))
    expect(states).toEqual(new Set(['TIME-WAIT']))
    world.run(30 * SECOND)
    expect([...world.client.tcp.connections(), ...world.server.tcp.connections()]).toEqual([])
    for (const host of [world.client, world.server]) {
      expect(host.stats()).toMatchObject({ TcpRetransSegs: 0, TcpOutRsts: 0, TcpExtTCPTimeouts: 0 })
      expect(host.tcp.deadline).toBe(Number.POSITIVE_INFINITY)
    }
    expect(server.accept()).toBeNull()
    expect(heap() - before).toBeLessThan(500_000)
  })

  it('tcp_max_tw_buckets: no more than so many wait, the others are dropped and counted', () => {
    const world = new World({ tcp_max_tw_buckets: 30 })
    const server = listen(world.server, { port: 80 })
    const sockets = Array.from({ length: 100 }, () => connect(world.client, { address: '10.0.0.2', port: 80 }))
    world.run(100_000)
    for (const socket of sockets) socket.close()
    world.run(100_000)
    for (let socket = server.accept(); socket !== null; socket = server.accept()) socket.close()
    world.run(100_000)
    expect([...world.client.tcp.connections()].length).toBe(30)
    expect(world.client.stats().TcpExtTCPTimeWaitOverflow).toBe(70)
    world.run(61 * SECOND)
    expect([...world.client.tcp.connections()]).toEqual([])
  })
})

/** Bytes in use after a collection. */
function heap(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  return process.memoryUsage().heapUsed
}
