import { transfer } from 'comlink'
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

/** Most runs that are kept for questions: the oldest go first. */
const MOST_RUNS = 8

/** Plays timelines and answers questions about them: lives in a thread of its own. */
export class Engine {
  private readonly runs = new Map<number, Played>()
  private last = 0

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
    const { columns, bytes } = played.data.packets
    return transfer({ id: this.last, data: played.data }, [
      ...Object.values(columns).map((each) => each.buffer),
      bytes.buffer,
    ])
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
}
