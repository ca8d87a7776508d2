import type { Run } from '../run/run.ts'
import type { Timeline } from '../run/timeline.ts'

/** What a saved file is called before its ending: 'handshake-seed-1', 'waiting-part-2-seed-1-changed', 'network-seed-1', 'lo-part'. */
export function fileName(run: Run, timeline: Timeline | null, capture: string): string {
  if (timeline === null) return run.source === 'live' ? 'live' : `${capture.replace(/\.\w+$/, '') || 'capture'}-part`
  const { play, seed, acts } = timeline
  const changed = acts.length > 0 ? '-changed' : ''
  if (play.kind === 'sandbox') return `network-seed-${seed}${changed}`
  return `${play.name}${play.part > 0 ? `-part-${play.part + 1}` : ''}-seed-${seed}${changed}`
}
