import { transfer } from 'comlink'
import { CaptureError } from 'estab/trace'
import {
  Capture,
  type CaptureProblem,
  type CaptureSummary,
  type CaptureView,
  type TellProgress,
} from '../files/capture.ts'
import { type PlayedScript, playScript } from '../files/play-script.ts'
import type { HostMoment } from '../run/moments.ts'
import { type Played, play, type RunData } from '../run/play.ts'
import type { Timeline } from '../run/timeline.ts'
import { type ScenarioText, scenarioTexts } from './scenario-text.ts'
import { hashOf } from './state-hash.ts'

/** All that is known of a run at one moment; `lanes` in their order, null where there is nothing to know. */
export interface Moment {
  readonly at: number
  readonly lanes: readonly (HostMoment | null)[]
  /** Of all this, 8 hexadecimal digits: the same for the same state. */
  readonly hash: string
}

export interface Opened {
  /** By which the run is asked about. */
  readonly id: number
  readonly data: RunData
}

/** What became of a capture: null where it was given up. */
export interface OpenedCapture {
  readonly summary: CaptureSummary
  /** What is shown first of it. */
  readonly view: CaptureView
}

/** Most runs that are kept for questions: the oldest go first. */
const MOST_RUNS = 8

/** Plays timelines and answers questions about them: lives in a thread of its own. */
export class Engine {
  private readonly runs = new Map<number, Played>()
  private last = 0
  private capture: Capture | null = null

  /** What is said of all scenarios. */
  scenarios(): ScenarioText[] {
    return scenarioTexts()
  }

  /** Throws what `play` throws. */
  play(timeline: Timeline): Opened {
    const played = play(timeline)
    this.last += 1
    this.runs.set(this.last, played)
    const oldest = this.runs.keys().next()
    if (this.runs.size > MOST_RUNS && !oldest.done) this.runs.delete(oldest.value)
    return transfer({ id: this.last, data: played.data }, buffersOf(played.data))
  }

  /** The settings with which a machine of a run was made, by their names; null where they are not known. */
  settings(id: number, lane: number): Readonly<Record<string, string>> | null {
    return this.runs.get(id)?.recorder.settingsOf(lane) ?? null
  }

  /** A run at a moment; null when it is not kept any more, or was not played. */
  moment(id: number, at: number): Moment | null {
    const played = this.runs.get(id)
    if (played === undefined) return null
    const lanes = played.data.lanes.map((_, lane) => played.recorder.momentsOf(lane)?.at(at) ?? null)
    return { at, lanes, hash: hashOf(lanes) }
  }

  /** Opens a capture file. What is wrong with it is given, not thrown. */
  async openCapture(file: File, tell: TellProgress): Promise<OpenedCapture | CaptureProblem | null> {
    try {
      const capture = await Capture.open(file, tell)
      const view = (await capture?.view(capture.first(), tell)) ?? null
      if (capture === null || view === null) return null
      this.capture = capture
      return transfer({ summary: capture.summary, view }, buffersOf(view.data))
    } catch (error) {
      return problemOf(error)
    }
  }

  /** Plays a script. */
  playScript(text: string): PlayedScript {
    const played = playScript(text)
    return transfer(played, buffersOf(played.data))
  }

  /** Shows connections of the open capture, by their rows. */
  async viewCapture(rows: readonly number[], tell: TellProgress): Promise<CaptureView | CaptureProblem | null> {
    try {
      const view = (await this.capture?.view(rows, tell)) ?? null
      return view === null ? null : transfer(view, buffersOf(view.data))
    } catch (error) {
      return problemOf(error)
    }
  }
}

function buffersOf({ packets, samples }: RunData): Transferable[] {
  const columns = [...Object.values(packets.columns), ...samples.flatMap((each) => Object.values(each.columns))]
  return [...columns.map((each) => each.buffer), packets.bytes.buffer]
}

function problemOf(error: unknown): CaptureProblem {
  if (error instanceof CaptureError) return { fault: error.fault, offset: error.offset, message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  return { fault: 'unreadable', offset: 0, message }
}
