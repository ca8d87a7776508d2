import type { Remote } from 'comlink'
import { getContext, setContext } from 'svelte'
import type { Engine, Moment } from '../engine/engine.ts'
import type { ScenarioText } from '../engine/scenario-text.ts'
import { Captures } from '../files/captures.svelte.ts'
import { scaleOf } from '../ladder/layout.ts'
import { TimeScale } from '../ladder/time-scale.ts'
import { Live } from '../live/live.svelte.ts'
import { type Breakpoint, breakAt, firstBreak } from '../run/breakpoint.ts'
import type { RunData } from '../run/play.ts'
import type { Run } from '../run/run.ts'
import type { Act, ForgedSegment, Timeline } from '../run/timeline.ts'
import { nextMoment, previousMoment } from '../run/when.ts'
import { withAct } from '../run/with-act.ts'
import { isAbsolute } from '../story/absolute.ts'
import type { Page } from './page.ts'
import { type MenuFor, NOTHING, type Panel, type Selection } from './selection.ts'
import { type LastAct, type Shown, shownOf } from './shown.ts'

export type Language = 'en' | 'zh'

/** Pixels a second on paper at speed 1. */
const PACE = 90
const ZOOM_LEAST = 1e-7
const ZOOM_MOST = 1e4

const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most)

/** What the page shows, and what can be done with it. Components read its fields and call its methods. */
export class Lab implements Page {
  language = $state<Language>('en')
  /** Whether paper is dark now, by the user's choice or the system's. */
  dark = $state(false)
  /** Whether the charts are unfolded. */
  charts = $state(false)
  /** What is said of all scenarios; empty until the engine has told. */
  scenarios = $state.raw<readonly ScenarioText[]>([])
  panel = $state<Panel>('none')
  /** The run in the middle; null while the first is being played. */
  shown = $state.raw<Shown | null>(null)
  /** The one it is compared with, on its left. */
  beside = $state.raw<Shown | null>(null)
  /** Microseconds of the run. */
  time = $state(0)
  playing = $state(false)
  speed = $state(1)
  zoom = $state(1)
  selection = $state.raw<Selection>(NOTHING)
  /** The connection that is shown alone; -1 = all. */
  connection = $state(-1)
  absolute = $state(false)
  /** What stands in the left column; and whether the state diagram takes the ladder's room, too. */
  view = $state<'story' | 'states'>('story')
  wide = $state(false)
  breakpoints = $state.raw<readonly Breakpoint[]>([])
  /** The one at which playing has stopped; null = it has not. */
  stopped = $state.raw<Breakpoint | null>(null)
  /** All that is known at `time`; null where only the wire is known. */
  moment = $state.raw<Moment | null>(null)
  /** What a menu is asked for, and where on the page, pixels; null = nothing. */
  menuFor = $state.raw<MenuFor | null>(null)
  /** The next change keeps the future without it beside. */
  forkNext = $state(false)
  /** Null = none was made, or it was dismissed. */
  lastAct = $state.raw<LastAct | null>(null)
  /** What the form for a forged segment begins with; null = it is closed. */
  forging = $state.raw<Partial<ForgedSegment> | null>(null)
  /** What went wrong last, for the user; '' = nothing. */
  trouble = $state('')
  /** Timelines left by a change, to which `undo` leads back, and those that were undone. */
  private past = $state.raw<readonly Timeline[]>([])
  private future = $state.raw<readonly Timeline[]>([])
  /** The capture file that is open. */
  readonly captures: Captures
  /** The running host that is followed. */
  readonly live: Live
  private readonly engine: Remote<Engine>
  private asked = 0
  /** The change that is being made: the next one waits for it. */
  private changing: Promise<void> = Promise.resolve()

  readonly scale = $derived(
    this.shown === null ? new TimeScale([0], 1) : scaleOf(this.shown.layout, this.beside?.layout ?? null, this.zoom),
  )

  constructor(engine: Remote<Engine>) {
    this.engine = engine
    this.captures = new Captures(engine, this)
    this.live = new Live(this)
    void engine.scenarios().then((scenarios) => {
      this.scenarios = scenarios
    })
  }

  get run(): Run | null {
    return this.shown?.run ?? null
  }

  get timeline(): Timeline | null {
    return this.shown?.timeline ?? null
  }

  get canUndo(): boolean {
    return this.past.length > 0
  }

  get canRedo(): boolean {
    return this.future.length > 0
  }

  /** Plays another timeline from its beginning; what was shown before is forgotten. */
  async open(timeline: Timeline, at = 0): Promise<void> {
    const shown = await this.play(timeline)
    if (shown === null) return
    this.past = []
    this.future = []
    this.beside = null
    this.lastAct = null
    this.show(shown, at)
  }

  /** Shows a run that was not played: a capture, a live host. */
  showOther(data: RunData): void {
    this.past = []
    this.future = []
    this.beside = null
    this.lastAct = null
    const shown = shownOf(-1, data, null)
    this.show(shown, shown.run.end)
  }

  /** The run of a live host has gone on, and forgotten so many of its first packets; shows the newest to who looked at it. */
  grow(data: RunData, forgotten: number): void {
    const { run, selection } = this
    if (run?.source !== 'live') return
    const newest = this.time >= run.end
    const chosen = run.connections[this.connection]
    const shown = shownOf(-1, data, null)
    if (forgotten > 0) {
      if (selection.kind === 'packet')
        this.selection = selection.index < forgotten ? NOTHING : { ...selection, index: selection.index - forgotten }
      const same = shown.run.connections.filter(({ endpoints }) => String(endpoints) === String(chosen?.endpoints))
      this.connection = same.at(-1)?.id ?? -1
    }
    this.shown = shown
    this.seek(newest ? shown.run.end : this.time)
  }

  /** Does something to the play, now; what has happened until now stays. `compare`: the future without it is kept beside. */
  act(act: Act, compare = this.forkNext): Promise<void> {
    return this.inTurn(async () => {
      const before = this.shown
      if (before === null || before.timeline === null) return
      const { acts } = before.timeline
      const kept = withAct(acts, act, before.run, this.time)
      if (!(await this.change({ ...before.timeline, acts: kept }))) return
      if (compare) this.beside = before
      this.forkNext = false
      this.lastAct = { act, before, dropped: acts.length + 1 - kept.length }
    })
  }

  /** The future without the last change is shown beside. */
  keepBoth(): void {
    this.beside = this.lastAct?.before ?? this.beside
  }

  /** Nothing more is said of the last change. */
  dismiss(): void {
    this.lastAct = null
  }

  /** Takes back the n-th thing that was done, from 0, and nothing else. */
  removeAct(n: number): Promise<void> {
    return this.replay(({ acts, ...rest }) => ({ ...rest, acts: acts.filter((_, i) => i !== n) }))
  }

  /** Takes back all that was done. */
  reset(): Promise<void> {
    return this.replay((timeline) => ({ ...timeline, acts: [] }))
  }

  /** Plays something else in the place of what is shown; `undo` leads back. */
  replay(changed: (timeline: Timeline) => Timeline): Promise<void> {
    return this.inTurn(async () => {
      const { timeline } = this
      if (timeline === null) return
      this.lastAct = null
      await this.change(changed(timeline))
    })
  }

  undo(): Promise<void> {
    return this.inTurn(async () => {
      const before = this.past.at(-1)
      const { timeline } = this
      if (before === undefined || timeline === null) return
      const shown = await this.play(before)
      if (shown === null) return
      this.past = this.past.slice(0, -1)
      this.future = [...this.future, timeline]
      this.lastAct = null
      if (this.beside?.timeline === before) this.beside = null
      this.show(shown, this.time)
    })
  }

  redo(): Promise<void> {
    return this.inTurn(async () => {
      const again = this.future.at(-1)
      const { timeline } = this
      if (again === undefined || timeline === null) return
      const shown = await this.play(again)
      if (shown === null) return
      this.future = this.future.slice(0, -1)
      this.past = [...this.past, timeline]
      this.show(shown, this.time)
    })
  }

  /** Goes on with the future that stood beside, and puts the other one there. */
  swap(): Promise<void> {
    return this.inTurn(async () => {
      const { shown, beside } = this
      const other = beside?.timeline
      if (shown === null || other === null || other === undefined) return
      if (!(await this.change(other))) return
      this.lastAct = null
      this.beside = shown
    })
  }

  /** Goes to a moment of the run. */
  seek(time: number): void {
    this.time = clamp(Math.round(time), 0, this.run?.end ?? 0)
    this.stopped = null
    void this.ask()
  }

  step(by: 1 | -1): void {
    const moments = this.shown?.moments
    if (moments === undefined) return
    this.playing = false
    this.seek(by > 0 ? nextMoment(moments, this.time) : previousMoment(moments, this.time))
  }

  /** To the next or the last change of a state; to the end or the beginning where there is none. */
  stepState(by: 1 | -1): void {
    const { run } = this
    if (run === null) return
    this.playing = false
    const times = Float64Array.from([0, ...run.moves.map(({ at }) => at), run.end]).sort()
    this.seek(by > 0 ? nextMoment(times, this.time) : previousMoment(times, this.time))
  }

  toggle(): void {
    if (this.run === null) return
    if (!this.playing && this.time >= this.run.end) this.seek(0)
    this.playing = !this.playing
    this.stopped = null
  }

  /** So many milliseconds have passed for the user: moves on if playing. */
  pass(milliseconds: number): void {
    const { run } = this
    if (!this.playing || run === null) return
    const place = this.scale.place(this.time) + (milliseconds / 1000) * PACE * this.speed
    const goal = place >= this.scale.height ? run.end : Math.max(this.time + 1, this.scale.time(place))
    const stop = firstBreak(run, this.breakpoints, this.time, goal)
    this.seek(Math.min(goal, stop))
    if (stop <= goal) this.stopped = breakAt(run, this.breakpoints, stop)
    if (stop <= goal || this.time >= run.end) this.playing = false
  }

  zoomBy(factor: number): void {
    this.zoom = clamp(this.zoom * factor, ZOOM_LEAST, ZOOM_MOST)
  }

  toggleView(): void {
    this.view = this.view === 'story' ? 'states' : 'story'
    this.wide = false
  }

  select(selection: Selection): void {
    this.selection = selection
  }

  /** The settings with which a machine was made, by their names; null where they are not known. */
  async settings(lane: number): Promise<Readonly<Record<string, string>> | null> {
    return this.shown === null || this.shown.id < 0 ? null : this.engine.settings(this.shown.id, lane)
  }

  private inTurn(change: () => Promise<void>): Promise<void> {
    this.changing = this.changing.then(change, change)
    return this.changing
  }

  /** Whether it could be played. */
  private async change(timeline: Timeline): Promise<boolean> {
    const before = this.timeline
    const shown = await this.play(timeline)
    if (shown === null) return false
    if (before !== null) this.past = [...this.past, before]
    this.future = []
    this.show(shown, this.time)
    return true
  }

  private show(shown: Shown, time: number): void {
    const same = this.shown?.timeline?.play
    const kept = same !== undefined && same === shown.timeline?.play
    if (!kept) {
      this.selection = NOTHING
      this.connection = -1
      this.playing = false
      this.zoom = 1
      this.absolute = isAbsolute(shown.timeline)
      this.forkNext = false
      this.stopped = null
    }
    this.shown = shown
    this.seek(time)
  }

  /** Null when it cannot be played; `trouble` says why. */
  private async play(timeline: Timeline): Promise<Shown | null> {
    try {
      const { id, data } = await this.engine.play(timeline)
      this.trouble = ''
      return shownOf(id, data, timeline)
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : String(error)
      return null
    }
  }

  /** Asks what is known at `time`; only the newest answer counts. */
  private async ask(): Promise<void> {
    this.asked += 1
    const { asked, shown, time } = this
    if (shown?.run.source === 'live') {
      this.moment = this.live.momentAt(time)
      return
    }
    const moment = shown === null || shown.id < 0 ? null : await this.engine.moment(shown.id, time)
    if (asked === this.asked) this.moment = moment
  }
}

const KEY = Symbol('lab')

export function provideLab(lab: Lab): Lab {
  return setContext(KEY, lab)
}

/** The lab of this page. */
export function useLab(): Lab {
  return getContext<Lab>(KEY)
}
