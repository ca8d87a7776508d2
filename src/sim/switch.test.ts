import { describe, expect, it } from 'vitest'
import { listen } from '../socket/server-socket.ts'
import { connect, type StreamSocket } from '../socket/stream-socket.ts'
import { formatAddress } from '../wire/address-text.ts'
import { RST } from '../wire/tcp.ts'
import { forge } from './forge.ts'
import type { Link } from './link.ts'
import type { SimHost } from './sim-host.ts'
import type { Switch } from './switch.ts'
import { type Program, World } from './world.ts'

const PORT = 80

/** Takes connections, and sends back what comes. */
function echo({ host }: SimHost): void {
  const server = listen(host, { port: PORT })
  server.onready = () => {
    for (let socket = server.accept(); socket !== null; socket = server.accept()) {
      const each: StreamSocket = socket
      const into = new Uint8Array(2000)
      each.onevent = () => {
        for (let count = each.read(into); count > 0; count = each.read(into)) each.write(into.subarray(0, count))
      }
    }
  }
}

/** Whether 5,000 bytes from `client` come back from `address` within a second. */
function talks(world: World, client: SimHost, address: string): boolean {
  const socket = connect(client.host, { address, port: PORT })
  const into = new Uint8Array(2000)
  let got = 0
  socket.onevent = () => {
    for (let count = socket.read(into); count > 0; count = socket.read(into)) got += count
  }
  socket.write(new Uint8Array(5000))
  world.run(1)
  return got === 5000
}

interface Lan {
  readonly world: World
  readonly lan: Switch
  readonly hosts: readonly [SimHost, SimHost, SimHost]
  readonly links: readonly [Link, Link, Link]
}

/** Three machines on a switch, all of which answer. */
function lanOfThree(): Lan {
  const world = new World(1)
  const lan = world.switch('lan')
  const hosts = [world.host('a'), world.host('b'), world.host('c')] as const
  const [a, b, c] = hosts
  const links = [world.link(a, lan), world.link(lan, b), world.link(c, lan)] as const
  for (const host of hosts) echo(host)
  return { world, lan, hosts, links }
}

/** What goes to the host on that link: 'from>to', and how many bytes. */
function heard(link: Link, host: string): string[] {
  const seen: string[] = []
  link.fault({
    way: link.forth.name.startsWith(`${host}>`) ? 'back' : 'forth',
    aim: ({ ip }) => {
      if (ip !== null) seen.push(`${formatAddress(ip.source)}>${formatAddress(ip.destination)}`)
      return false
    },
  })
  return seen
}

describe('a switch', () => {
  it.each([4, 6] as const)('joins three machines in one network: each talks with each over IPv%i', (version) => {
    const { world, hosts } = lanOfThree()
    expect(hosts.map((host) => host.address(version))).toEqual(
      version === 4 ? ['10.0.1.1', '10.0.1.2', '10.0.1.3'] : ['fd00:1::1', 'fd00:1::2', 'fd00:1::3'],
    )
    for (const from of hosts) {
      for (const to of hosts) {
        if (from !== to)
          expect([from.name, to.name, talks(world, from, to.address(version))]).toEqual([from.name, to.name, true])
      }
    }
  })

  it('takes the next number of a network, and its links take none', () => {
    const world = new World(1)
    const [a, b, c] = [world.host('a'), world.host('b'), world.host('c')]
    world.link(a, b)
    const lan = world.switch('lan')
    world.link(b, lan)
    world.link(lan, c)
    world.link(a, c)
    expect([b.address(), c.address()]).toEqual(['10.0.1.2', '10.0.2.2'])
  })

  it('sends to one machine what was plugged in there, and nobody else sees it', () => {
    const { world, lan, hosts, links } = lanOfThree()
    const third = heard(links[2], 'c')
    expect(talks(world, hosts[0], hosts[1].address())).toBe(true)
    expect(talks(world, hosts[0], hosts[1].address(6))).toBe(true)
    expect([third, lan.flooded]).toEqual([[], 0])
    expect(lan.forwarded).toBeGreaterThan(10)
  })

  it.each(['10.0.1.77', 'fd00:1::77'])('learns where %s is from what comes from there', (address) => {
    const { world, lan, hosts, links } = lanOfThree()
    hosts[1].host.addAddress(`${address}/${address.includes(':') ? 64 : 24}`, links[1].ports[1])
    const third = heard(links[2], 'c')
    expect(talks(world, hosts[0], address)).toBe(true)
    // The SYN, which all have seen; the answer to it told where the address is.
    expect(third).toEqual([`${hosts[0].address(address.includes(':') ? 6 : 4)}>${address}`])
    expect(lan.flooded).toBe(1)
  })

  it('forgets what it has learned before it has learned too much', () => {
    const { world, lan, links } = lanOfThree()
    const to = '10.0.1.2'
    for (let i = 0; i < 3000; i += 1) {
      links[0].forth.send(forge({ from: `fd00:1::${(i + 16).toString(16)}`, to: 'fd00:1::2', flags: RST }))
    }
    links[0].forth.send(forge({ from: '10.0.1.77', to, flags: RST }))
    world.run(0.1)
    const third = heard(links[2], 'c')
    // Learned before and after it was full: one is known, and one asked for anew.
    links[1].back.send(forge({ from: to, to: '10.0.1.77', flags: RST }))
    world.run(0.1)
    expect([third, lan.flooded]).toEqual([[], 0])
    links[1].back.send(forge({ from: 'fd00:1::2', to: 'fd00:1::10', flags: RST }))
    world.run(0.1)
    expect([third.length, lan.flooded]).toEqual([1, 1])
  })

  it('is not told by a forged source where a machine is', () => {
    const { world, hosts, links } = lanOfThree()
    links[2].forth.send(forge({ from: '10.0.1.2', to: '10.0.1.1' }))
    world.run(0.1)
    expect(talks(world, hosts[0], hosts[1].address())).toBe(true)
  })

  it.each([
    ['10.0.1.1', '255.255.255.255'],
    ['10.0.1.1', '10.0.1.255'],
    ['10.0.1.1', '224.0.0.1'],
    ['fd00:1::1', 'ff02::1'],
    ['fe80::1', 'fe80::2'],
  ])('sends from %s to %s to all others, and not back', (from, to) => {
    const { world, lan, links } = lanOfThree()
    const [back, second, third] = [heard(links[0], 'a'), heard(links[1], 'b'), heard(links[2], 'c')]
    links[0].forth.send(forge({ from, to }))
    world.run(0.1)
    const one = [`${from}>${to}`]
    expect([second, third]).toEqual([one, one])
    expect(back.filter((each) => each.startsWith(from))).toEqual([])
    expect(lan.flooded).toBe(1)
  })

  it('goes on when a cable is pulled: the others talk, and so does that one when it is back', () => {
    const { world, hosts, links } = lanOfThree()
    const [a, b, c] = hosts
    const pulled = links[1].fault()
    expect([talks(world, a, b.address()), talks(world, a, c.address())]).toEqual([false, true])
    pulled.lift()
    expect(talks(world, a, b.address())).toBe(true)
  })

  it('drops what is too large for the wire, and what it cannot read', () => {
    const world = new World(1)
    const lan = world.switch('lan')
    const link = world.link(world.host('a'), lan)
    const narrow = world.link(world.host('b'), lan, { mtu: 600 })
    const seen = heard(narrow, 'b')
    for (const length of [560, 561]) {
      link.forth.send(forge({ from: '10.0.1.1', to: '10.0.1.2', flags: RST, payload: new Uint8Array(length) }))
    }
    link.forth.send(new Uint8Array(40))
    world.run(0.1)
    expect([seen.length, lan.forwarded, lan.dropped]).toEqual([1, 1, 2])
  })

  it('refuses another switch, a name that is taken, and a 255th node', () => {
    const world = new World(1)
    const lan = world.switch('lan')
    expect(() => world.link(lan, world.switch('other'))).toThrow('other cannot be plugged into lan: use a router')
    expect(() => world.host('lan')).toThrow('there is a switch lan already')
    expect(() => lan.route('10.0.0.0', world.link(world.host('1'), lan).ports[1])).toThrow('10.0.0.0 is no prefix')
    for (let i = 2; i <= 254; i += 1) world.link(world.host(`${i}`), lan)
    expect(() => world.link(world.host('255'), lan)).toThrow('lan has 254 nodes already')
    expect(world.named('254').address()).toBe('10.0.1.254')
  })
})

describe('routers on a switch', () => {
  /** Two machines on a switch and one beyond a router, which is plugged in between, before or after the two. */
  function beyond(first: number): { world: World; hosts: SimHost[]; far: SimHost } {
    const world = new World(1)
    const lan = world.switch('lan')
    const router = world.router('router')
    const hosts = [world.host('a'), world.host('b')]
    for (const [i, host] of hosts.entries()) {
      if (i === first) world.link(lan, router)
      world.link(host, lan)
    }
    if (first === 2) world.link(lan, router)
    const far = world.host('far')
    world.link(router, far)
    for (const host of [...hosts, far]) echo(host)
    return { world, hosts, far }
  }

  it.each([
    [0, 4],
    [1, 4],
    [2, 4],
    [0, 6],
    [2, 6],
  ] as const)('lead out of the network, plugged in as number %i: IPv%i', (first, version) => {
    const { world, hosts, far } = beyond(first)
    for (const host of hosts) {
      expect(talks(world, host, far.address(version))).toBe(true)
      expect(talks(world, far, host.address(version))).toBe(true)
    }
    expect(far.address()).toBe('10.0.2.2')
  })

  it('a machine keeps its way out when it boots again', () => {
    const { world, hosts, far } = beyond(2)
    hosts[0]?.reboot()
    expect(hosts[0] !== undefined && talks(world, hosts[0], far.address())).toBe(true)
  })

  /** A machine on a switch with two routers, each of which has a machine behind it; `a` goes by the first. */
  function twoRouters(): { world: World; lan: Switch; near: SimHost; far: SimHost[]; links: Link[] } {
    const world = new World(1)
    const lan = world.switch('lan')
    const near = world.host('near')
    world.link(near, lan)
    const links: Link[] = []
    const far: SimHost[] = []
    for (const name of ['one', 'two']) {
      const router = world.router(name)
      const link = world.link(router, lan)
      const host = world.host(`behind ${name}`)
      world.link(router, host)
      // What is not its own goes by the switch.
      router.route('10.0.0.0/8', link.ports[0])
      links.push(link)
      far.push(host)
    }
    for (const host of [near, ...far]) echo(host)
    return { world, lan, near, far, links }
  }

  it('the first is the way out, and sends on to the second what that one knows', () => {
    const { world, near, far, links } = twoRouters()
    const [one, two] = links.map((link) => heard(link, link.forth.name.split('>')[0] ?? ''))
    const [first, second] = far
    if (first === undefined || second === undefined) throw new Error('nobody there')
    expect(talks(world, near, first.address())).toBe(true)
    expect([one?.length === 0, two?.length]).toEqual([false, 0])
    expect(talks(world, near, second.address())).toBe(true)
    expect(talks(world, first, second.address())).toBe(true)
  })

  it('route: the router that a prefix is behind', () => {
    const { world, lan, near, far, links } = twoRouters()
    const [one, two] = links.map((link) => heard(link, link.forth.name.split('>')[0] ?? ''))
    const [, second] = far
    if (second === undefined || links[1] === undefined) throw new Error('nobody there')
    lan.route('10.0.3.0/24', links[1].ports[1])
    expect(talks(world, near, second.address())).toBe(true)
    expect([one?.length, two?.length === 0]).toEqual([0, false])
  })

  it('do not send back to the switch what it sends to all', () => {
    const { world, lan, links } = twoRouters()
    const seen = links.map((link) => heard(link, link.forth.name.split('>')[0] ?? ''))
    const before = lan.flooded
    const [link] = links
    for (const to of ['10.0.1.200', '10.0.1.255', '224.0.0.1', '255.255.255.255']) {
      link?.forth.send(forge({ from: '10.0.1.99', to }))
    }
    world.run(1)
    expect([lan.flooded - before, seen.map((each) => each.length)]).toEqual([4, [0, 4]])
  })

  it('nobody leads out of a network without a router', () => {
    const { world, lan, links } = lanOfThree()
    links[0].forth.send(forge({ from: '10.0.1.1', to: '10.9.9.9' }))
    world.run(0.1)
    expect([lan.dropped, lan.flooded]).toEqual([1, 0])
  })
})

it('a world with a switch is the same again for the same seed', () => {
  const program: Program = (world) => {
    const lan = world.switch('lan')
    const hosts = ['a', 'b', 'c'].map((name) => world.host(name))
    for (const host of hosts) world.link(host, lan, { loss: 0.1, rate: 1_000_000 })
    const [a, b, c] = hosts
    if (a === undefined || b === undefined || c === undefined) return
    echo(c)
    for (const host of [a, b]) connect(host.host, { address: c.address(), port: PORT }).write(new Uint8Array(20_000))
  }
  const [one, again, other] = [1, 1, 2].map((seed) => {
    const world = new World(seed, program)
    world.run(30)
    return world.trace.hash
  })
  expect(again).toBe(one)
  expect(other).not.toBe(one)
})
