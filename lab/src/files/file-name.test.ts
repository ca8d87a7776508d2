import { expect, it } from 'vitest'
import { Packets } from '../run/packets.ts'
import { play } from '../run/play.ts'
import type { Timeline } from '../run/timeline.ts'
import { fileName } from './file-name.ts'

const timeline: Timeline = { play: { kind: 'scenario', name: 'close', part: 0 }, seed: 1, acts: [] }
const { data } = play(timeline)
const run = { ...data, packets: new Packets(data.packets) }

it('a saved file is called after the scenario and its seed, or after the capture', () => {
  expect(fileName(run, timeline, '')).toBe('close-seed-1')
  const changed = { ...timeline, seed: 7, acts: [{ kind: 'lose', packet: 1, at: 0 }] as const }
  expect(fileName(run, { ...changed, play: { kind: 'scenario', name: 'close', part: 1 } }, '')).toBe(
    'close-part-2-seed-7-changed',
  )
  expect(fileName(run, { ...timeline, play: { kind: 'sandbox', topology: { nodes: [], links: [] } } }, '')).toBe(
    'network-seed-1',
  )
  expect(fileName({ ...run, source: 'captured' }, null, 'lo.pcapng')).toBe('lo-part')
  expect(fileName({ ...run, source: 'live' }, null, '')).toBe('live')
})
