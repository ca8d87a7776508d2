import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../sim/virtual-clock.ts'
import type { Device } from '../stack/device.ts'
import { Host } from '../stack/host.ts'
import { type PipeOptions, pipe } from '../stack/pipe.ts'
import { DatagramSocket } from './datagram.ts'
import { listen } from './server-socket.ts'
import { CONNECTED, connect, type StreamSocket } from './stream-socket.ts'

const SECOND = 1_000_000

/** Two hosts on a pipe. The server reads all it gets, and counts it by the client's port. */
class Narrow {
  readonly clock = new VirtualClock()
  readonly devices: [Device, Device]
  readonly client: Host
  readonly server: Host
  readonly received = new Map<number, number>()
  readonly wrong: number[] = []

  constructor(options: PipeOptions) {
    this.devices = pipe(options)
    this.client = this.host(1, '10.0.0.1/24', this.devices[0])
    this.server = this.host(2, '10.0.0.2/24', this.devices[1])
    const server = listen(this.server, { port: 80, backlog: 4096 })
    server.onready = () => {
      for (let socket = server.accept(); socket !== null; socket = server.accept()) this.serve(socket)
    }
  }

  /** A client that sends `total` bytes, each the low byte of its number, and closes. */
  send(total: number): StreamSocket {
    const socket = connect(this.client, { address: '10.0.0.2', port: 80 })
    let sent = 0
    const pattern = new Uint8Array(1 << 16).map((_, i) => i)
    socket.onevent = () => {
      if (socket.error !== '') return
      while (sent < total && socket.state !== 'SYN-SENT') {
        const from = sent & 0xff
        const count = socket.write(pattern.subarray(from, Math.min(pattern.length, from + total - sent)))
        if (count === 0) return
        sent += count
      }
      if (sent === total) socket.close()
    }
    return socket
  }

  run(microseconds: number): void {
    this.clock.run(this.clock.now() + microseconds)
  }

  private serve(socket: StreamSocket): void {
    const into = new Uint8Array(1 << 16)
    this.received.set(socket.remotePort, 0)
    socket.onevent = () => {
      if (socket.error !== '') return
      for (let n = socket.read(into); n !== -1; n = socket.read(into)) {
        if (n === 0) {
          socket.close()
          return
        }
        const before = this.received.get(socket.remotePort) ?? 0
        if (into[0] !== (before & 0xff) || into[n - 1] !== ((before + n - 1) & 0xff)) this.wrong.push(before)
        this.received.set(socket.remotePort, before + n)
      }
    }
  }

  private host(seed: number, address: string, device: Device): Host {
    const surroundings = this.clock.surroundings(seed)
    const host = new Host(surroundings, { tcp_max_syn_backlog: 4096 })
    // The work of a turn takes its time.
    surroundings.onwake = () => this.clock.at(this.clock.now() + 20, () => host.turn())
    host.addDevice(device)
    host.addAddress(address, device)
    return host
  }
}

describe('a device of few packets', () => {
  it.each<[string, PipeOptions]>([
    ['plain', { capacity: 4 }],
    ['for one packet', { capacity: 1 }],
    ['Ethernet', { capacity: 4, medium: 'ethernet' }],
    ['super-packets', { capacity: 4, segmentation: 65_535 }],
  ])('carries 200 connections without loss: %s', (_name, options) => {
    const world = new Narrow(options)
    const total = 30_000
    // The neighbour is found before: only a few packets may wait for that.
    connect(world.client, { address: '10.0.0.2', port: 81 })
    world.run(10_000)
    for (let i = 0; i < 200; i += 1) world.send(total)
    world.run(60 * SECOND)
    expect([...world.received.values()]).toEqual(Array(200).fill(total))
    expect(world.wrong).toEqual([])
    const { TcpExtTCPTimeouts, TcpRetransSegs, IpOutDiscards } = world.client.stats()
    expect({ TcpExtTCPTimeouts, TcpRetransSegs, IpOutDiscards }).toEqual({
      TcpExtTCPTimeouts: 0,
      TcpRetransSegs: 0,
      IpOutDiscards: 0,
    })
    world.run(61 * SECOND)
    expect([...world.client.tcp.connections(), ...world.server.tcp.connections()]).toEqual([])
  })

  it('is shared: who has much to send does not keep others waiting', () => {
    const world = new Narrow({ capacity: 4 })
    const greedy = Array.from({ length: 3 }, () => world.send(50_000_000))
    world.run(SECOND / 10)
    const many = Array.from({ length: 20 }, () => world.send(200_000).localPort)
    const port = greedy[0]?.localPort ?? 0
    const before = world.received.get(port) ?? 0
    for (let i = 0; i < 1000 && many.some((each) => world.received.get(each) !== 200_000); i += 1) world.run(10_000)
    expect(many.map((each) => world.received.get(each))).toEqual(Array(20).fill(200_000))
    // Each had its share and little more.
    const meanwhile = (world.received.get(port) ?? 0) - before
    expect(meanwhile).toBeLessThan(2_000_000)
    expect(meanwhile).toBeGreaterThan(20_000)
    const shares = greedy.map((each) => world.received.get(each.localPort) ?? 0)
    expect(Math.max(...shares)).toBeLessThan(2 * Math.min(...shares))
  })

  it('lets datagrams through beside them, and says when there is room', () => {
    const world = new Narrow({ capacity: 4 })
    const busy = world.send(20_000_000)
    world.run(SECOND / 10)
    const sink = new DatagramSocket(world.server, { port: 53 })
    const source = new DatagramSocket(world.client)
    const got: number[] = []
    const into = new Uint8Array(1)
    sink.onevent = () => {
      while (sink.receive(into) > 0) got.push(into[0] ?? -1)
    }
    let next = 0
    source.onevent = () => {
      while (next < 200 && source.send(new Uint8Array([next]), '10.0.0.2', 53)) next += 1
    }
    source.onevent()
    world.run(SECOND)
    expect(got).toEqual(Array.from({ length: 200 }, (_, i) => i))
    expect(busy.state).not.toBe('CLOSED')
  })
})

describe('a device that is closed', () => {
  it.each([0, 1])('in mid-transfer, end %i: both sides time out and leave nothing behind', (end) => {
    const world = new Narrow({ capacity: 4 })
    const sockets = Array.from({ length: 5 }, () => world.send(5_000_000))
    world.run(10_000)
    expect(sockets.map((socket) => socket.state)).toEqual(Array(5).fill('ESTABLISHED'))
    world.devices[end]?.close()
    const late = connect(world.client, { address: '10.0.0.2', port: 80 })
    let connected = false
    late.onevent = (events) => {
      connected ||= (events & CONNECTED) !== 0
    }
    world.run(2000 * SECOND)
    expect(sockets.map((socket) => socket.error)).toEqual(Array(5).fill('ETIMEDOUT'))
    expect([late.error, connected]).toEqual(['ETIMEDOUT', false])
    expect([...world.client.tcp.connections()]).toEqual([])
  })
})
