import type { Act, Timeline, Topology, TopologyLink, TopologyNode } from '../run/timeline.ts'

export const CLEAN: Omit<TopologyLink, 'left' | 'right'> = {
  delay: 10_000,
  rate: 0,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  corrupt: 0,
  mtu: 1500,
}

export const PRESETS = ['pair', 'router', 'switch', 'row', 'nat', 'slow', 'lossy', 'rough'] as const
export type Preset = (typeof PRESETS)[number]

const node = (name: string, kind: TopologyNode['kind'], x: number, y = 30): TopologyNode => ({
  name,
  kind,
  x,
  y,
  sysctl: {},
})
const wire = (left: string, right: string, options: Partial<TopologyLink> = {}): TopologyLink => ({
  ...CLEAN,
  left,
  right,
  ...options,
})
const pair = (options: Partial<TopologyLink> = {}): Topology => ({
  nodes: [node('client', 'host', 20), node('server', 'host', 80)],
  links: [wire('client', 'server', options)],
})

const MBIT = 1_000_000

const TOPOLOGIES: Readonly<Record<Preset, Topology>> = {
  pair: pair(),
  router: {
    nodes: [node('client', 'host', 15), node('router', 'router', 50), node('server', 'host', 85)],
    links: [wire('client', 'router', { delay: 2000 }), wire('router', 'server')],
  },
  switch: {
    nodes: [
      node('client', 'host', 18, 14),
      node('client 2', 'host', 18, 46),
      node('switch', 'switch', 50),
      node('server', 'host', 84),
    ],
    links: [
      wire('client', 'switch', { delay: 500 }),
      wire('client 2', 'switch', { delay: 500 }),
      wire('server', 'switch', { delay: 500 }),
    ],
  },
  row: {
    nodes: [
      node('client', 'host', 8),
      node('router 1', 'router', 29, 20),
      node('router 2', 'router', 50, 40),
      node('router 3', 'router', 71, 20),
      node('server', 'host', 92),
    ],
    links: [
      wire('client', 'router 1', { delay: 1000 }),
      wire('router 1', 'router 2', { delay: 5000 }),
      wire('router 2', 'router 3', { delay: 20_000, rate: 10 * MBIT, mtu: 1400 }),
      wire('router 3', 'server', { delay: 1000 }),
    ],
  },
  nat: {
    nodes: [
      node('client', 'host', 12, 14),
      node('client 2', 'host', 12, 46),
      node('switch', 'switch', 36),
      { ...node('nat', 'router', 60), nat: 'server' },
      node('server', 'host', 88),
    ],
    links: [
      wire('client', 'switch', { delay: 500 }),
      wire('client 2', 'switch', { delay: 500 }),
      wire('switch', 'nat', { delay: 500 }),
      wire('nat', 'server'),
    ],
  },
  slow: pair({ delay: 50_000, rate: MBIT }),
  lossy: pair({ loss: 0.05 }),
  rough: pair({ delay: 30_000, loss: 0.02, duplicate: 0.02, reorder: 0.05, corrupt: 0.01 }),
}

/** A small network to begin with; its server listens, and its first client connects. */
export function presetOf(name: Preset): { readonly topology: Topology; readonly acts: readonly Act[] } {
  return {
    topology: TOPOLOGIES[name],
    acts: [
      { kind: 'listen', at: 0, host: 'server', port: 80, service: 'echo' },
      { kind: 'connect', at: 0, host: 'client', to: 'server', port: 80 },
    ],
  }
}

/** The sandbox as it is opened. */
export function sandbox(name: Preset = 'pair', seed = 1): Timeline {
  const { topology, acts } = presetOf(name)
  return { play: { kind: 'sandbox', topology }, seed, acts }
}

/** Of which preset a network is; '' = of none any more. */
export function presetName(topology: Topology): Preset | '' {
  const text = JSON.stringify(topology)
  return PRESETS.find((name) => JSON.stringify(TOPOLOGIES[name]) === text) ?? ''
}
