import { describe, expect, it } from 'vitest'
import { DatagramSocket } from '../socket/datagram.ts'
import { listen } from '../socket/server-socket.ts'
import { connect, type StreamSocket } from '../socket/stream-socket.ts'
import { parseAddress } from '../wire/address-text.ts'
import { readU16 } from '../wire/bytes.ts'
import { emitIp } from '../wire/ip-header.ts'
import { IpHeader, PROTOCOL_UDP } from '../wire/packet.ts'
import { hasData, isRst, nth } from './aims.ts'
import type { Link } from './link.ts'
import { Nat, type NatOptions } from './nat.ts'
import type { SimHost } from './sim-host.ts'
import { WirePacket } from './wire-packet.ts'
import { World } from './world.ts'

interface Home {
  readonly world: World
  readonly one: SimHost
  readonly two: SimHost
  readonly server: SimHost
  readonly nat: Nat
  /** The link of the first machine, and that of the server. */
  readonly inside: Link
  readonly outside: Link
  /** Those that the server has accepted. */
  readonly accepted: StreamSocket[]
}

/** Two machines behind a router whose address outside stands for both, and a server there that knows no way to them. */
function home(options: Omit<NatOptions, 'outside'> = {}): Home {
  const world = new World(1)
  const [one, two, server] = [world.host('one'), world.host('two'), world.host('server')]
  const router = world.router('router')
  const inside = world.link(one, router)
  world.link(two, router)
  const outside = world.link(router, server)
  const nat = router.use(new Nat({ ...options, outside }))
  world.run(0)
  const accepted: StreamSocket[] = []
  const listener = listen(server.host, { port: 80 })
  listener.onready = () => {
    for (let socket = listener.accept(); socket !== null; socket = listener.accept()) accepted.push(socket)
  }
  return { world, one, two, server, nat, inside, outside, accepted }
}

function to(host: SimHost, server: SimHost, version: 4 | 6 = 4, localPort = 5000): StreamSocket {
  return connect(host.host, { address: server.address(version), port: 80, localPort })
}

const SECOND = 1_000_000

describe('NAT', () => {
  it.each([4, 6] as const)('carries an IPv%i connection both ways, from its own address', (version) => {
    const { world, one, server, nat, accepted } = home()
    const socket = to(one, server, version)
    world.run(0.2)
    socket.write(new Uint8Array([1, 2, 3]))
    accepted[0]?.write(new Uint8Array([4, 5]))
    world.run(0.2)
    expect([accepted[0]?.readable, socket.readable, nat.size]).toEqual([3, 2, 1])
    expect(accepted[0]?.remoteAddress).toEqual(version === 4 ? '10.0.3.1' : 'fd00:3::1')
  })

  it('tells two clients behind one address apart, though they have the same port', () => {
    const { world, one, two, server, accepted } = home()
    const sockets = [to(one, server), to(two, server)]
    world.run(0.2)
    expect(sockets.map(({ state }) => state)).toEqual(['ESTABLISHED', 'ESTABLISHED'])
    expect(accepted.map(({ remotePort }) => remotePort)).toEqual([5000, 5001])
    for (const [i, socket] of accepted.entries()) socket.write(new Uint8Array(i + 1))
    world.run(0.2)
    expect(sockets.map(({ readable }) => readable)).toEqual([1, 2])
  })

  it('forgets an idle connection, and drops what is still sent: it ends by ETIMEDOUT', () => {
    const { world, one, server, nat } = home({ idle: 300 * SECOND })
    const socket = to(one, server)
    world.run(301)
    socket.write(new Uint8Array(10))
    world.run(2000)
    expect([socket.state, socket.error, nat.size]).toEqual(['CLOSED', 'ETIMEDOUT', 0])
    expect(nat.refused).toBeGreaterThan(10)
  })

  it('that answers by RST tells the client at once that it has forgotten', () => {
    const { world, one, server } = home({ idle: 300 * SECOND, forgotten: 'reset' })
    const socket = to(one, server)
    world.run(301)
    socket.write(new Uint8Array(10))
    world.run(0.1)
    expect([socket.state, socket.error]).toEqual(['CLOSED', 'ECONNRESET'])
  })

  it('that answers by RST tells the server, too', () => {
    const { world, one, server, accepted, outside } = home({ idle: 300 * SECOND, forgotten: 'reset' })
    to(one, server)
    world.run(301)
    const resets = outside.fault({ way: 'forth', aim: isRst, effect: (packet) => [packet] })
    accepted[0]?.write(new Uint8Array(10))
    world.run(0.1)
    expect([accepted[0]?.error, resets.hits]).toEqual(['ECONNRESET', 1])
  })

  it('remembers a connection that keepalive keeps', () => {
    const { world, one, server, accepted } = home({ idle: 300 * SECOND })
    const socket = to(one, server)
    socket.setOption('SO_KEEPALIVE', 1)
    socket.setOption('TCP_KEEPIDLE', 200)
    world.run(3600)
    socket.write(new Uint8Array(10))
    world.run(0.1)
    expect(accepted[0]?.readable).toBe(10)
  })

  it('lets nobody in who was not asked', () => {
    const { world, one, server, nat } = home()
    listen(one.host, { port: 22 })
    const socket = connect(server.host, { address: '10.0.3.1', port: 22 })
    world.run(10)
    expect(socket.state).toBe('SYN-SENT')
    expect(nat.refused).toBeGreaterThan(2)
  })

  it('carries datagrams, and forgets them by themselves', () => {
    const { world, one, server, nat } = home()
    const there = new DatagramSocket(server.host, { port: 53 })
    const here = new DatagramSocket(one.host, { port: 5353 })
    const into = new Uint8Array(100)
    here.send(new Uint8Array([7]), server.address(), 53)
    world.run(0.1)
    expect(there.receive(into)).toBe(1)
    there.send(new Uint8Array([8, 9]), '10.0.3.1', 5353)
    world.run(0.1)
    expect(here.receive(into)).toBe(2)
    world.run(301)
    there.send(new Uint8Array([8, 9]), '10.0.3.1', 5353)
    world.run(0.1)
    expect([here.pending, nat.size]).toEqual([0, 0])
  })

  it.each(['in', 'out'] as const)('keeps a mapping by what goes %s alone', (way) => {
    const { world, one, server } = home()
    const there = new DatagramSocket(server.host, { port: 53 })
    const here = new DatagramSocket(one.host, { port: 5353 })
    here.send(new Uint8Array([7]), server.address(), 53)
    world.run(200)
    if (way === 'out') here.send(new Uint8Array([7]), server.address(), 53)
    else there.send(new Uint8Array([8]), '10.0.3.1', 5353)
    world.run(200)
    while (here.receive(new Uint8Array(10)) >= 0);
    there.send(new Uint8Array([9]), '10.0.3.1', 5353)
    world.run(0.1)
    expect(here.receive(new Uint8Array(10))).toBe(1)
  })

  it('RFC 5508, 4.2: passes ICMP errors to whom they concern, so that the path MTU is found from behind it', () => {
    const world = new World(1)
    const [client, server] = [world.host('client'), world.host('server')]
    const [gateway, beyond, last] = [world.router('gateway'), world.router('beyond'), world.router('last')]
    const inside = world.link(client, gateway)
    const outside = world.link(gateway, beyond)
    const narrow = world.link(beyond, last, { mtu: 1300 })
    world.link(last, server)
    gateway.route('0.0.0.0/0', outside.ports[0])
    beyond.route('0.0.0.0/0', narrow.ports[0])
    last.route('0.0.0.0/0', narrow.ports[1])
    gateway.use(new Nat({ outside }))
    const errors = inside.fault({ way: 'back', aim: ({ ip }) => ip?.protocol === 1, effect: (packet) => [packet] })
    world.run(0)
    const listener = listen(server.host, { port: 80 })
    const socket = connect(client.host, { address: server.address(), port: 80, localPort: 5000 })
    socket.write(new Uint8Array(16_000))
    world.run(5)
    expect(listener.accept()?.readable).toBe(16_000)
    expect(errors.hits).toBeGreaterThan(0)
  })

  it('RFC 1624: leaves a checksum wrong that was wrong', () => {
    const { world, one, server, inside, accepted } = home()
    const socket = to(one, server)
    world.run(0.1)
    const damaged = inside.fault({ way: 'forth', aim: nth(1, hasData), effect: damage })
    socket.write(new Uint8Array(10).fill(7))
    world.run(0.1)
    expect([damaged.hits, accepted[0]?.readable]).toEqual([1, 0])
    world.run(1)
    const into = new Uint8Array(100)
    expect(accepted[0]?.read(into)).toBe(10)
    expect(into.subarray(0, 10)).toEqual(new Uint8Array(10).fill(7))
  })

  it('RFC 768: a datagram over IPv4 that does without a checksum still does, and a sum of 0 is written as 0xffff', () => {
    const { world, inside, outside } = home()
    const seen: number[][] = []
    outside.fault({
      way: 'forth',
      aim: ({ ip, bytes }) => {
        if (ip !== null) seen.push([ip.source.w3 & 0xffff, readU16(bytes, ip.payloadStart + 6)])
        return true
      },
    })
    const header = new IpHeader()
    header.source.set(parseAddress('10.0.1.1') ?? header.source)
    header.destination.set(parseAddress('10.0.3.2') ?? header.destination)
    header.protocol = PROTOCOL_UDP
    header.payloadLength = 10
    // The address becomes 10.0.3.1: its second word grows by 0x200, and the checksum falls by that.
    for (const checksum of [0, 0x200, 0x201]) {
      const bytes = new Uint8Array(30)
      bytes.set([7, 0, 0, 9, 0, 10, checksum >> 8, checksum & 255, 1, 2], 20)
      emitIp(header, bytes, 20)
      inside.forth.send(bytes)
    }
    world.run(0.1)
    expect(seen).toEqual([
      [0x0301, 0],
      [0x0301, 0xffff],
      [0x0301, 1],
    ])
  })
})

/** Turns the last bit over. */
function damage(packet: WirePacket): WirePacket[] {
  const bytes = packet.bytes.slice()
  bytes[bytes.length - 1] ^= 1
  return [new WirePacket(bytes)]
}
