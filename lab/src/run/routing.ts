import type { Link, Node } from 'estab/sim'

type Port = Link['ports'][0]

/** A node on a network: by which port, and with which addresses there. */
export interface Member {
  readonly node: Node
  readonly port: Port
  /** The other end of its wire. */
  readonly opposite: Port
  /** IPv4 and IPv6: '10.0.1.1'; '' = none. */
  readonly addresses: readonly [string, string]
  /** It does not take what comes from here for elsewhere: the outside of a translator of addresses. */
  readonly closed: boolean
}

/** The nodes that reach each other without a router: both ends of a cable, or all that is plugged into a switch. */
export interface Segment {
  readonly members: Member[]
  /** For a switch: has it send to that member what goes to a prefix beyond. */
  readonly lead?: (prefix: string, member: Member) => void
}

/** Gives every node the shortest way to every network, counted in routers. */
export function spreadRoutes(segments: readonly Segment[]): void {
  for (const goal of segments) {
    const prefixes = prefixesOf(goal)
    const distances = distancesTo(goal, segments)
    const reached = new Set(goal.members.map(({ node }) => node))
    const ways = new Map<Node, Way>()
    for (const segment of segments) {
      if (segment === goal) continue
      for (const { node, port } of segment.members) {
        const next = nextHop(segment, node, distances)
        if (next === null || reached.has(node)) continue
        const known = ways.get(node)
        if (known === undefined || next.distance < known.distance) ways.set(node, { ...next, port })
      }
      const out = nextHop(segment, null, distances)
      if (out !== null) for (const prefix of prefixes) segment.lead?.(prefix, out.member)
    }
    for (const [node, { port, member }] of ways) {
      prefixes.forEach((prefix, family) => {
        const via = member.addresses[family]
        if (via !== undefined && via !== '') node.route(prefix, port, node.forwards ? undefined : via)
      })
    }
  }
}

interface Way {
  readonly member: Member
  readonly distance: number
  readonly port: Port
}

/** How many routers lie between each router and a network. */
function distancesTo(goal: Segment, segments: readonly Segment[]): Map<Node, number> {
  const distances = new Map<Node, number>()
  let edge = new Set<Segment>([goal])
  const seen = new Set<Segment>(edge)
  for (let distance = 0; edge.size > 0; distance += 1) {
    const routers = [...edge].flatMap(({ members }) => members.filter(({ node }) => node.forwards))
    for (const { node } of routers) if (!distances.has(node)) distances.set(node, distance)
    const next = segments.filter((segment) => {
      return !seen.has(segment) && segment.members.some(({ node, closed }) => !closed && distances.has(node))
    })
    edge = new Set(next)
    for (const segment of next) seen.add(segment)
  }
  return distances
}

/** The router on a segment, another than `self`, that is nearest to where the distances are told to. */
function nextHop(
  { members }: Segment,
  self: Node | null,
  distances: ReadonlyMap<Node, number>,
): { readonly member: Member; readonly distance: number } | null {
  let best: { member: Member; distance: number } | null = null
  for (const member of members) {
    const distance = distances.get(member.node)
    if (distance === undefined || member.node === self || member.closed) continue
    if (best === null || distance < best.distance) best = { member, distance }
  }
  return best
}

/** '10.0.1.0/24' and 'fd00:1::/64'. */
function prefixesOf({ members }: Segment): string[] {
  const [v4, v6] = members[0]?.addresses ?? ['', '']
  return [v4.replace(/\.\d+$/, '.0/24'), v6.replace(/::.*$/, '::/64')].filter((prefix) => prefix !== '')
}
