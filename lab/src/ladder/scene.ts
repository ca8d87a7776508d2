import type { Run } from '../run/run.ts'
import type { Layout } from './layout.ts'
import { HUES, type Hue, hueOf } from './palette.ts'
import type { TimeScale } from './time-scale.ts'

/** What has become of a packet by the time that is shown. */
export type Fate = 'flying' | 'delivered' | 'lost'

/** A packet as it is to be drawn; pixels from the top of the paper. */
export interface Arrow {
  index: number
  from: number
  to: number
  /** Where its whole way begins and ends. */
  y0: number
  y1: number
  /** How far it has got, from 0 to 1. */
  reach: number
  fate: Fate
  hue: Hue
  /** Bytes of payload. */
  length: number
  marks: number
}

/** What part of the paper is looked at, and when. */
export interface View {
  /** Pixels from the top of the paper. */
  readonly top: number
  readonly height: number
  /** Nothing later is shown, microseconds. */
  readonly time: number
  /** This one alone; -1 = all. */
  readonly connection: number
}

/** Of a way on which nothing has arrived, microseconds. */
const GUESS = 10_000
/** A lost packet is seen to have left, and not to have arrived. */
const LOST_LEAST = 0.12
const LOST_MOST = 0.9
/** From so many on, those that would cover one another to the pixel are drawn once. */
const CROWD = 1200
const AROUND = 24

/** The packets that are to be seen in a view. It is made once and looks again and again. */
export class Scene {
  /** Only the first `count` are of the last look. */
  readonly arrows: Arrow[] = []
  count = 0
  private readonly run: Pick<Run, 'packets' | 'lanes'>
  private readonly layout: Layout
  private readonly longest: number
  private readonly covered: Int32Array

  constructor(run: Pick<Run, 'packets' | 'lanes'>, layout: Layout) {
    this.run = run
    this.layout = layout
    this.longest = Math.max(run.packets.longest, 2 * layout.hop, GUESS)
    this.covered = new Int32Array(2 * run.lanes.length ** 2 * HUES.length)
  }

  /** Fills `arrows`, in the order of sending. */
  look(scale: TimeScale, view: View): void {
    const { packets, lanes } = this.run
    const { longest } = this
    this.count = 0
    const bottom = view.top + view.height + AROUND
    const first = packets.firstFrom(scale.time(view.top - AROUND) - longest)
    const noted = packets.column('notedAt')
    const sentAt = packets.column('sentAt')
    const connections = packets.column('connection')
    const until = Math.min(view.time, scale.time(bottom))
    const end = packets.firstFrom(until + longest + 1)
    const crowd = end - first > CROWD
    if (crowd) this.covered.fill(-1)
    for (let i = first; i < end; i += 1) {
      if ((sentAt[i] ?? 0) > until || (noted[i] ?? 0) > until + longest) continue
      const connection = connections[i] ?? -1
      if (view.connection >= 0 && connection >= 0 && connection !== view.connection) continue
      const arrow = this.arrows[this.count] ?? this.more()
      if (!this.set(arrow, i, scale, view.time)) continue
      if (Math.min(arrow.y0, arrow.y1) > bottom || Math.max(arrow.y0, arrow.y1) < view.top - AROUND) continue
      if (crowd && arrow.marks === 0 && this.covers(arrow, lanes.length)) continue
      this.count += 1
    }
  }

  /** One packet, wherever it is; null if it was not sent by `time`, or goes between lanes that there are not. */
  one(index: number, scale: TimeScale, time: number): Arrow | null {
    const { packets } = this.run
    if (!(index >= 0 && index < packets.count) || (packets.column('sentAt')[index] ?? 0) > time) return null
    const arrow = emptyArrow()
    return this.set(arrow, index, scale, time) ? arrow : null
  }

  private more(): Arrow {
    const arrow = emptyArrow()
    this.arrows.push(arrow)
    return arrow
  }

  private set(arrow: Arrow, i: number, scale: TimeScale, time: number): boolean {
    const { run, layout } = this
    const { packets, lanes } = run
    const from = packets.column('from')[i] ?? -1
    const to = packets.column('to')[i] ?? -1
    if (!(from >= 0 && to >= 0 && from < lanes.length && to < lanes.length)) return false
    const sentAt = packets.column('sentAt')[i] ?? 0
    const arrivedAt = packets.column('arrivedAt')[i] ?? Number.NaN
    const lostAt = packets.column('lostAt')[i] ?? Number.NaN
    arrow.index = i
    arrow.from = from
    arrow.to = to
    arrow.marks = packets.column('marks')[i] ?? 0
    arrow.length = packets.column('length')[i] ?? 0
    arrow.hue = hueOf(packets.column('protocol')[i] ?? 0, packets.column('flags')[i] ?? 0, arrow.length)
    arrow.y0 = scale.line(sentAt, layout.sentSlot[i] ?? 0)
    const start = scale.below(sentAt)
    if (!Number.isNaN(arrivedAt)) {
      arrow.y1 = scale.line(arrivedAt, layout.arrivedSlot[i] ?? 0)
      arrow.fate = arrivedAt <= time ? 'delivered' : 'flying'
      arrow.reach = arrivedAt <= time ? 1 : part(scale.place(time) - start, scale.place(arrivedAt) - start)
      return true
    }
    const transit = this.transit(from, to, lostAt - sentAt)
    const fall = transit * scale.density
    // It would arrive on the line on which it left, below those that left with it.
    const end = start + arrow.y0 - scale.line(sentAt, 0)
    if (Number.isNaN(lostAt)) {
      arrow.y1 = end + fall
      arrow.fate = 'flying'
      arrow.reach = Math.min(part(scale.place(time) - start, fall), LOST_MOST)
      return true
    }
    const lostPart = Math.min(Math.max((lostAt - sentAt) / transit, LOST_LEAST), LOST_MOST)
    const way = Math.max(scale.place(lostAt) - start, 0) / lostPart
    const whole = way > 0 ? way : fall
    arrow.y1 = end + whole
    arrow.fate = lostAt <= time ? 'lost' : 'flying'
    arrow.reach = lostAt <= time ? lostPart : Math.min(part(scale.place(time) - start, whole), lostPart)
    return true
  }

  private transit(from: number, to: number, lostAfter: number): number {
    const { transits, hop } = this.layout
    const known = transits[from * this.run.lanes.length + to] ?? 0
    if (known > 0) return known
    return lostAfter > 0 ? 2 * lostAfter : hop > 0 ? hop : GUESS
  }

  private covers({ from, to, hue, y0, y1 }: Arrow, lanes: number): boolean {
    const { covered } = this
    const at = 2 * ((from * lanes + to) * HUES.length + HUES.indexOf(hue))
    const [start, end] = [Math.round(y0), Math.round(y1)]
    if (covered[at] === start && covered[at + 1] === end) return true
    covered[at] = start
    covered[at + 1] = end
    return false
  }
}

function part(gone: number, whole: number): number {
  return whole > 0 ? Math.min(Math.max(gone / whole, 0), 1) : 0
}

function emptyArrow(): Arrow {
  return { index: 0, from: 0, to: 0, y0: 0, y1: 0, reach: 0, fate: 'flying', hue: 'ack', length: 0, marks: 0 }
}
