import { proxy, type Remote } from 'comlink'
import type { Page } from '../app/page.ts'
import type { Engine } from '../engine/engine.ts'
import type { CaptureProblem, CaptureSummary, CaptureView } from './capture.ts'

/** A file that is being read, and how far, bytes. */
export interface Reading {
  readonly name: string
  readonly done: number
  readonly total: number
}

/** The capture file that is open, and the one that is being opened. */
export class Captures {
  summary = $state.raw<CaptureSummary | null>(null)
  /** The script that was opened instead, and what did not hold of it; null = none. */
  script = $state.raw<{ readonly name: string; readonly trouble: string } | null>(null)
  /** Rows that are in the run, and which of its connections each is. */
  shown = $state.raw<ReadonlyMap<number, number>>(new Map())
  /** Packets of them that are not in the run. */
  leftOut = $state(0)
  /** Null = nothing is being read. */
  reading = $state.raw<Reading | null>(null)
  /** Why the last file could not be opened; null = it could. */
  failure = $state.raw<(CaptureProblem & { readonly name: string }) | null>(null)
  private readonly engine: Remote<Engine>
  private readonly lab: Page
  /** Counts what was asked for: only the latest is shown. */
  private asked = 0

  constructor(engine: Remote<Engine>, lab: Page) {
    this.engine = engine
    this.lab = lab
  }

  /** Opens a file and shows it; true = it is there. */
  async open(file: File): Promise<boolean> {
    this.failure = null
    if (file.name.endsWith('.estab')) return this.openScript(file)
    const opened = await this.ask(file.name, file.size, async (tell) => this.engine.openCapture(file, tell))
    if (opened === null) return false
    if ('fault' in opened) {
      this.failure = { ...opened, name: file.name }
      return false
    }
    this.summary = opened.summary
    this.script = null
    this.show(opened.view)
    // Of many, one is shown alone.
    const [only, ...others] = this.shown.values()
    if (opened.summary.rows.length > this.shown.size && others.length === 0) this.lab.connection = only ?? -1
    return true
  }

  /** What the file that is open is called. */
  get name(): string {
    return this.script?.name ?? this.summary?.name ?? ''
  }

  /** Plays a script and shows what its host has seen; true = it could be played, as far as it goes. */
  private async openScript(file: File): Promise<boolean> {
    const played = await this.ask(file.name, file.size, async () => this.engine.playScript(await file.text()))
    if (played === null) return false
    const { data, trouble } = played
    if (data.packets.count === 0) {
      this.failure = { fault: 'script', offset: 0, message: trouble, name: file.name }
      return false
    }
    this.script = { name: file.name, trouble }
    this.summary = null
    this.shown = new Map()
    this.lab.showOther(data)
    return true
  }

  /** Shows one connection, by its row. */
  async choose(row: number): Promise<void> {
    const { summary } = this
    if (summary === null) return
    if (!this.shown.has(row)) {
      const view = await this.ask(summary.name, summary.size, async (tell) => this.engine.viewCapture([row], tell))
      if (view === null) return
      if ('fault' in view) {
        this.failure = { ...view, name: summary.name }
        this.lab.panel = 'open'
        return
      }
      this.show(view)
    }
    this.lab.connection = this.shown.get(row) ?? -1
  }

  /** Stops reading. */
  giveUp(): void {
    this.asked += 1
    this.reading = null
  }

  private show({ data, shown, leftOut }: CaptureView): void {
    this.shown = new Map(shown)
    this.leftOut = leftOut
    this.lab.showOther(data)
  }

  /** Null when something else was asked for meanwhile. */
  private async ask<T>(
    name: string,
    total: number,
    question: (tell: (done: number) => boolean) => Promise<T>,
  ): Promise<T | null> {
    this.asked += 1
    const { asked } = this
    this.reading = { name, done: 0, total }
    const tell = (done: number) => {
      if (asked !== this.asked) return false
      this.reading = { name, done, total }
      return true
    }
    const answer = await question(proxy(tell))
    if (asked !== this.asked) return null
    this.reading = null
    return answer
  }
}
