import { describe, expect, it } from 'vitest'
import { play } from '../run/play.ts'
import type { Topology } from '../run/timeline.ts'
import {
  changedLink,
  moved,
  neighbours,
  renamed,
  withLink,
  withNode,
  withoutLink,
  withoutNode,
  withSetting,
} from './draft.ts'
import { PRESETS, presetName, presetOf, sandbox } from './presets.ts'
import { problemsOf } from './problems.ts'

const { topology: PAIR } = presetOf('pair')
const { topology: NAT } = presetOf('nat')
const kinds = (topology: Topology) =>
  problemsOf(topology).map(({ kind, who }) => (who === '' ? kind : `${kind} ${who}`))

describe('presets', () => {
  it.each(PRESETS)('%s has no problem, and its client reaches its server', (name) => {
    const timeline = sandbox(name)
    expect(timeline.play.kind === 'sandbox' && problemsOf(timeline.play.topology)).toEqual([])
    const { data } = play(timeline)
    expect(data.brokenOff).toBe('')
    expect(data.moves.filter(({ to }) => to === 'ESTABLISHED').length).toBe(2)
    expect(presetName(presetOf(name).topology)).toBe(name)
  })
})

describe('problems of a network', () => {
  it('are said: names, ends, what cannot be linked, numbers, settings', () => {
    expect(kinds({ nodes: [], links: [] })).toEqual(['noHosts'])
    expect(kinds(renamed(PAIR, 1, 'client'))).toContain('sameName client')
    expect(kinds(renamed(PAIR, 1, ' '))).toContain('noName')
    expect(kinds(changedLink(PAIR, 0, { right: 'nobody' }))).toContain('noEnd client – nobody')
    expect(kinds(changedLink(PAIR, 0, { right: 'client' }))).toContain('loop client')
    expect(kinds(changedLink(PAIR, 0, { loss: 1.5 }))).toEqual(['number client – server'])
    expect(kinds(changedLink(PAIR, 0, { mtu: Number.NaN }))).toEqual(['number client – server'])
    expect(kinds(withSetting(PAIR, 0, 'tcp_sack', '7', '1'))).toEqual(['setting client: tcp_sack'])
    const switches = withNode(withNode(PAIR, 'switch'), 'switch')
    expect(kinds(changedLink(switches, 0, { left: 'switch', right: 'switch 2' }))).toContain(
      'switches switch – switch 2',
    )
  })

  it('a node without a link and two links between the same two can be played', () => {
    expect(problemsOf(withNode(PAIR, 'host'))).toEqual([{ kind: 'alone', who: 'host', fatal: false }])
    expect(problemsOf(withLink(PAIR, 'client', 'server') as Topology)).toEqual([])
  })
})

describe('drawing', () => {
  it('names what is new so that no two are the same', () => {
    const { nodes } = withNode(withNode(PAIR, 'router'), 'router')
    expect(nodes.map(({ name }) => name)).toEqual(['client', 'server', 'router', 'router 2'])
  })

  it('a node goes with its links, and what was told of it is forgotten', () => {
    const without = withoutNode(NAT, 4)
    expect(neighbours(without, 'nat')).toEqual(['switch'])
    expect(without.nodes.find(({ name }) => name === 'nat')?.nat).toBeUndefined()
    expect(withoutNode(renamed(NAT, 0, 'server'), 0).links).toHaveLength(NAT.links.length)
    expect(withoutLink(NAT, 3).nodes.find(({ name }) => name === 'nat')?.nat).toBeUndefined()
  })

  it('a new name is known to the links', () => {
    const changed = renamed(NAT, 4, 'web')
    expect(neighbours(changed, 'web')).toEqual(['nat'])
    expect(changed.nodes[3]?.nat).toBe('web')
  })

  it('links what can be linked, as the last link is', () => {
    expect(withLink(PAIR, 'client', 'client')).toBeNull()
    const slow = changedLink(PAIR, 0, { rate: 1000 })
    expect(withLink(slow, 'server', 'client')?.links[1]).toMatchObject({ left: 'server', right: 'client', rate: 1000 })
  })

  it('nothing leaves the paper', () => {
    expect(moved(PAIR, 0, -50, 500).nodes[0]).toMatchObject({ x: 6, y: 54 })
  })

  it('a setting at its default is none', () => {
    const off = withSetting(PAIR, 0, 'tcp_sack', '0', '1')
    expect(off.nodes[0]?.sysctl).toEqual({ tcp_sack: '0' })
    expect(withSetting(off, 0, 'tcp_sack', '1', '1').nodes[0]?.sysctl).toEqual({})
  })
})
