import type { Topology, TopologyLink, TopologyNode } from '../run/timeline.ts'
import { CLEAN } from './presets.ts'
import { joins } from './problems.ts'

/** The drawing's size; nodes keep a distance from its edges. */
export const WIDTH = 100
export const HEIGHT = 60
const EDGE = 6

const within = (value: number, most: number) => Math.round(Math.min(Math.max(value, EDGE), most - EDGE) * 10) / 10

/** A new node, with a name that none has, where there is room. */
export function withNode(topology: Topology, kind: TopologyNode['kind']): Topology {
  const taken = new Set(topology.nodes.map(({ name }) => name))
  const names = Array.from({ length: topology.nodes.length + 2 }, (_, i) => (i === 0 ? kind : `${kind} ${i + 1}`))
  const name = names.find((each) => !taken.has(each)) ?? kind
  return { ...topology, nodes: [...topology.nodes, { name, kind, ...freePlace(topology), sysctl: {} }] }
}

/** The point of a grid that is furthest from all nodes. */
function freePlace({ nodes }: Topology): { x: number; y: number } {
  let best = { x: WIDTH / 2, y: HEIGHT / 2 }
  let most = -1
  for (let x = 10; x <= WIDTH - 10; x += 10) {
    for (let y = 10; y <= HEIGHT - 10; y += 10) {
      const nearest = Math.min(...nodes.map((each) => Math.hypot(each.x - x, each.y - y)), WIDTH)
      if (nearest > most) {
        most = nearest
        best = { x, y }
      }
    }
  }
  return best
}

/** Without the n-th node, and without the links that it was on. */
export function withoutNode({ nodes, links }: Topology, n: number): Topology {
  const left = nodes.filter((_, i) => i !== n)
  const name = nodes[n]?.name ?? ''
  // Another one of that name keeps them.
  if (left.some((node) => node.name === name)) return { nodes: left, links }
  return {
    nodes: left.map((node) => (node.nat === name ? withNat(node, '') : node)),
    links: links.filter((link) => link.left !== name && link.right !== name),
  }
}

export function moved({ nodes, links }: Topology, n: number, x: number, y: number): Topology {
  const place = { x: within(x, WIDTH), y: within(y, HEIGHT) }
  return { nodes: nodes.map((node, i) => (i === n ? { ...node, ...place } : node)), links }
}

/** The n-th node has another name, and its links know it by that. */
export function renamed({ nodes, links }: Topology, n: number, name: string): Topology {
  const before = nodes[n]?.name ?? ''
  const unique = nodes.filter((node) => node.name === before).length === 1
  const known = (each: string) => (unique && each === before ? name : each)
  return {
    nodes: nodes.map((node, i) => {
      const own = i === n ? { ...node, name } : node
      return own.nat === undefined ? own : { ...own, nat: known(own.nat) }
    }),
    links: links.map((link) => ({ ...link, left: known(link.left), right: known(link.right) })),
  }
}

/** A new link as the last one is; null where there can be none. */
export function withLink(topology: Topology, left: string, right: string): Topology | null {
  const kind = (name: string) => topology.nodes.find((node) => node.name === name)?.kind
  if (left === right || kind(left) === undefined || kind(right) === undefined) return null
  if (kind(left) === 'switch' && kind(right) === 'switch') return null
  const { left: _, right: __, ...options } = topology.links.at(-1) ?? { ...CLEAN, left, right }
  return { ...topology, links: [...topology.links, { ...options, left, right }] }
}

export function withoutLink({ nodes, links }: Topology, n: number): Topology {
  const left = links.filter((_, i) => i !== n)
  const stays = ({ name, nat = '' }: TopologyNode) => nat === '' || left.some((link) => joins(link, name, nat))
  return { nodes: nodes.map((node) => (stays(node) ? node : withNat(node, ''))), links: left }
}

export function changedLink({ nodes, links }: Topology, n: number, change: Partial<TopologyLink>): Topology {
  return { nodes, links: links.map((link, i) => (i === n ? { ...link, ...change } : link)) }
}

/** A setting of the n-th node; the default is none. */
export function withSetting(
  { nodes, links }: Topology,
  n: number,
  name: string,
  value: string,
  standard: string,
): Topology {
  return {
    nodes: nodes.map((node, i) => {
      if (i !== n) return node
      const { [name]: _, ...others } = node.sysctl
      return { ...node, sysctl: value === standard ? others : { ...others, [name]: value } }
    }),
    links,
  }
}

/** Translating towards that neighbour; '' = not. */
export function withNat({ nat: _, ...node }: TopologyNode, nat: string): TopologyNode {
  return nat === '' ? node : { ...node, nat }
}

/** Names of the nodes at the other ends of a node's links, each once. */
export function neighbours({ links }: Topology, name: string): string[] {
  const others = links.flatMap(({ left, right }) => (left === name ? [right] : right === name ? [left] : []))
  return [...new Set(others)]
}
