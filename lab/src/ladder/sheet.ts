import type { Shown } from '../app/shown.ts'
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
  /** In which column the bands of a connection are, by lane and connection. */
  readonly columns: readonly ReadonlyMap<number, number>[]
  /** Pixels. */
  readonly bandWidth: number
  readonly bars: readonly TimerBar[]
  /** Columns of timers beside each lane. */
  readonly barColumns: readonly number[]
  readonly width: number
  /** Room for the times at the left edge, pixels; NO_AXIS = they are not written. */
  readonly axis: number
  readonly language: 'en' | 'zh'
  readonly connection: number
  /** Packets that are not in the run it is compared with. */
  readonly differing: ReadonlySet<number>
}

export interface SheetOptions {
  readonly shown: Pick<Shown, 'run' | 'layout'>
  readonly scale: TimeScale
  readonly width: number
  readonly axis: number
  readonly language: 'en' | 'zh'
  readonly absolute: boolean
  readonly connection: number
  readonly differing: ReadonlySet<number>
}

const BAND_ALONE = 13
const BAND = 11

export function makeSheet({
  shown,
  scale,
  width,
  axis,
  language,
  absolute,
  connection,
  differing,
}: SheetOptions): Sheet {
  const { run, layout } = shown
  const bands = bandsOf(run, connection)
  const columns = columnsOf(bands, run.lanes.length)
  const bars = timerBars(run, connection)
  const bandWidth = Math.max(...columns, 0) > 1 ? BAND : BAND_ALONE
  const barCounts = barColumns(bars, run.lanes.length)
  const widths = columns.map((count, lane) => {
    return { half: Math.max((count * bandWidth) / 2, 1), single: count <= 1, bars: barCounts[lane] ?? 0 }
  })
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
    places: placeLanes(order, widths, width, axis),
    order,
    bands,
    columns: run.lanes.map((_, lane) => {
      return new Map(bands.filter((band) => band.lane === lane).map(({ connection, column }) => [connection, column]))
    }),
    bandWidth,
    bars,
    barColumns: barCounts,
    width,
    axis,
    language,
    connection,
    differing,
  }
}

/** Where an arrow begins and is to end, pixels from the left: at the bands of its connection. */
export function sidesOf(sheet: Sheet, { index, from, to }: Pick<Arrow, 'index' | 'from' | 'to'>): Sides {
  const { places, run } = sheet
  const [a, b] = [places[from], places[to]]
  if (a === undefined || b === undefined) return { x0: 0, x1: 0 }
  const way = b.x >= a.x ? 1 : -1
  const connection = run.packets.column('connection')[index] ?? -1
  return { x0: edge(sheet, a, connection, way), x1: edge(sheet, b, connection, way === 1 ? -1 : 1) }
}

interface Sides {
  readonly x0: number
  readonly x1: number
}

/** The right (1) or the left edge of what a connection has at a lane. */
function edge({ columns, bandWidth }: Sheet, { lane, x, half }: LanePlace, connection: number, side: 1 | -1): number {
  const column = columns[lane]?.get(connection)
  if (column === undefined) return x + side * (half + 1)
  return x - half + column * bandWidth + (side > 0 ? bandWidth + 1 : -1)
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
