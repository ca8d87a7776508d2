import { Packets } from '../run/packets.ts'
import { play } from '../run/play.ts'
import type { Run } from '../run/run.ts'
import type { Act } from '../run/timeline.ts'

/** A scenario, played. */
export function played(name: string, part = 0, acts: readonly Act[] = []): Run {
  const { data } = play({ play: { kind: 'scenario', name, part }, seed: 1, acts })
  return { ...data, packets: new Packets(data.packets) }
}
