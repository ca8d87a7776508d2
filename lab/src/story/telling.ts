import type { Bilingual, Check, Remark } from 'estab/scenario'

/** Something that is said of a moment. */
interface Line {
  /** 'remark': what is done; 'claim': what can be seen and was checked. */
  readonly kind: 'remark' | 'claim'
  readonly text: Bilingual
  /** A claim: whether it holds in this timeline. */
  readonly holds: boolean
}

/** All that is said of one moment. */
export interface Passage {
  /** Microseconds of the run. */
  readonly at: number
  readonly lines: readonly Line[]
}

/** The story of a run in the order of time: at one moment remarks come before claims. */
export function tell(remarks: readonly Remark[], checks: readonly Check[]): Passage[] {
  const byTime = new Map<number, Line[]>()
  const add = (at: number, line: Line) => {
    const lines = byTime.get(at)
    if (lines === undefined) byTime.set(at, [line])
    else lines.push(line)
  }
  for (const { at, text } of remarks) add(at, { kind: 'remark', text, holds: true })
  for (const { at, claim, holds } of checks) add(at, { kind: 'claim', text: claim, holds })
  return [...byTime].sort(([a], [b]) => a - b).map(([at, lines]) => ({ at, lines }))
}

/** Index of the passage that is told at `time`: the last one that is not later; -1 before all. */
export function currentPassage(passages: readonly Passage[], time: number): number {
  return passages.findLastIndex(({ at }) => at <= time)
}
