import { describe, expect, it } from 'vitest'
import type { Warning } from '../stack/warning.ts'
import { listen } from './server-socket.ts'
import { connect, type StreamSocket } from './stream-socket.ts'
import { bytes, text, World } from './world.testkit.ts'

const SECOND = 1_000_000

/** So many connections from the client, and the server's ends of them. */
function many(world: World, count: number): { clients: StreamSocket[]; servers: StreamSocket[] } {
  const listener = listen(world.server, { port: 80 })
  const clients = Array.from({ length: count }, () => connect(world.client, { address: '10.0.0.2', port: 80 }))
  world.run(SECOND / 10)
  const servers: StreamSocket[] = []
  for (let socket = listener.accept(); socket !== null; socket = listener.accept()) servers.push(socket)
  return { clients, servers }
}

describe('orphans: connections that their owner has let go', () => {
  it('are at most tcp_max_orphans: the rest are reset', () => {
    const world = new World({ tcp_max_orphans: 3 })
    const { clients } = many(world, 5)
    for (const client of clients) client.close()
    world.run(SECOND / 10)
    expect(world.client.tcp.orphanCount).toBe(3)
    expect(world.client.stats()).toMatchObject({ TcpExtTCPAbortOnMemory: 2, TcpOutRsts: 2 })
    const states = [...world.server.tcp.connections()].map((each) => each.state).sort()
    expect(states).toEqual(['CLOSE-WAIT', 'CLOSE-WAIT', 'CLOSE-WAIT'])
  })

  it('are orphans no longer when they are over, or wait in TIME-WAIT', () => {
    const world = new World({ tcp_max_orphans: 3 })
    const { clients, servers } = many(world, 5)
    for (const [i, client] of clients.entries()) {
      client.close()
      servers[i]?.close()
      world.run(SECOND / 10)
    }
    expect(world.client.tcp.orphanCount).toBe(0)
    expect(world.client.stats()).toMatchObject({ TcpExtTCPAbortOnMemory: 0 })
    expect([...world.client.tcp.connections()].map((each) => each.state)).toEqual(Array(5).fill('TIME-WAIT'))
  })

  it('do not take a place when they are over already, however many orphans there are', () => {
    const world = new World({ tcp_max_orphans: 0 })
    const { clients, servers } = many(world, 3)
    const [waiting, ended, open] = clients
    waiting?.shutdown('write')
    servers[0]?.shutdown('write')
    servers[1]?.abort()
    world.run(SECOND / 10)
    expect(clients.map((each) => each.state)).toEqual(['TIME-WAIT', 'CLOSED', 'ESTABLISHED'])
    for (const client of [open, waiting, ended]) client?.close()
    world.run(SECOND / 10)
    expect(world.client.stats()).toMatchObject({ TcpExtTCPAbortOnMemory: 1, TcpOutRsts: 1 })
    expect([...world.client.tcp.connections()].map((each) => each.state)).toEqual(['TIME-WAIT'])
  })

  it('leave FIN-WAIT-2 after tcp_fin_timeout, or TCP_LINGER2 of their own', () => {
    const world = new World({ tcp_fin_timeout: 10 })
    const { clients } = many(world, 2)
    clients[1]?.setOption('TCP_LINGER2', 20)
    for (const client of clients) client.close()
    const left = () => [...world.client.tcp.connections()].map((each) => each.state)
    world.run(9.9 * SECOND)
    expect(left()).toEqual(['FIN-WAIT-2', 'FIN-WAIT-2'])
    world.run(0.2 * SECOND)
    expect(left()).toEqual(['FIN-WAIT-2'])
    world.run(10 * SECOND)
    expect([left(), world.client.tcp.orphanCount]).toEqual([[], 0])
  })

  it('stay in FIN-WAIT-2 as long as an owner holds them', () => {
    const world = new World({ tcp_fin_timeout: 10 })
    const { client, server } = world.pair()
    client.shutdown('write')
    world.run(1000 * SECOND)
    expect(client.state).toBe('FIN-WAIT-2')
    server.write(bytes('late'))
    server.close()
    world.run(SECOND)
    expect([text(client), client.ended, client.state]).toEqual(['late', true, 'TIME-WAIT'])
  })

  it('send what was not sent, again if need be, before the FIN', () => {
    const world = new World()
    const { client, server } = world.pair()
    const lost = world.client.network.devices.at(-1)
    if (lost === undefined) throw new Error('no device')
    const { transmit } = lost
    let drops = 3
    lost.transmit = (packet) => {
      drops -= 1
      if (drops < 0) transmit.call(lost, packet)
    }
    client.write(bytes('the whole of it'))
    client.close()
    world.run(10 * SECOND)
    expect([text(server), server.ended, server.state]).toEqual(['the whole of it', true, 'CLOSE-WAIT'])
    expect(world.client.stats().TcpRetransSegs).toBeGreaterThan(0)
  })
})

describe('CLOSE-WAIT that the application forgets', () => {
  function warned(config: { close_wait_warning?: number } = {}) {
    const world = new World(config)
    const warnings: Warning[] = []
    world.server.onwarning = (warning) => warnings.push(warning)
    const { client, server } = world.pair()
    return { world, warnings, client, server }
  }

  it('is told of after ten minutes, once, and counted', () => {
    const { world, warnings, client, server } = warned()
    client.close()
    world.run(599 * SECOND)
    expect(warnings).toEqual([])
    world.run(2 * SECOND)
    const message =
      `the connection 10.0.0.2:80 to 10.0.0.1:${server.remotePort} has been in CLOSE-WAIT for 600 s:` +
      ' the peer has closed, and the application must close, too'
    expect(warnings).toEqual([{ code: 'CLOSE_WAIT', message }])
    world.run(7200 * SECOND)
    expect(warnings.length).toBe(1)
    expect(world.server.stats()).toMatchObject({ TcpExtCloseWaitForgotten: 1 })
  })

  it('is not one that still sends: it is only half closed', () => {
    const { world, warnings, client, server } = warned({ close_wait_warning: 60 })
    client.shutdown('write')
    for (let i = 0; i < 10; i += 1) {
      world.run(30 * SECOND)
      server.write(bytes('more'))
    }
    world.run(30 * SECOND)
    expect(warnings).toEqual([])
    world.run(31 * SECOND)
    expect(warnings.length).toBe(1)
  })

  it('is nothing where the application closes in time, or where close_wait_warning is 0', () => {
    const inTime = warned({ close_wait_warning: 60 })
    inTime.client.close()
    inTime.world.run(50 * SECOND)
    inTime.server.close()
    inTime.world.run(500 * SECOND)
    expect(inTime.warnings).toEqual([])
    const never = warned({ close_wait_warning: 0 })
    never.client.close()
    never.world.run(100_000 * SECOND)
    expect(never.warnings).toEqual([])
    // The limit holds for those that wait already.
    never.world.server.setSysctl('close_wait_warning', 100)
    never.world.run(SECOND)
    expect(never.warnings.length).toBe(1)
  })
})
