import type { Packets } from '../run/packets.ts'
import type { Run } from '../run/run.ts'
import { type Rooms, TimeScale } from './time-scale.ts'

/** How a run is set on paper, whatever the zoom. */
export interface Layout extends Rooms {
  /** On which line of its moment each packet begins and ends. */
  readonly sentSlot: Uint16Array
  readonly arrivedSlot: Uint16Array
  /** What a packet takes on its way as a rule, microseconds; 0 = nothing was seen to arrive later than it was sent. */
  readonly hop: number
  /** The same for each way, by its lanes: `from * lanes + to`; 0 = not known. */
  readonly transits: Float64Array
  /** Pixels for a microsecond at zoom 1: labels can be read. */
  readonly density: number
}

/** Lines of arrows that begin at one moment are so far apart, if the zoom allows, pixels. */
const STEP = 19
/** Two segments sent one after the other are to be so far apart, pixels. */
const APART = 21
/** A packet is to fall by so much on its way, pixels. */
const SLOPE_LEAST = 70
const SLOPE_MOST = 160
/** Where only one end was watched every arrow is level: a gap as long as few are takes so many pixels. */
const RARE = 60
/** Of a run in which nothing follows on anything, microseconds. */
const UNKNOWN = 10_000
/** A gap that is so many times as long as a packet's way is idle. */
const IDLE = 3
/** Packets that are looked at for what is usual. */
const SAMPLE = 4000
/** Letters to a line of a remark, and its height. */
const LETTERS = { en: 62, zh: 33 }
const LINE = 17
const NOTE_AROUND = 12

export function layoutOf(run: Run, moments: Float64Array): Layout {
  const { packets } = run
  const hop = hopOf(packets)
  const slots = new Uint16Array(moments.length)
  const { sentSlot, arrivedSlot } = slotsOf(run)
  const need = (time: number, slot: number) => {
    if (slot === 0) return
    const i = indexOf(moments, time)
    if (i >= 0) slots[i] = Math.max(slots[i] ?? 0, slot)
  }
  const sentAt = packets.column('sentAt')
  const arrivedAt = packets.column('arrivedAt')
  for (let i = 0; i < packets.count; i += 1) {
    // Level arrows would lie on one another where they follow closely.
    need(sentAt[i] ?? 0, (sentSlot[i] ?? 0) + (hop === 0 ? 1 : 0))
    need(arrivedAt[i] ?? 0, arrivedSlot[i] ?? 0)
  }
  return {
    moments,
    notes: notesOf(run, moments),
    slots,
    sentSlot,
    arrivedSlot,
    hop,
    transits: transitsOf(run),
    density: densityOf(packets, hop),
  }
}

/** The scale of one run, or of two that are laid side by side. */
export function scaleOf(layout: Layout, beside: Layout | null, zoom: number): TimeScale {
  const rooms = beside === null ? layout : mergeRooms(layout, beside)
  return new TimeScale(rooms, layout.density * zoom, IDLE * layout.hop, STEP * Math.min(1, zoom))
}

/** How many lines a remark takes in the language in which it takes more. */
export function noteLines(text: { readonly en: string; readonly zh: string }): number {
  let zh = 0
  for (const letter of text.zh) zh += letter > '\u2e80' ? 1 : 0.55
  return Math.max(Math.ceil(text.en.length / LETTERS.en), Math.ceil(zh / LETTERS.zh), 1)
}

export const NOTE = { line: LINE, around: NOTE_AROUND } as const

/** What is said to the whole page at its moment: remarks, and deeds that concern no machine. */
function notesOf(run: Run, moments: Float64Array): Float32Array {
  const notes = new Float32Array(moments.length)
  const say = (at: number, text: { readonly en: string; readonly zh: string }) => {
    const i = indexOf(moments, at)
    if (i >= 0) notes[i] = (notes[i] ?? 0) + noteLines(text) * LINE + NOTE_AROUND
  }
  for (const { at, text } of run.remarks) say(at, text)
  for (const { at, lane, text } of run.deeds) if (lane < 0) say(at, text)
  return notes
}

/** Median of what packets take. */
function hopOf(packets: Packets): number {
  const sentAt = packets.column('sentAt')
  const arrivedAt = packets.column('arrivedAt')
  const times: number[] = []
  for (let i = 0; i < Math.min(packets.count, SAMPLE); i += 1) {
    const time = (arrivedAt[i] ?? 0) - (sentAt[i] ?? 0)
    if (time > 0) times.push(time)
  }
  times.sort((a, b) => a - b)
  return times[times.length >> 1] ?? 0
}

/** The least that a packet took on each way: others may have been held up. */
function transitsOf({ packets, lanes }: Run): Float64Array {
  const transits = new Float64Array(lanes.length ** 2)
  const [sentAt, arrivedAt, from, to] = (['sentAt', 'arrivedAt', 'from', 'to'] as const).map((name) =>
    packets.column(name),
  )
  for (let i = 0; i < packets.count; i += 1) {
    const way = (from?.[i] ?? 0) * lanes.length + (to?.[i] ?? 0)
    const time = (arrivedAt?.[i] ?? 0) - (sentAt?.[i] ?? 0)
    const before = transits[way] ?? 0
    if (time > 0 && (before === 0 || time < before)) transits[way] = time
  }
  return transits
}

/** Such that segments of one sender stand apart, and slopes are neither flat nor steep. */
function densityOf(packets: Packets, hop: number): number {
  const sentAt = packets.column('sentAt')
  const from = packets.column('from')
  const before = new Map<number, number>()
  const gaps: number[] = []
  for (let i = 0; i < Math.min(packets.count, SAMPLE); i += 1) {
    const lane = from[i] ?? 0
    const at = sentAt[i] ?? 0
    const gap = at - (before.get(lane) ?? at)
    if (gap > 0) gaps.push(gap)
    before.set(lane, at)
  }
  gaps.sort((a, b) => a - b)
  if (hop === 0) return RARE / (gaps[Math.floor(0.9 * gaps.length)] ?? UNKNOWN)
  const gap = gaps[gaps.length >> 2] ?? Number.POSITIVE_INFINITY
  return Math.min(Math.max(APART / gap, SLOPE_LEAST / hop), SLOPE_MOST / hop)
}

/**
 * What is sent from one machine at one moment, and what arrives at one, each goes to a line of its own; an answer not
 * above what it answers.
 */
function slotsOf({ packets, lanes }: Run) {
  const sentSlot = new Uint16Array(packets.count)
  const arrivedSlot = new Uint16Array(packets.count)
  const [sentAt, arrivedAt, from, to] = (['sentAt', 'arrivedAt', 'from', 'to'] as const).map((name) =>
    packets.column(name),
  )
  const answers = packets.column('answers')
  const fresh = () => lanes.map(() => ({ at: -1, next: 0 }))
  const sent = fresh()
  const arrived = fresh()
  const take = (last: { at: number; next: number } | undefined, at: number, least: number) => {
    if (last === undefined || !(at >= last.at)) return 0
    const slot = last.at === at ? Math.max(last.next, least) : least
    last.at = at
    last.next = slot + 1
    return slot
  }
  for (let i = 0; i < packets.count; i += 1) {
    const at = sentAt?.[i] ?? 0
    const cause = answers[i] ?? -1
    const least = cause >= 0 && arrivedAt?.[cause] === at ? (arrivedSlot[cause] ?? 0) : 0
    sentSlot[i] = take(sent[from?.[i] ?? -1], at, least)
    arrivedSlot[i] = take(arrived[to?.[i] ?? -1], arrivedAt?.[i] ?? Number.NaN, 0)
  }
  return { sentSlot, arrivedSlot }
}

/** Index of a moment among all; -1 = it is none. */
function indexOf(moments: Float64Array, time: number): number {
  let low = 0
  let high = moments.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((moments[middle] ?? 0) < time) low = middle + 1
    else high = middle
  }
  return moments[low] === time ? low : -1
}

/** Of two runs: each moment of either, with the room that it needs in both. */
export function mergeRooms(a: Rooms, b: Rooms): Rooms {
  const moments: number[] = []
  const notes: number[] = []
  const slots: number[] = []
  let [i, j] = [0, 0]
  while (i < a.moments.length || j < b.moments.length) {
    const [left, right] = [a.moments[i] ?? Number.POSITIVE_INFINITY, b.moments[j] ?? Number.POSITIVE_INFINITY]
    const [inLeft, inRight] = [left <= right, right <= left]
    moments.push(Math.min(left, right))
    notes.push(Math.max(inLeft ? (a.notes[i] ?? 0) : 0, inRight ? (b.notes[j] ?? 0) : 0))
    slots.push(Math.max(inLeft ? (a.slots[i] ?? 0) : 0, inRight ? (b.slots[j] ?? 0) : 0))
    if (inLeft) i += 1
    if (inRight) j += 1
  }
  return { moments: Float64Array.from(moments), notes: Float32Array.from(notes), slots: Uint16Array.from(slots) }
}
