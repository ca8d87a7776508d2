import type { RunData } from '../run/play.ts'
import type { Run } from '../run/run.ts'
import type { Panel } from './selection.ts'

/** What those who bring runs from elsewhere - files, live hosts - may do with the page. */
export interface Page {
  readonly run: Run | null
  /** The connection that is shown alone; -1 = all. */
  connection: number
  panel: Panel
  /** Shows a run that was not played. */
  showOther(data: RunData): void
  /** The run of a live host has gone on, and forgotten so many of its first packets. */
  grow(data: RunData, forgotten: number): void
  seek(time: number): void
}
