import type { Shown } from '../app/lab.svelte.ts'
import type { Run } from '../run/run.ts'
import { type Band, bandsOf, columnsOf } from './bands.ts'
import { Labels, labelOf } from './label.ts'
import { type LanePlace, laneOrder, placeLanes } from './lanes.ts'
import type { Layout } from './layout.ts'
import { type Arrow, Scene } from './scene.ts'
import type { TimeScale } from './time-scale.ts'
import { barColumns, type TimerBar, timerBars } from './timer-columns.ts'

/** All of a ladder that stays the same while it is scrolled and time passes. */
export interface Sheet {
  readonly run: Run
  readonly layout: Layout
  readonly scale: TimeScale
  readonly scene: Scene
  readonly labels: Labels
  /** By lane, and the lanes from left to right. */
  readonly places: readonly LanePlace[]
  readonly order: readonly number[]
  readonly bands: readonly Band[]
  /** Pixels. */
  readonly bandWidth: number
  readonly bars: readonly TimerBar[]
  /** Columns of timers beside each lane. */
  readonly barColumns: readonly number[]
  readonly width: number
  readonly language: 'en' | 'zh'
  readonly connection: number
  /** Packets that are not in the run it is compared with. */
  readonly differing: ReadonlySet<number>
}

export interface SheetOptions {
  readonly shown: Pick<Shown, 'run' | 'layout'>
  readonly scale: TimeScale
  readonly width: number
  readonly language: 'en' | 'zh'
  readonly absolute: boolean
  readonly connection: number
  readonly differing: ReadonlySet<number>
}

const BAND_ALONE = 13
const BAND = 11

export function makeSheet({ shown, scale, width, language, absolute, connection, differing }: SheetOptions): Sheet {
  const { run, layout } = shown
  const bands = bandsOf(run, connection)
  const columns = columnsOf(bands, run.lanes.length)
  const bars = timerBars(run, connection)
  const bandWidth = Math.max(...columns, 0) > 1 ? BAND : BAND_ALONE
  const halves = columns.map((count) => Math.max((count * bandWidth) / 2, 1))
  const order = laneOrder(run)
  return {
    run,
    layout,
    scale,
    scene: new Scene(run, layout),
    labels: new Labels((index) => {
      const packet = run.packets.at(index)
      return labelOf(packet, run.connections[packet.connection], absolute, language)
    }),
    places: placeLanes(order, halves, width),
    order,
    bands,
    bandWidth,
    bars,
    barColumns: barColumns(bars, run.lanes.length),
    width,
    language,
    connection,
    differing,
  }
}

/** Where an arrow begins and is to end, pixels from the left. */
export function sidesOf({ places }: Sheet, { from, to }: Pick<Arrow, 'from' | 'to'>): { x0: number; x1: number } {
  const [a, b] = [places[from], places[to]]
  if (a === undefined || b === undefined) return { x0: 0, x1: 0 }
  const way = b.x >= a.x ? 1 : -1
  return { x0: a.x + way * (a.half + 1), x1: b.x - way * (b.half + 1) }
}

/** What is looked at, and what is pointed out in it. */
export interface Look {
  /** Pixels from the top of the paper to that of the view. */
  readonly top: number
  readonly height: number
  /** Now, microseconds. */
  readonly time: number
  /** What the view holds, from its top to its bottom, microseconds. */
  readonly since: number
  readonly until: number
  /** A packet; -1 = none. */
  readonly selected: number
  readonly hovered: number
  readonly drag: Drag | null
}

/** A packet that is being dragged: what comes of it if it is let go now. */
export interface Drag {
  readonly index: number
  readonly becomes: 'nothing' | 'lost' | 'later'
  /** Where the pointer is, and by how much it was moved down, pixels. */
  readonly x: number
  readonly y: number
  readonly down: number
  readonly text: string
}
