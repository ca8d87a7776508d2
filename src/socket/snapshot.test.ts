import { describe, expect, it } from 'vitest'
import type { Host } from '../stack/host.ts'
import type { SocketSnapshot, SocketState } from '../stack/snapshot.ts'
import { listen } from './server-socket.ts'
import { connect } from './stream-socket.ts'
import { bytes, text, World } from './world.testkit.ts'

const SECOND = 1_000_000
/** From one host to the other, and a little more. */
const WAY = 1100

function states(host: Host): SocketState[] {
  return host.connections().map(({ state }) => state)
}

/** The one connection of a host. */
function only(host: Host): SocketSnapshot {
  const found = host.connections().filter(({ state }) => state !== 'LISTEN')
  const [first] = found
  if (first === undefined || found.length !== 1) throw new Error(`${found.length} connections`)
  return first
}

describe('the eleven states, step by step', () => {
  it('of an opening and a close in order', () => {
    const world = new World()
    const both = () => [states(world.client), states(world.server)]
    const listener = listen(world.server, { port: 80 })
    expect(both()).toEqual([[], ['LISTEN']])
    const client = connect(world.client, { address: '10.0.0.2', port: 80 })
    world.run(0)
    expect(both()).toEqual([['SYN-SENT'], ['LISTEN']])
    world.run(WAY)
    expect(both()).toEqual([['SYN-SENT'], ['LISTEN', 'SYN-RECV']])
    world.run(WAY)
    expect(both()).toEqual([['ESTAB'], ['LISTEN', 'SYN-RECV']])
    world.run(WAY)
    expect(both()).toEqual([['ESTAB'], ['LISTEN', 'ESTAB']])
    const server = listener.accept()
    client.shutdown('write')
    world.run(0)
    expect(both()).toEqual([['FIN-WAIT-1'], ['LISTEN', 'ESTAB']])
    world.run(SECOND)
    expect(both()).toEqual([['FIN-WAIT-2'], ['LISTEN', 'CLOSE-WAIT']])
    server?.close()
    world.run(0)
    expect(both()).toEqual([['FIN-WAIT-2'], ['LISTEN', 'LAST-ACK']])
    world.run(2 * WAY)
    expect(both()).toEqual([['TIME-WAIT'], ['LISTEN']])
    // The socket still holds it; what is left when it goes is told of in the same words.
    const held = only(world.client)
    client.close()
    world.run(0)
    expect(only(world.client)).toEqual({ ...held, holder: 'nobody' })
    world.run(61 * SECOND)
    expect(both()).toEqual([[], ['LISTEN']])
  })

  it('of a simultaneous close, and of an end without one', () => {
    const world = new World()
    const { client, server } = world.pair()
    client.close()
    server.close()
    world.run(WAY)
    expect([states(world.client), states(world.server)]).toEqual([['CLOSING'], ['LISTEN', 'CLOSING']])
    world.run(WAY)
    expect([states(world.client), states(world.server)]).toEqual([['TIME-WAIT'], ['LISTEN', 'TIME-WAIT']])
    const second = connect(world.client, { address: 'fd00::2', port: 80 })
    world.run(SECOND)
    second.abort()
    // Until its RST has gone.
    expect(states(world.client)).toEqual(['UNCONN', 'TIME-WAIT'])
  })
})

describe('queues', () => {
  it('of a connection: bytes not read, bytes not acknowledged; SYN and FIN count as one', () => {
    const world = new World()
    listen(world.server, { port: 80 }).onready = () => {}
    const client = connect(world.client, { address: '10.0.0.2', port: 80 })
    world.run(0)
    expect(only(world.client)).toMatchObject({ state: 'SYN-SENT', recvQ: 0, sendQ: 1 })
    world.run(WAY)
    expect(only(world.server)).toMatchObject({ state: 'SYN-RECV', recvQ: 0, sendQ: 0 })
    world.run(SECOND)
    expect(only(world.client)).toMatchObject({ state: 'ESTAB', recvQ: 0, sendQ: 0 })
    client.write(bytes('hello'))
    client.shutdown('write')
    world.run(WAY)
    expect(only(world.client)).toMatchObject({ state: 'FIN-WAIT-1', recvQ: 0, sendQ: 6 })
    expect(only(world.server)).toMatchObject({ state: 'CLOSE-WAIT', recvQ: 5, sendQ: 0 })
    world.run(SECOND)
    expect(only(world.client)).toMatchObject({ state: 'FIN-WAIT-2', sendQ: 0 })
  })

  it('of a listener: connections to be accepted, and the backlog', () => {
    const world = new World()
    const any = listen(world.server, { port: 80, backlog: 9 })
    listen(world.server, { port: 81, address: '10.0.0.2' })
    listen(world.server, { port: 82, address: 'fd00::2' })
    for (let i = 0; i < 3; i += 1) connect(world.client, { address: '10.0.0.2', port: 80 })
    world.run(SECOND)
    // Their memory is that of the connections that wait.
    const listener = { state: 'LISTEN', timer: null, holder: 'socket', info: null, memory: { rmem_alloc: 0 } }
    expect(world.server.connections({ states: new Set(['LISTEN']), info: true, memory: true })).toMatchObject([
      { ...listener, local: '*', localPort: 80, peer: '*', peerPort: 0, recvQ: 3, sendQ: 9 },
      { ...listener, local: '10.0.0.2', localPort: 81, peer: '0.0.0.0', peerPort: 0, recvQ: 0, sendQ: 511 },
      { ...listener, local: 'fd00::2', localPort: 82, peer: '::', peerPort: 0, recvQ: 0, sendQ: 511 },
    ])
    any.accept()
    expect(world.server.connections()[0]?.recvQ).toBe(2)
  })
})

describe('timers', () => {
  const timerOf = (host: Host) => only(host).timer

  it("'on' counts retransmissions", () => {
    const world = new World()
    connect(world.client, { address: '10.0.0.77', port: 80 })
    world.run(0)
    expect(timerOf(world.client)).toEqual({ name: 'on', left: SECOND, retransmissions: 0 })
    world.run(SECOND + 500_000)
    expect(timerOf(world.client)).toEqual({ name: 'on', left: 1_500_000, retransmissions: 1 })
  })

  it("of a half-open connection it is 'on'", () => {
    const world = new World()
    listen(world.server, { port: 80 })
    connect(world.client, { address: '10.0.0.2', port: 80 })
    world.run(WAY)
    expect(timerOf(world.server)).toMatchObject({ name: 'on', retransmissions: 0 })
  })

  it("'keepalive' runs from the last segment on", () => {
    const world = new World()
    const { client } = world.pair()
    expect(timerOf(world.client)).toBeNull()
    client.setOption('SO_KEEPALIVE', 1)
    world.run(10 * SECOND)
    const timer = timerOf(world.client)
    expect(timer).toMatchObject({ name: 'keepalive', retransmissions: 0 })
    expect(timer?.left).toBeGreaterThan(7189 * SECOND)
    expect(timer?.left).toBeLessThan(7190 * SECOND)
  })

  it("'persist' while the peer's window is closed", () => {
    const world = new World()
    const { client } = world.pair()
    // Nobody reads at the other end.
    for (let i = 0; i < 20; i += 1) {
      client.write(new Uint8Array(client.writable))
      world.run(SECOND / 10)
    }
    expect(timerOf(world.client)?.name).toBe('persist')
    expect(only(world.client).sendQ).toBe(client.unacknowledged)
    expect(client.unacknowledged).toBeGreaterThan(0)
  })

  it("'timewait' in TIME-WAIT, and of an orphan in FIN-WAIT-2", () => {
    const world = new World()
    const { client, server } = world.pair()
    client.close()
    world.run(SECOND)
    const waiting = only(world.client)
    expect(waiting).toMatchObject({ state: 'FIN-WAIT-2', holder: 'nobody', timer: { name: 'timewait' } })
    expect(waiting.timer?.left).toBeLessThan(60 * SECOND)
    server.close()
    world.run(SECOND)
    const late = only(world.client)
    expect(late).toMatchObject({
      state: 'TIME-WAIT',
      holder: 'nobody',
      timer: { name: 'timewait', retransmissions: 0 },
    })
    expect(late.timer?.left).toBeLessThan(60 * SECOND)
    expect(late.timer?.left).toBeGreaterThan(58 * SECOND)
  })
})

describe('a snapshot', () => {
  it('names both ends, is plain data, and stays as it was', () => {
    const world = new World()
    const { client } = world.pair('fd00::2')
    client.write(bytes('data'))
    const taken = world.client.connections({ info: true, memory: true })
    const copy = JSON.parse(JSON.stringify(taken))
    expect(taken).toMatchObject([
      { local: 'fd00::1', localPort: client.localPort, peer: 'fd00::2', peerPort: 80, sendQ: 4, congestion: 'reno' },
    ])
    world.run(SECOND)
    expect(taken).toEqual(copy)
    expect(only(world.client).sendQ).toBe(0)
  })

  it('has the fields of tcpInfo and the memory when they are asked for', () => {
    const world = new World()
    const { client, server } = world.pair()
    client.write(bytes('hello'))
    world.run(SECOND)
    expect(only(world.client)).toMatchObject({ info: null, memory: null })
    const [mine] = world.client.connections({ info: true })
    expect(mine?.info).toEqual(client.tcpInfo())
    expect(mine?.memory).toBeNull()
    const theirs = world.server.connections({ memory: true })[1]
    expect(theirs?.memory).toMatchObject({ rmem_alloc: expect.any(Number), rcvbuf: server.getOption('SO_RCVBUF') })
    expect(theirs?.memory?.rmem_alloc).toBeGreaterThanOrEqual(5)
    expect(theirs?.memory?.sndbuf).toBeGreaterThanOrEqual(16_384)
    expect(theirs?.info).toBeNull()
  })

  it('tells who holds a connection', () => {
    const world = new World()
    const listener = listen(world.server, { port: 80 })
    const client = connect(world.client, { address: '10.0.0.2', port: 80 })
    world.run(WAY)
    expect(only(world.server)).toMatchObject({ state: 'SYN-RECV', holder: 'listener' })
    world.run(SECOND)
    expect(only(world.client).holder).toBe('socket')
    expect(only(world.server)).toMatchObject({ state: 'ESTAB', holder: 'listener' })
    const server = listener.accept()
    expect(only(world.server).holder).toBe('socket')
    server?.close()
    expect(only(world.server)).toMatchObject({ state: 'FIN-WAIT-1', holder: 'nobody' })
    client.close()
  })

  it('is of the states that are asked for', () => {
    const world = new World()
    world.pair()
    const of = (...names: SocketState[]) => world.server.connections({ states: new Set(names) }).map((s) => s.state)
    expect(of('ESTAB')).toEqual(['ESTAB'])
    expect(of('LISTEN', 'TIME-WAIT')).toEqual(['LISTEN'])
    expect(of()).toEqual([])
  })

  it('has every connection in TIME-WAIT as itself', () => {
    const world = new World()
    const listener = listen(world.server, { port: 80 })
    const clients = [1, 2, 3, 4].map((_, i) =>
      connect(world.client, { address: '10.0.0.2', port: 80, localPort: 5000 + i }),
    )
    world.run(SECOND)
    for (const client of clients) client.close()
    for (let socket = listener.accept(); socket !== null; socket = listener.accept()) socket.close()
    world.run(SECOND)
    const waiting = [...world.client.connections(), ...world.server.connections()].filter(
      (s) => s.state === 'TIME-WAIT',
    )
    const ends = waiting.map((s) => `${s.local}:${s.localPort} ${s.peer}:${s.peerPort}`)
    expect(new Set(ends).size).toBe(waiting.length)
    expect(waiting.length).toBeGreaterThanOrEqual(4)
  })
})

describe('sockstat', () => {
  it('counts as /proc/net/sockstat does', () => {
    const world = new World()
    const { client, server, listener } = world.pair()
    expect(world.server.sockstat()).toMatchObject({ inuse: 2, orphan: 0, tw: 0, alloc: 2 })
    expect(world.server.sockstat().states).toMatchObject({ LISTEN: 1, ESTAB: 1, 'SYN-RECV': 0 })
    connect(world.client, { address: '10.0.0.2', port: 80 })
    world.run(WAY)
    // Half-open ones are none yet.
    expect(world.server.sockstat()).toMatchObject({ inuse: 2, alloc: 2 })
    world.run(SECOND)
    listener.accept()
    server.close()
    world.run(SECOND)
    expect(world.server.sockstat()).toMatchObject({ inuse: 3, orphan: 1, tw: 0 })
    // Its owner still holds it.
    client.shutdown('write')
    world.run(SECOND)
    expect(world.client.sockstat()).toMatchObject({ inuse: 1, tw: 0 })
    expect(world.server.sockstat()).toMatchObject({ inuse: 2, orphan: 0, tw: 1, alloc: 2 })
  })

  it('reckons memory in pages', () => {
    const world = new World()
    const { client, server } = world.pair()
    expect(world.server.sockstat().mem).toBe(0)
    client.write(bytes('x'.repeat(10_000)))
    world.run(SECOND)
    expect(world.server.sockstat().mem).toBeGreaterThanOrEqual(3)
    expect(text(server)).toHaveLength(10_000)
    expect(world.server.sockstat().mem).toBe(0)
  })
})
