import { describe, expect, it } from 'vitest'
import type { Host } from '../stack/host.ts'
import { listenerMemory } from '../stack/listener-memory.ts'
import { CHUNK_BYTES, PAGE_BYTES } from '../tcp/chunk-pool.ts'
import { add } from '../wire/seq.ts'
import { ACK, PSH, SYN } from '../wire/tcp.ts'
import { listen, type ServerSocket } from './server-socket.ts'
import { connect, ENDED, type StreamSocket } from './stream-socket.ts'
import { TapHost } from './tap-host.testkit.ts'
import { World } from './world.testkit.ts'

const SECOND = 1_000_000
type Pages = readonly [number, number, number]
const PATTERN = new Uint8Array(1 << 17).map((_, i) => (i * 7 + (i >> 8)) & 255)
/** 1 MiB, of which 512 KiB without pressure. */
const LITTLE: Pages = [64, 128, 256]

/** Remembers the most memory that the host has held. */
function watch(host: Host): { most: number } {
  const { pool } = host.tcp.memory
  const seen = { most: pool.used }
  const judge = pool.onchange
  pool.onchange = () => {
    seen.most = Math.max(seen.most, pool.used)
    judge()
  }
  return seen
}

/** A client's stream of `total` bytes, each the one of PATTERN, and what the server has read of it. */
interface Stream {
  readonly client: StreamSocket
  server: StreamSocket | null
  sent: number
  got: number
  ended: boolean
}

/** Clients that write as fast as they can, and a server that reads when it is asked to. */
class Crowd extends World {
  readonly streams = new Map<number, Stream>()
  readonly listener: ServerSocket

  constructor(count: number, total: number, tcp_mem: { server?: Pages; client?: Pages } = {}) {
    super()
    if (tcp_mem.server !== undefined) this.server.setSysctl('tcp_mem', tcp_mem.server)
    if (tcp_mem.client !== undefined) this.client.setSysctl('tcp_mem', tcp_mem.client)
    // What the world keeps of every segment is not wanted.
    this.client.probe = this.server.probe
    this.listener = listen(this.server, { port: 80, backlog: 4096 })
    for (let i = 0; i < count; i += 1) this.begin(total)
    this.run(SECOND / 10)
    for (let socket = this.listener.accept(); socket !== null; socket = this.listener.accept()) {
      const stream = this.streams.get(socket.remotePort)
      if (stream !== undefined) stream.server = socket
    }
  }

  private begin(total: number): void {
    const client = connect(this.client, { address: '10.0.0.2', port: 80 })
    const stream: Stream = { client, server: null, sent: 0, got: 0, ended: false }
    this.streams.set(client.localPort, stream)
    client.onevent = (events) => {
      if (client.error !== '') throw new Error(client.error)
      if (events & ENDED) {
        client.close()
        return
      }
      while (stream.sent < total && client.state !== 'SYN-SENT') {
        const count = client.write(PATTERN.subarray(stream.sent, Math.min(total, stream.sent + 30_000)))
        if (count === 0) return
        stream.sent += count
      }
      if (stream.sent === total && client.state === 'ESTABLISHED') client.shutdown('write')
    }
  }

  /** Each server socket reads up to `most` bytes. */
  read(most: number): void {
    const into = new Uint8Array(most)
    for (const stream of this.streams.values()) {
      if (stream.server === null || stream.ended) continue
      const count = stream.server.read(into)
      if (count === 0) {
        stream.ended = true
        stream.server.close()
      }
      for (let i = 0; i < count; i += 1) {
        if (into[i] !== PATTERN[stream.got + i]) throw new Error(`byte ${stream.got + i} is wrong`)
      }
      stream.got += Math.max(0, count)
    }
  }

  /** Everything that was acknowledged is there to be read. */
  checkAcknowledged(): void {
    for (const { client, server, sent, got } of this.streams.values()) {
      if (server === null) continue
      expect(sent - client.unacknowledged).toBeLessThanOrEqual(got + server.readable)
    }
  }

  /** Reads `most` bytes from each every `pause` until all is over; how often. */
  finish(most: number, pause: number): number {
    for (let rounds = 1; rounds < 3000; rounds += 1) {
      this.read(most)
      this.run(pause)
      if ([...this.streams.values()].every((stream) => stream.ended)) return rounds
    }
    throw new Error('the transfers do not finish')
  }
}

describe('a host with little memory and 200 senders at once', () => {
  /** Beyond tcp_mem[2] each connection may have the least that it is promised in any case: tcp_rmem[0], a page. */
  const bound = LITTLE[2] * PAGE_BYTES + 200 * PAGE_BYTES

  it.each<[string, number, number]>([
    ['readers that read all', 1 << 17, SECOND / 100],
    ['slow readers', 2000, SECOND / 100],
    ['readers that let wait', 1 << 17, 3 * SECOND],
  ])('keeps its budget, loses nothing it has acknowledged, and all finish: %s', (_name, most, pause) => {
    const total = 100_000
    const crowd = new Crowd(200, total, { server: LITTLE })
    const seen = watch(crowd.server)
    for (let i = 0; i < 20; i += 1) {
      crowd.run(SECOND / 4)
      crowd.checkAcknowledged()
    }
    expect(crowd.server.tcp.memory.exhausted).toBe(true)
    const stats = crowd.server.stats()
    expect(stats.TcpExtTCPMemoryPressures).toBe(1)
    expect(stats.TcpExtTCPRcvQDrop).toBeGreaterThan(0)
    crowd.finish(most, pause)
    expect([...crowd.streams.values()].map((stream) => stream.got)).toEqual(Array(200).fill(total))
    expect(seen.most).toBeLessThanOrEqual(bound)
    expect(seen.most).toBeGreaterThan((LITTLE[2] - 4) * PAGE_BYTES)
    crowd.run(SECOND)
    const after = crowd.server.stats()
    expect(after.TcpExtTCPMemoryPressuresChrono).toBeGreaterThan(4000)
    const { allocated, underPressure } = crowd.server.tcp.memory
    expect([allocated, underPressure, crowd.client.tcp.memory.allocated]).toEqual([0, false, 0])
  })

  it('recovers: when the others have gone, a connection is as fast as ever', () => {
    const crowd = new Crowd(100, 60_000, { server: LITTLE })
    crowd.run(3 * SECOND)
    expect(crowd.server.tcp.memory.underPressure).toBe(true)
    for (const stream of [...crowd.streams.values()].slice(1)) {
      stream.server?.abort()
      stream.client.onevent = () => {}
      crowd.streams.delete(stream.client.localPort)
    }
    crowd.run(SECOND / 100)
    expect(crowd.server.tcp.memory.underPressure).toBe(false)
    // Its peer has waited longer and longer before it tried again; twice as long as all that it is over.
    expect(crowd.finish(1 << 17, SECOND / 100)).toBeLessThan(400)
    const late = new Crowd(1, 100_000, { server: LITTLE })
    expect(late.finish(1 << 17, SECOND / 100)).toBeLessThan(20)
    expect(late.server.stats().TcpExtTCPMemoryPressures).toBe(0)
  })
})

describe('a host with little memory and 200 writers', () => {
  it('keeps its budget, tells each writer when there is room, and all finish', () => {
    const total = 100_000
    const crowd = new Crowd(200, total, { client: LITTLE })
    const seen = watch(crowd.client)
    // Nobody reads: the windows fill, and then the send buffers.
    crowd.run(5 * SECOND)
    const { memory } = crowd.client.tcp
    expect(memory.underPressure).toBe(true)
    const streams = [...crowd.streams.values()]
    expect(streams.filter((stream) => stream.sent < total).length).toBeGreaterThan(100)
    crowd.checkAcknowledged()
    crowd.finish(1 << 17, SECOND / 100)
    expect(streams.map((stream) => stream.got)).toEqual(Array(200).fill(total))
    expect(seen.most).toBeLessThanOrEqual((LITTLE[2] + 200) * PAGE_BYTES)
    crowd.run(SECOND)
    expect([memory.allocated, memory.underPressure]).toEqual([0, false])
  })
})

describe('connections that nobody accepts', () => {
  it('hold no more than the window that each was offered first', () => {
    const world = new World()
    listen(world.server, { port: 80, backlog: 20 })
    const clients = Array.from({ length: 21 }, () => connect(world.client, { address: '10.0.0.2', port: 80 }))
    for (const client of clients) {
      client.onevent = () => client.write(new Uint8Array(100_000))
    }
    world.run(5 * SECOND)
    const [listener] = world.server.tcp.listening()
    if (listener === undefined) throw new Error('there is no listener')
    const { rmem_alloc, fwd_alloc, wmem_queued } = listenerMemory(listener)
    const held = rmem_alloc + fwd_alloc + wmem_queued
    expect(held).toBe(world.server.tcp.memory.allocated)
    expect(world.server.connections({ memory: true })[0]).toMatchObject({ state: 'LISTEN', memory: { rmem_alloc } })
    expect(rmem_alloc).toBeGreaterThan(21 * 60_000)
    expect(held).toBeLessThanOrEqual(21 * 5 * CHUNK_BYTES)
  })

  it('under pressure hold tcp_rmem[0] at most', () => {
    const world = new World()
    listen(world.server, { port: 80, backlog: 50 })
    const { memory } = world.server.tcp
    memory.pool.charge(300 * 1024 * 1024)
    const clients = Array.from({ length: 51 }, () => connect(world.client, { address: '10.0.0.2', port: 80 }))
    for (const client of clients) client.onevent = () => client.write(new Uint8Array(100_000))
    world.run(5 * SECOND)
    const [listener] = world.server.tcp.listening()
    if (listener === undefined) throw new Error('there is no listener')
    expect(listener.ready.length).toBe(51)
    for (const { connection } of listener.ready) expect(connection.readable).toBeLessThanOrEqual(4096)
    const { rmem_alloc, fwd_alloc } = listenerMemory(listener)
    expect(rmem_alloc + fwd_alloc).toBeLessThanOrEqual(51 * PAGE_BYTES)
  })
})

describe('a flood of data out of order', () => {
  it('from 300 peers: held within the budget, given up for data in order, and gone with the connections', () => {
    const tap = new TapHost({ tcp_mem: LITTLE, tcp_max_syn_backlog: 4096 }, { capacity: 4096 })
    const server = listen(tap.host, { port: 80, backlog: 4096 })
    const seen = watch(tap.host)
    const peers = Array.from({ length: 300 }, (_, i) => new Flooder(tap, 10_000 + i))
    const sockets: StreamSocket[] = []
    for (let socket = server.accept(); socket !== null; socket = server.accept()) sockets.push(socket)
    expect(sockets.length).toBe(300)
    // One octet in each 300 of the window.
    for (let at = 300; at < 60_000; at += 300) for (const peer of peers) peer.send(at, 1)
    expect(seen.most).toBeLessThanOrEqual((LITTLE[2] + 300) * PAGE_BYTES)
    expect(tap.host.stats().TcpExtTCPOFODrop).toBeGreaterThan(1000)
    // Each may still talk.
    for (const peer of peers) peer.send(0, 300)
    expect(sockets.filter((socket) => socket.readable >= 300).length).toBe(300)
    expect(seen.most).toBeLessThanOrEqual((LITTLE[2] + 600) * PAGE_BYTES)
    for (const socket of sockets) socket.close()
    tap.turn()
    expect(tap.host.tcp.memory.allocated).toBe(0)
    expect([...tap.host.tcp.connections()]).toEqual([])
  })
})

/** A peer in packets: it opens a connection, and sends what it likes. */
class Flooder {
  private readonly tap: TapHost
  private readonly port: number
  private readonly ack: number

  constructor(tap: TapHost, port: number) {
    this.tap = tap
    this.port = port
    tap.segment({ sourcePort: port, seq: 999, flags: SYN, mss: 1460 })
    this.ack = add(tap.sent()[0]?.segment.seq ?? 0, 1)
    tap.segment({ sourcePort: port, seq: 1000, ack: this.ack, flags: ACK })
  }

  send(offset: number, payloadLength: number): void {
    const { ack, port } = this
    this.tap.segment({ sourcePort: port, seq: 1000 + offset, ack, flags: ACK | PSH, payloadLength })
    this.tap.sent()
  }
}
