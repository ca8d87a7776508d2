import { describe, expect, it } from 'vitest'
import { listen } from '../socket/server-socket.ts'
import { connect, ENDED, type StreamSocket } from '../socket/stream-socket.ts'
import type { Host } from '../stack/host.ts'
import { SYN } from '../wire/tcp.ts'
import { isBareAck, isFin, isSyn, isSynAck, nth } from './aims.ts'
import type { LinkOptions } from './link.ts'
import { type Program, World } from './world.ts'

/** Sends back what comes, and closes after the peer. */
function echo(host: Host): void {
  const server = listen(host, { port: 7 })
  server.onready = () => {
    const socket = server.accept()
    if (socket === null) return
    const into = new Uint8Array(4096)
    const answer = () => {
      for (let count = socket.read(into); count > 0; count = socket.read(into)) socket.write(into.subarray(0, count))
      if (socket.ended) socket.close()
    }
    socket.onevent = answer
    answer()
  }
}

const ROUGH: LinkOptions = {
  delay: 5000,
  rate: 2_000_000,
  loss: 0.05,
  duplicate: 0.02,
  corrupt: 0.01,
  reorder: { probability: 0.1, delay: 7000 },
  jitter: { amount: 2000, distribution: 'normal' },
}

/** A client that has 20,000 bytes sent back, and closes. */
function conversation(link: LinkOptions = {}): Program {
  return (world) => {
    const client = world.host('client', {
      boot: (host) => {
        const socket = connect(host, { address: world.named('server').address(), port: 7 })
        const bytes = new Uint8Array(20_000).fill(7)
        let sent = socket.write(bytes)
        let got = 0
        const into = new Uint8Array(4096)
        socket.onevent = (events) => {
          for (let count = socket.read(into); count > 0; count = socket.read(into)) got += count
          if (sent < bytes.length) sent += socket.write(bytes.subarray(sent))
          if (got === bytes.length && (events & ENDED) === 0) socket.shutdown('write')
          if (events & ENDED) socket.close()
        }
      },
    })
    world.link(client, world.host('server', { boot: echo }), link)
  }
}

describe('a world', () => {
  it('is the same to the byte and microsecond for the same seed, and another for another', () => {
    const hash = (seed: number, link: LinkOptions) => {
      const world = new World(seed, conversation(link))
      world.run(200)
      expect(world.trace.sentPackets).toBeGreaterThan(30)
      return world.trace.hash
    }
    for (const link of [{}, ROUGH]) expect([hash(1, link), hash(2, link)]).toEqual([hash(1, link), hash(2, link)])
    expect(new Set([1, 2, 3, 4].map((seed) => hash(seed, ROUGH))).size).toBe(4)
  })

  it('ends in order over a rough link, whatever the seed', () => {
    for (let seed = 0; seed < 30; seed += 1) {
      const world = new World(seed, conversation(ROUGH))
      world.run(600)
      const left = ['client', 'server'].flatMap((name) =>
        world
          .named(name)
          .host.connections()
          .map((each) => each.state),
      )
      expect([seed, left]).toEqual([seed, ['LISTEN']])
    }
  })

  it('does not change what one part does by chance when another is added', () => {
    const program: Program = (world) => {
      conversation(ROUGH)(world)
      world.link(world.host('third'), world.host('fourth'), { loss: 0.5 })
    }
    const [alone, together] = [conversation(ROUGH), program].map((each) => new World(1, each))
    alone?.run(100)
    together?.run(100)
    expect(together?.trace.hash).toBe(alone?.trace.hash)
  })

  it('can be forked at any moment: the past is the same, the future its own', () => {
    const world = new World(5, conversation(ROUGH))
    world.run(0.05)
    world.act((each) => each.named('server').freeze())
    world.run(1)
    world.act((each) => each.named('server').thaw())
    world.runUntil(() => world.trace.sentPackets > 60, 100)
    const twin = world.fork()
    expect([twin.now, twin.trace.hash]).toEqual([world.now, world.trace.hash])
    const earlier = world.fork(500_000)
    expect(earlier.now).toBe(500_000)
    world.run(100)
    twin.run(100)
    expect(twin.trace.hash).toBe(world.trace.hash)
    // In the past it was frozen still, and there it stays so.
    earlier.run(100)
    expect(earlier.trace.hash).not.toBe(world.trace.hash)
  })

  it('names what is not there, and refuses what is there already', () => {
    const world = new World(1)
    world.host('one')
    expect(() => world.host('one')).toThrow('there is a host one already')
    expect(() => world.named('two')).toThrow('there is no host two: there are one')
    expect(() => world.named('one').address()).toThrow('one has no IPv4 address: give it a link')
  })
})

/** A client that connects at once, over a link of 10 ms. */
function opening(): { world: World; link: ReturnType<World['link']>; socket: () => StreamSocket } {
  const world = new World(1)
  const client = world.host('client')
  const server = world.host('server', { boot: echo })
  const link = world.link(client, server)
  let made: StreamSocket | null = null
  world.at(0, () => {
    made = connect(client.host, { address: server.address(), port: 7 })
  })
  return {
    world,
    link,
    socket: () => {
      if (made === null) throw new Error('not yet')
      return made
    },
  }
}

describe('faults', () => {
  it.each([
    ['the SYN', 'forth', isSyn, 1.02],
    ['the SYN,ACK', 'back', isSynAck, 1.02],
    ['the first and the second SYN', 'forth', nth(1, isSyn, 2), 3.02],
  ] as const)('drop what they are aimed at: %s', (_name, way, aim, seconds) => {
    const { world, link, socket } = opening()
    const fault = link.fault({ way, aim: aim === isSyn || aim === isSynAck ? nth(1, aim) : aim })
    expect(world.runUntil(() => world.now > 0 && socket().state === 'ESTABLISHED', 10)).toBe(true)
    expect(world.now / 1e6).toBeCloseTo(seconds, 3)
    expect(fault.hits).toBe(_name.includes('second') ? 2 : 1)
  })

  it('of the third ACK leave the server waiting, and the client none the wiser', () => {
    const { world, link, socket } = opening()
    link.fault({ way: 'forth', aim: nth(1, isBareAck) })
    world.run(0.9)
    const states = world
      .named('server')
      .host.connections()
      .map((each) => each.state)
    expect([socket().state, states]).toEqual(['ESTABLISHED', ['LISTEN', 'SYN-RECV']])
    world.run(1)
    expect(world.named('server').host.connections()[1]?.state).toBe('ESTAB')
  })

  it('are lifted, delay and double', () => {
    const { world, link, socket } = opening()
    const cut = link.fault()
    world.at(2.5, () => cut.lift())
    link.fault({ way: 'back', aim: isSynAck, effect: { delay: 300_000 } })
    const doubled = link.fault({ way: 'forth', aim: isFin, effect: 'duplicate' })
    world.run(3.31)
    expect(socket().state).toBe('SYN-SENT')
    world.run(0.02)
    expect(socket().state).toBe('ESTABLISHED')
    socket().close()
    world.run(1)
    expect(doubled.hits).toBe(1)
    expect(
      world
        .named('client')
        .host.connections()
        .map((each) => each.state),
    ).toEqual(['TIME-WAIT'])
  })
})

describe('initial sequence numbers', () => {
  it('are those that a machine is given, one after the other; without any nobody can foresee them', () => {
    const numbers = (isn?: readonly number[]) => {
      const world = new World(1)
      const client = world.host('client', isn === undefined ? {} : { isn })
      const server = world.host('server', { boot: echo })
      const seen: number[] = []
      world.watch(client, {
        packet() {},
        state() {},
        segment: (direction, _ip, segment) => {
          if (direction === 'out' && segment.flags === SYN) seen.push(segment.seq)
        },
      })
      world.link(client, server)
      for (let i = 0; i < 3; i += 1) connect(client.host, { address: server.address(), port: 7 })
      world.run(0.5)
      return seen
    }
    expect(numbers([1000, 0xffff_fff6])).toEqual([1000, 0xffff_fff6, 0xffff_fff6])
    expect(new Set(numbers()).size).toBe(3)
  })
})

describe('machines', () => {
  it('that freeze go on where they were; the peer has sent again meanwhile', () => {
    const { world, socket } = opening()
    world.run(1)
    world.named('server').freeze()
    socket().write(new Uint8Array(10))
    world.run(5)
    expect(socket().unacknowledged).toBe(10)
    world.named('server').thaw()
    world.run(0.1)
    expect([socket().unacknowledged, socket().readable]).toEqual([0, 10])
  })

  it('that crash say nothing, and after a reboot answer the old connection by RST', () => {
    const { world, socket } = opening()
    world.run(1)
    const server = world.named('server')
    server.crash()
    expect(server.isUp).toBe(false)
    socket().write(new Uint8Array(10))
    world.run(5)
    expect(socket().state).toBe('ESTABLISHED')
    server.reboot()
    world.run(20)
    expect([socket().state, socket().error]).toEqual(['CLOSED', 'ECONNRESET'])
    // Its programs run again.
    const again = connect(world.named('client').host, { address: server.address(), port: 7 })
    world.run(1)
    expect(again.state).toBe('ESTABLISHED')
  })
})

describe('a spectator', () => {
  it('is told of machines, wires, packets and turns, and comes before them', () => {
    const world = new World(1)
    const seen: string[] = []
    world.spectate({
      joined: ({ name }) => seen.push(`joined ${name}`),
      linked: (_link, left, right) => seen.push(`linked ${left.name} ${right.name}`),
      turned: ({ name }, now) => seen.push(`turned ${name} ${now - world.clock.now()}`),
      sent: (path) => seen.push(`sent ${path.name}`),
      arrived: (path) => seen.push(`arrived ${path.name}`),
    })
    const client = world.host('client')
    const server = world.host('server')
    world.link(client, server)
    world.run(0.001)
    expect(seen.slice(0, 3)).toEqual(['joined client', 'joined server', 'linked client server'])
    seen.length = 0
    connect(client.host, { address: server.address(), port: 7 })
    world.run(1)
    expect(seen).toEqual([
      'sent client>server',
      'turned client 0',
      'arrived client>server',
      'sent server>client',
      'turned server 0',
      'arrived server>client',
      'turned client 0',
    ])
    expect(() => world.spectate({ joined() {}, linked() {}, turned() {}, sent() {}, arrived() {} })).toThrow(
      'comes before',
    )
  })

  it('does not change the world: the hash is that of an unwatched one', () => {
    const run = (watched: boolean) => {
      const world = new World(7)
      if (watched) world.spectate({ joined() {}, linked() {}, turned() {}, sent() {}, arrived() {} })
      conversation(ROUGH)(world)
      world.run(60)
      return world.trace.hash
    }
    expect(run(true)).toBe(run(false))
  })
})

describe('a fault at the end of a wire', () => {
  it('does not change the fate of other packets, as one at its start may', () => {
    const others = (place: 'start' | 'end' | null) => {
      const world = new World(3)
      const fates: string[] = []
      world.spectate({
        joined() {},
        turned() {},
        sent() {},
        arrived: (path, packet) => fates.push(`${path.name} ${packet.bytes[0]} ${world.now}`),
        linked: (link) => {
          let sent = 0
          if (place === null) return
          link.fault({ way: 'forth', place, aim: ({ bytes }) => bytes[0] === 5 && ++sent === 1 })
        },
      })
      const left = world.host('left', { boot() {} })
      const right = world.host('right')
      const link = world.link(left, right, { delay: 1000, loss: 0.3, jitter: { amount: 500, distribution: 'uniform' } })
      for (let i = 0; i < 40; i += 1) link.forth.send(Uint8Array.of(i, 1, 2, 3))
      world.run(1)
      return fates.filter((fate) => fate.startsWith('left>right'))
    }
    const whole = others(null)
    const without = whole.filter((fate) => !fate.startsWith('left>right 5 '))
    expect(without.length).toBe(whole.length - 1)
    expect(others('end')).toEqual(without)
    expect(others('start')).not.toEqual(without)
  })
})
