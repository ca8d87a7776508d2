import { describe, expect, it } from 'vitest'
import { Packets } from '../run/packets.ts'
import { play } from '../run/play.ts'
import type { Act } from '../run/timeline.ts'
import { directionsOf, plotsOf } from './series.ts'

const BYTES = 400_000

function transfer(loss: number) {
  const acts: Act[] = [
    { kind: 'listen', at: 0, host: 'right', port: 9, service: 'discard' },
    { kind: 'connect', at: 0, host: 'left', to: 'right', port: 9 },
  ]
  const play1 = (more: Act[]) =>
    play({
      play: {
        kind: 'sandbox',
        topology: {
          nodes: ['left', 'right'].map((name, x) => ({ name, kind: 'host' as const, x, y: 0, sysctl: {} })),
          links: [
            {
              left: 'left',
              right: 'right',
              delay: 10_000,
              rate: 10_000_000,
              loss,
              duplicate: 0,
              reorder: 0,
              corrupt: 0,
              mtu: 1500,
            },
          ],
        },
      },
      seed: 1,
      acts: [...acts, ...more],
    }).data
  const port = Number(play1([]).connections[0]?.endpoints[0].split(':').at(-1))
  const data = play1([{ kind: 'write', at: 100_000, host: 'left', port, peerPort: 9, bytes: BYTES }])
  return { ...data, packets: new Packets(data.packets) }
}

describe('the charts of a transfer', () => {
  it('are of the direction in which the data goes', () => {
    expect(directionsOf(transfer(0))).toEqual([{ connection: 0, end: 0 }])
  })

  it('end where all bytes are acknowledged, and never run beyond the edge of the window', () => {
    const plots = plotsOf(transfer(0), { connection: 0, end: 0 })
    const [sent = [], again = [], acknowledged = [], edge = []] = plots?.sequence.lines ?? []
    const last = (line: readonly (number | null)[]) => line.findLast((value) => value !== null)
    expect(last(sent)).toBe(BYTES)
    expect(last(acknowledged)).toBe(BYTES)
    expect(again.every((value) => value === null)).toBe(true)
    let window = 0
    for (const [i, value] of edge.entries()) {
      window = Math.max(window, value ?? 0)
      expect(sent[i] ?? 0).toBeLessThanOrEqual(window)
    }
  })

  it('the areas of all bins are the bytes', () => {
    const { x, lines } = plotsOf(transfer(0), { connection: 0, end: 0 })?.throughput ?? { x: [], lines: [] }
    const width = (x[1] ?? 0) - (x[0] ?? 0)
    const area = (lines[0] ?? []).reduce<number>((sum, rate) => sum + (rate ?? 0) * width, 0)
    expect(Math.abs(area - BYTES)).toBeLessThan(10)
  })

  it('what was sent again stands on its own, and the threshold appears with the first loss', () => {
    const plots = plotsOf(transfer(0.03), { connection: 0, end: 0 })
    expect(plots?.sequence.lines[1]?.some((value) => value !== null)).toBe(true)
    expect(plots?.windows.lines[2]?.[0]).toBeNull()
    expect(plots?.windows.lines[2]?.at(-1)).toBeGreaterThan(0)
    expect(plots?.rtt.lines[0]?.at(-1)).toBeGreaterThan(0.02)
  })

  it('are none where no data was sent', () => {
    const { data } = play({ play: { kind: 'scenario', name: 'handshake', part: 0 }, seed: 1, acts: [] })
    const run = { ...data, packets: new Packets(data.packets) }
    expect(directionsOf(run)).toEqual([])
    expect(plotsOf(run, { connection: 0, end: 0 })).toBeNull()
  })
})
