import type { LinkOptions, Node, World } from 'estab/sim'
import type { Topology, TopologyLink } from './timeline.ts'

/** Makes the machines, routers, switches and links of a network that was drawn. Throws what the world says of what cannot be. */
export function buildTopology(world: World, { nodes, links }: Topology): void {
  const made = new Map<string, Node>()
  for (const { name, kind, sysctl } of nodes) {
    if (kind === 'host') {
      const host = world.host(name)
      for (const [knob, value] of Object.entries(sysctl)) host.host.setSysctl(knob, value)
      made.set(name, host)
    } else made.set(name, kind === 'router' ? world.router(name) : world.switch(name))
  }
  for (const link of links) {
    const [left, right] = [made.get(link.left), made.get(link.right)]
    if (left === undefined || right === undefined)
      throw new TypeError(`a link between ${link.left} and ${link.right} has no ends`)
    world.link(left, right, optionsOf(link))
  }
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
