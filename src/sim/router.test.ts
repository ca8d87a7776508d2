import { describe, expect, it } from 'vitest'
import { listen } from '../socket/server-socket.ts'
import { connect, type StreamSocket } from '../socket/stream-socket.ts'
import type { Host } from '../stack/host.ts'
import { formatAddress, parseAddress } from '../wire/address-text.ts'
import { emitIp } from '../wire/ip-header.ts'
import { IpHeader, PROTOCOL_UDP } from '../wire/packet.ts'
import { hasData } from './aims.ts'
import { forge } from './forge.ts'
import type { Link } from './link.ts'
import type { Router } from './router.ts'
import type { SimHost } from './sim-host.ts'
import { WirePacket } from './wire-packet.ts'
import { World } from './world.ts'

/** Takes a connection and counts what comes. */
function sink(host: Host, port = 80): { bytes: number } {
  const server = listen(host, { port })
  const taken = { bytes: 0 }
  const into = new Uint8Array(65_536)
  server.onready = () => {
    for (let socket = server.accept(); socket !== null; socket = server.accept()) {
      const each: StreamSocket = socket
      each.onevent = () => {
        for (let count = each.read(into); count > 0; count = each.read(into)) taken.bytes += count
      }
    }
  }
  return taken
}

interface Routed {
  readonly world: World
  readonly client: SimHost
  readonly server: SimHost
  readonly router: Router
  readonly near: Link
  readonly far: Link
}

/** client - router - server; the second link with that MTU. */
function routed(mtu = 1500): Routed {
  const world = new World(1)
  const client = world.host('client')
  const server = world.host('server')
  const router = world.router('router')
  const near = world.link(client, router)
  const far = world.link(router, server, { mtu })
  world.run(0)
  return { world, client, server, router, near, far }
}

/** The packets that a path brings. */
function tap(link: Link, way: 'forth' | 'back'): WirePacket[] {
  const seen: WirePacket[] = []
  link.fault({ way, aim: (packet) => seen.push(packet) < 0 })
  return seen
}

describe('a router', () => {
  it.each([4, 6] as const)('joins two links: a conversation over IPv%i, with one hop less to live', (version) => {
    const { world, client, server, near, far } = routed()
    const taken = sink(server.host)
    const before = tap(near, 'forth')
    const after = tap(far, 'forth')
    const socket = connect(client.host, { address: server.address(version), port: 80 })
    world.run(0.1)
    expect([socket.state, world.now]).toEqual(['ESTABLISHED', 100_000])
    socket.write(new Uint8Array(10_000))
    world.run(1)
    expect(taken.bytes).toBe(10_000)
    expect(after.length).toBe(before.length)
    expect(new Set(before.map(({ ip }) => ip?.hopLimit))).toEqual(new Set([64]))
    // Null would be one whose header checksum is wrong.
    expect(new Set(after.map(({ ip }) => ip?.hopLimit))).toEqual(new Set([63]))
  })

  it('takes the longest prefix', () => {
    const world = new World(1)
    const [source, wide, narrow] = ['source', 'wide', 'narrow'].map((name) => world.host(name))
    const router = world.router('router')
    if (source === undefined || wide === undefined || narrow === undefined) throw new Error('no hosts')
    const links = [source, wide, narrow].map((host) => world.link(host, router))
    const [first, toWide, toNarrow] = links
    if (first === undefined || toWide === undefined || toNarrow === undefined) throw new Error('no links')
    router.route('192.168.0.0/16', toWide.ports[1])
    router.route('192.168.7.0/24', toNarrow.ports[1])
    const [atWide, atNarrow] = [tap(toWide, 'back'), tap(toNarrow, 'back')]
    for (const to of ['192.168.1.1', '192.168.7.1', '192.168.7.2']) first.forth.send(forge({ from: '10.0.1.1', to }))
    world.run(0.1)
    expect([atWide.length, atNarrow.length]).toEqual([1, 2])
    expect(() => router.route('192.168.0.0', toWide.ports[1])).toThrow('192.168.0.0 is no prefix')
  })

  it.each([
    ['10.0.1.1', '10.0.2.2', 1, 11],
    ['fd00:1::1', 'fd00:2::2', 58, 3],
  ])('from %s to %s: a hop limit of 1 ends there, by ICMP time exceeded', (from, to, protocol, type) => {
    const { world, near, far, router } = routed()
    const answers = tap(near, 'back')
    const after = tap(far, 'forth')
    for (const hops of [1, 2]) {
      const header = new IpHeader()
      header.version = from.includes(':') ? 6 : 4
      header.source.set(parseAddress(from) ?? header.source)
      header.destination.set(parseAddress(to) ?? header.destination)
      header.protocol = PROTOCOL_UDP
      header.hopLimit = hops
      header.payloadLength = 8
      const bytes = new Uint8Array(header.version === 4 ? 28 : 48)
      emitIp(header, bytes, bytes.length - 8)
      near.forth.send(bytes)
    }
    world.run(0.1)
    expect(after.map(({ ip }) => [ip?.hopLimit, ip?.protocol])).toEqual([[1, PROTOCOL_UDP]])
    const [answer] = answers
    expect([answer?.ip?.protocol, answer?.bytes[answer.ip?.payloadStart ?? 0]]).toEqual([protocol, type])
    expect(router.dropped).toBe(1)
  })

  it.each([
    ['192.0.2.1', 'EHOSTUNREACH'],
    ['2001:db8::1', 'ENETUNREACH'],
  ])('says that it has no route to %s', (address, error) => {
    const { world, client } = routed()
    const socket = connect(client.host, { address, port: 80 })
    world.run(0.1)
    // A soft error (RFC 1122, 4.2.3.9): the client goes on, and fails with it in the end.
    expect(socket.state).toBe('SYN-SENT')
    world.run(200)
    expect([socket.state, socket.error]).toEqual(['CLOSED', error])
  })

  it.each([4, 6] as const)(
    'RFC 1191, RFC 8201: a sender finds the MTU of a narrow link by the IPv%i answers',
    (version) => {
      const world = new World(1)
      const [client, server] = [world.host('client'), world.host('server')]
      const [a, b] = [world.router('a'), world.router('b')]
      const near = world.link(client, a)
      // Both ends have 1,500 bytes, and agree on an MSS that the link in the middle is too narrow for.
      const narrow = world.link(a, b, { mtu: 1300 })
      world.link(b, server)
      for (const prefix of ['10.0.0.0/8', 'fd00::/16']) {
        a.route(prefix, narrow.ports[0])
        b.route(prefix, narrow.ports[1])
      }
      const taken = sink(server.host)
      const after = tap(narrow, 'forth')
      const complaints = tap(near, 'back')
      const socket = connect(client.host, { address: server.address(version), port: 80 })
      expect(socket.write(new Uint8Array(16_000))).toBe(16_000)
      world.run(5)
      expect(taken.bytes).toBe(16_000)
      expect(Math.max(...after.filter(hasData).map(({ bytes }) => bytes.length))).toBeGreaterThan(1290)
      expect(Math.max(...after.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(1300)
      const icmp = complaints.filter(({ ip }) => ip?.protocol === (version === 4 ? 1 : 58))
      expect(icmp.length).toBeGreaterThan(0)
      expect(icmp.length).toBeLessThan(12)
    },
  )

  it('RFC 791, 3.2: cuts what may be cut, and the receiver puts it together', () => {
    const { world, near, far } = routed(600)
    const after = tap(far, 'forth')
    const header = new IpHeader()
    header.source.set(parseAddress('10.0.1.1') ?? header.source)
    header.destination.set(parseAddress('10.0.2.2') ?? header.destination)
    header.protocol = PROTOCOL_UDP
    header.identification = 77
    header.payloadLength = 1480
    const bytes = new Uint8Array(1500).map((_, i) => i)
    emitIp(header, bytes, 20)
    near.forth.send(bytes)
    world.run(0.1)
    const fields = after.map(({ ip }) => [ip?.fragmentOffset, ip?.payloadLength, ip?.moreFragments, ip?.identification])
    expect(fields).toEqual([
      [0, 576, true, 77],
      [576, 576, true, 77],
      [1152, 328, false, 77],
    ])
    const whole = after.flatMap((packet) => [...packet.bytes.subarray(packet.ip?.payloadStart ?? 0)])
    expect(whole).toEqual([...bytes.subarray(20)])
  })

  it('joins links through another router, and ends what goes in a circle', () => {
    const world = new World(1)
    const [left, right] = [world.host('left'), world.host('right')]
    const [a, b] = [world.router('a'), world.router('b')]
    world.link(left, a)
    const between = world.link(a, b)
    world.link(b, right)
    a.route('10.0.0.0/8', between.ports[0])
    b.route('10.0.0.0/8', between.ports[1])
    sink(right.host)
    const socket = connect(left.host, { address: right.address(), port: 80 })
    world.run(0.2)
    expect(socket.state).toBe('ESTABLISHED')
    connect(left.host, { address: '10.9.9.9', port: 80 })
    const before = a.forwarded + b.forwarded
    world.run(0.9)
    // The two decrement 64 to 1, and the answer takes its way too.
    expect(a.forwarded + b.forwarded - before).toBeLessThan(70)
    expect(a.dropped + b.dropped).toBe(1)
  })

  it.each([
    ['10.0.1.2', 57],
    ['10.0.2.1', 57],
    ['fd00:1::2', 56],
    ['fd00:2::1', 56],
  ])('answers ping to its address %s, near or far', (address, length) => {
    const { world, client, router, near } = routed()
    const { network } = client.host
    const to = parseAddress(address)
    const route = to === null ? null : network.route(to, null)
    if (route === null) throw new Error('no route')
    const replies: unknown[] = []
    network.listenEcho({
      reply: ({ source, identifier, sequence, hopLimit, bytes, payloadStart, payloadLength }) => {
        const data = bytes.subarray(payloadStart, payloadStart + payloadLength)
        replies.push([
          formatAddress(source),
          identifier,
          sequence,
          hopLimit,
          data.every((each) => each === 3),
          data.length,
        ])
      },
      error: () => {},
    })
    const ping = (size: number) => network.echo(route, 7, 9, new Uint8Array(size).fill(3), client.host.now(), 5)
    expect(ping(length)).toBe(true)
    world.run(0.1)
    expect(replies).toEqual([[address, 7, 9, 64, true, length]])
    expect([router.answered, router.dropped, router.forwarded]).toEqual([1, 0, 0])
    // Neither one that has changed on the way, nor pieces.
    const spoil = near.fault({
      way: 'forth',
      effect: ({ bytes }) => [new WirePacket(bytes.map((each, i) => (i === bytes.length - 1 ? each ^ 1 : each)))],
    })
    ping(length)
    world.run(0.1)
    spoil.lift()
    ping(3000)
    world.run(0.1)
    expect([replies.length, router.answered, router.dropped]).toEqual([1, 1, 4])
  })

  it('has a name that no machine has', () => {
    const world = new World(1)
    world.router('one')
    expect(() => world.host('one')).toThrow('there is a router one already')
    expect(() => world.router('one')).toThrow('there is a router one already')
  })
})
