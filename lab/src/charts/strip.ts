import { RST } from 'estab/wire'
import { TimeScale } from '../ladder/time-scale.ts'
import { MARKS } from '../run/packets.ts'
import type { Run } from '../run/run.ts'

/** A tick of the strip: something that one looks for in a whole run. */
export interface Tick {
  readonly at: number
  readonly kind: 'state' | 'loss' | 'retransmission' | 'reset' | 'deed'
}

/** Most ticks of a run that are drawn; those of a kind that is everywhere say nothing. */
const MOST_TICKS = 2000

/** State changes, losses, retransmissions, resets and deeds of the user, in the order of time. */
export function ticksOf(run: Run): Tick[] {
  const ticks: Tick[] = run.moves.map(({ at }) => ({ at, kind: 'state' }))
  for (const { at } of run.deeds) ticks.push({ at, kind: 'deed' })
  const { packets } = run
  const marks = packets.column('marks')
  const flags = packets.column('flags')
  const sent = packets.column('sentAt')
  const lost = packets.column('lostAt')
  for (let i = 0; i < packets.count && ticks.length < MOST_TICKS; i += 1) {
    const of = marks[i] ?? 0
    const at = sent[i] ?? 0
    if (of & MARKS.lost) ticks.push({ at: lost[i] ?? at, kind: 'loss' })
    else if (of & MARKS.retransmission) ticks.push({ at, kind: 'retransmission' })
    else if ((flags[i] ?? 0) & RST) ticks.push({ at, kind: 'reset' })
  }
  return ticks.slice(0, MOST_TICKS).sort((a, b) => a.at - b.at)
}

/** A run in one line of a given width, its idle stretches folded. */
export class StripScale {
  private readonly scale: TimeScale
  private readonly end: number

  /** `moments` as for TimeScale. */
  constructor(moments: Float64Array, end: number) {
    // So dense that what happens within a burst is some pixels apart, while pauses fold.
    this.scale = new TimeScale(moments, typicalDensity(moments))
    this.end = end
  }

  /** From 0 at the beginning to 1 at the end. */
  share(time: number): number {
    return this.scale.height === 0 ? 0 : this.scale.place(time) / this.scale.height
  }

  /** The moment at a share. */
  time(share: number): number {
    return this.scale.height === 0 ? 0 : Math.min(this.end, this.scale.time(share * this.scale.height))
  }

  /** Folded stretches as shares. */
  get folds(): { readonly from: number; readonly to: number }[] {
    const { height, folds } = this.scale
    return folds.map(({ top, bottom }) => ({ from: top / height, to: bottom / height }))
  }
}

/** Pixels for a microsecond with which the middle one of all gaps takes 20 pixels. */
function typicalDensity(moments: Float64Array): number {
  const gaps = moments
    .slice(1)
    .map((at, i) => at - (moments[i] ?? 0))
    .sort()
  const middle = gaps[gaps.length >> 1] ?? 1
  return 20 / Math.max(1, middle)
}
