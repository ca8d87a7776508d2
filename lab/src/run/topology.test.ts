import { describe, expect, it } from 'vitest'
import { Packets } from './packets.ts'
import { play } from './play.ts'
import type { Act, Topology, TopologyLink, TopologyNode } from './timeline.ts'

const CLEAN = { delay: 1000, rate: 0, loss: 0, duplicate: 0, reorder: 0, corrupt: 0, mtu: 1500 }
const LETTERS = { h: 'host', r: 'router', s: 'switch' } as const

/** 'h1-r1 r1-r2 r2-h2': nodes by their first letters. */
function network(wires: string, extra: Partial<Record<string, Partial<TopologyNode>>> = {}): Topology {
  const pairs = wires.split(' ').map((wire) => wire.split('-') as [string, string])
  const names = [...new Set(pairs.flat())]
  const nodes = names.map((name, x) => {
    const kind = LETTERS[name[0] as keyof typeof LETTERS]
    return { name, kind, x, y: 0, sysctl: {}, ...extra[name] }
  })
  const links = pairs.map(([left, right]): TopologyLink => ({ left, right, ...CLEAN }))
  return { nodes, links }
}

const listen = (host: string): Act => ({ kind: 'listen', at: 0, host, port: 7, service: 'echo' })
const connect = (host: string, to: string): Act => ({ kind: 'connect', at: 1, host, to, port: 7 })

/** The last states of both ends of a connection between two hosts, and how many routers its SYN has passed. */
function connected(topology: Topology, from: string, to: string) {
  const { data, world } = play({ play: { kind: 'sandbox', topology }, seed: 1, acts: [listen(to), connect(from, to)] })
  expect(data.brokenOff).toBe('')
  const state = (name: string) => data.moves.findLast(({ lane }) => data.lanes[lane]?.name === name)?.to ?? ''
  const packets = new Packets(data.packets)
  const path: string[] = []
  for (let i = 0; i < packets.count; i += 1) {
    const packet = packets.at(i)
    if (packet.flags === 2) path.push(data.lanes[packet.to]?.name ?? '?')
  }
  return { states: [state(from), state(to)], path: path.join(' '), world }
}

const OPEN = ['ESTABLISHED', 'ESTABLISHED']

describe('a network that was drawn', () => {
  it('three routers in a row and a switch: all machines reach each other', () => {
    const topology = network('h1-r1 r1-r2 r2-r3 r3-s1 s1-h2 s1-h3')
    expect(connected(topology, 'h1', 'h2')).toMatchObject({ states: OPEN, path: 'r1 r2 r3 s1 h2' })
    expect(connected(topology, 'h3', 'h1')).toMatchObject({ states: OPEN, path: 's1 r3 r2 r1 h1' })
    expect(connected(topology, 'h3', 'h2')).toMatchObject({ states: OPEN, path: 's1 h2' })
  })

  it('of two ways the shorter one is taken', () => {
    const topology = network('h1-r1 r1-r2 r2-r3 r1-r3 r3-h2')
    expect(connected(topology, 'h1', 'h2')).toMatchObject({ states: OPEN, path: 'r1 r3 h2' })
  })

  it('two routers on one switch: each network is reached by its own', () => {
    const topology = network('s1-h1 s1-r1 s1-r2 r1-h2 r2-h3')
    expect(connected(topology, 'h1', 'h2').path).toBe('s1 r1 h2')
    expect(connected(topology, 'h1', 'h3')).toMatchObject({ states: OPEN, path: 's1 r2 h3' })
    expect(connected(topology, 'h2', 'h3')).toMatchObject({ states: OPEN, path: 'r1 s1 r2 h3' })
  })

  it('a machine with two links uses the one that leads there', () => {
    const topology = network('h1-r1 h1-r2 r1-h2 r2-h3')
    expect(connected(topology, 'h1', 'h2')).toMatchObject({ states: OPEN, path: 'r1 h2' })
    expect(connected(topology, 'h1', 'h3')).toMatchObject({ states: OPEN, path: 'r2 h3' })
  })

  it('two links between the same two are two networks', () => {
    expect(connected(network('h1-h2 h1-h2'), 'h1', 'h2').states).toEqual(OPEN)
  })

  it('behind a translator of addresses the server sees the address of the router', () => {
    const topology = network('h1-r1 r1-h2', { r1: { nat: 'h2' } })
    const { data } = play({ play: { kind: 'sandbox', topology }, seed: 1, acts: [listen('h2'), connect('h1', 'h2')] })
    const packets = new Packets(data.packets)
    // The second wire is 10.0.2.0/24, the router its first.
    expect([...packets.at(1).bytes.subarray(12, 16)]).toEqual([10, 0, 2, 1])
    expect(data.moves.filter(({ to }) => to === 'ESTABLISHED')).toHaveLength(2)
  })

  it('settings are there after a reboot, too', () => {
    const topology = network('h1-h2', { h1: { sysctl: { tcp_sack: '0', tcp_rmem: '4096 131072 6291456' } } })
    const { world } = play({
      play: { kind: 'sandbox', topology },
      seed: 1,
      acts: [{ kind: 'reboot', at: 1000, host: 'h1' }],
    })
    expect(world.named('h1').host.sysctl('tcp_sack')).toBe(false)
    expect(world.named('h2').host.sysctl('tcp_sack')).toBe(true)
  })

  it('what cannot be says why', () => {
    const broken = (topology: Topology) =>
      play({ play: { kind: 'sandbox', topology }, seed: 1, acts: [] }).data.brokenOff
    expect(broken(network('s1-s2'))).toMatch(/s1|s2/)
    expect(broken({ ...network('h1-h2'), links: [{ left: 'h1', right: 'h9', ...CLEAN }] })).toMatch(/h9/)
    expect(broken(network('h1-h2', { h1: { sysctl: { tcp_sacks: '0' } } }))).toMatch(/tcp_sacks/)
  })
})
