import { parseSysctl } from 'estab'
import { type Link, type LinkOptions, Nat, type Node, Router, SimHost, Switch, type World } from 'estab/sim'
import { formatAddress } from 'estab/wire'
import { type Member, type Segment, spreadRoutes } from './routing.ts'
import type { Topology, TopologyLink, TopologyNode } from './timeline.ts'

/**
 * Makes the machines, routers, switches and links of a network that was drawn, with the shortest routes. Throws what the
 * world says of what cannot be; see `problemsOf`.
 */
export function buildTopology(world: World, { nodes, links }: Topology): void {
  const made = new Map(nodes.map((node) => [node.name, make(world, node)]))
  const outside = new Map(nodes.map(({ name, nat = '' }) => [name, nat]))
  const segments = new Map<Node | Link, Segment>()
  for (const link of links) {
    const [left, right] = [made.get(link.left), made.get(link.right)]
    if (left === undefined || right === undefined)
      throw new TypeError(`a link between ${link.left} and ${link.right} has no ends`)
    const wire = world.link(left, right, optionsOf(link))
    const hub = left instanceof Switch ? left : right instanceof Switch ? right : null
    const segment = segments.get(hub ?? wire) ?? newSegment(hub)
    segments.set(hub ?? wire, segment)
    for (const [node, port, other] of [
      [left, wire.ports[0], right],
      [right, wire.ports[1], left],
    ] as const) {
      if (node === hub) continue
      const closed = node instanceof Router && outside.get(node.name) === other.name
      if (closed) node.use(new Nat({ outside: wire }))
      const opposite = wire.ports[node === left ? 1 : 0]
      segment.members.push({ node, port, opposite, addresses: addressesOf(node, port), closed })
    }
  }
  spreadRoutes([...segments.values()])
}

function newSegment(hub: Switch | null): Segment {
  return hub === null ? { members: [] } : { members: [], lead: (prefix, { opposite }) => hub.route(prefix, opposite) }
}

function make(world: World, { name, kind, sysctl }: TopologyNode): Node {
  if (kind === 'router') return world.router(name)
  if (kind === 'switch') return world.switch(name)
  const settings = Object.entries(sysctl).map(([knob, value]) => parseSysctl(`${knob}=${value}`))
  return world.host(name, { config: Object.fromEntries(settings) })
}

/** What a node has on a wire that it was plugged into last. */
function addressesOf(node: Node, port: Member['port']): readonly [string, string] {
  if (node instanceof SimHost) {
    const own = node.addresses()
    const last = (version: 4 | 6) => own.findLast((each) => each.includes(':') === (version === 6)) ?? ''
    return [last(4), last(6)]
  }
  if (!(node instanceof Router)) return ['', '']
  const text = (version: 4 | 6) => {
    const address = node.addressOn(port, version)
    return address === null ? '' : formatAddress(address)
  }
  return [text(4), text(6)]
}

function optionsOf({ delay, rate, loss, duplicate, reorder, corrupt, mtu }: TopologyLink): LinkOptions {
  return {
    delay,
    mtu,
    loss,
    duplicate,
    corrupt,
    ...(rate > 0 ? { rate } : {}),
    ...(reorder > 0 ? { reorder: { probability: reorder, delay: Math.round(delay / 2) + 1000 } } : {}),
  }
}
