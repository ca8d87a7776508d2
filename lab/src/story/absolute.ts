import type { Timeline } from '../run/timeline.ts'

/** Scenarios that speak of sequence numbers as they are in the headers. */
const ABSOLUTE: ReadonlySet<string> = new Set(['handshake', 'late-syn', 'initial-number', 'wrap', 'acknowledgment'])

/** Whether a timeline is to be read with the numbers of the headers at first. */
export function isAbsolute(timeline: Timeline | null): boolean {
  return timeline?.play.kind === 'scenario' && ABSOLUTE.has(timeline.play.name)
}
