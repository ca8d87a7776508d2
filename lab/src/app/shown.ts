import { type Layout, layoutOf } from '../ladder/layout.ts'
import { Packets } from '../run/packets.ts'
import type { RunData } from '../run/play.ts'
import type { Run } from '../run/run.ts'
import type { Act, Timeline } from '../run/timeline.ts'
import { momentsOf } from '../run/when.ts'

/** A run that is shown: with how to ask more about it, and what it was made of (null: a capture, a live host). */
export interface Shown {
  readonly id: number
  readonly run: Run
  readonly timeline: Timeline | null
  readonly moments: Float64Array
  /** How it is set on paper. */
  readonly layout: Layout
}

/** The last change of the play, as it is told to the user. */
export interface LastAct {
  readonly act: Act
  /** The play without it. */
  readonly before: Shown
  /** Earlier changes that do not happen any more. */
  readonly dropped: number
}

/** What came from the engine, made fit to be shown. */
export function shownOf(id: number, data: RunData, timeline: Timeline | null): Shown {
  const run: Run = { ...data, packets: new Packets(data.packets) }
  const moments = momentsOf(run)
  return { id, run, timeline, moments, layout: layoutOf(run, moments) }
}
