import { LADDER_WORDS } from '../words/ladder.ts'
import type { Band } from './bands.ts'
import { BAR_PITCH, BESIDE, type LanePlace } from './lanes.ts'
import { type Palette, phaseOf } from './palette.ts'
import type { Lettering, Pen } from './pen.ts'
import type { Room } from './room.ts'
import type { Look, Sheet } from './sheet.ts'
import type { TimerBar } from './timer-columns.ts'
import { wrapText } from './wrap.ts'

/** Width of a bar beside a lane. */
const BAR = 2.5
/** What a stopped one lacks at its end, pixels. */
const STOPPED = 3
/** A name stands so far above the next in a margin. */
const NAME_LINE = 13
const MOST_DEED_LINES = 2
/** What the name of a state, and a deed, need at least, pixels. */
const NAME_ROOM = 76
const LEAST_DEED = 50
/** And what a deed may take between two lanes. */
const DEED_BETWEEN = 90
/** In a crowd only longer bands are named, pixels. */
const CROWDED = 40

/** The lines themselves, faint where nothing has happened yet. */
export function drawLanes(pen: Pen, { places, order, scale }: Sheet, look: Look, { colours }: Palette): void {
  const now = Math.min(Math.max(scale.below(look.time) - look.top, 0), look.height)
  const top = Math.max(-look.top - 6, 0)
  for (const lane of order) {
    const x = places[lane]?.x ?? 0
    if (now > top) {
      pen.move(x, top)
      pen.line(x, now)
    }
  }
  pen.stroke({ colour: colours['ink-3'], width: 1.25 })
  for (const lane of order) {
    const x = places[lane]?.x ?? 0
    pen.move(x, Math.max(now, top))
    pen.line(x, look.height)
  }
  pen.stroke({ colour: colours.rule, width: 1 })
}

/** Where a band is seen, pixels from the top of the view; null if it is not. */
export function bandBox({ scale, places, bandWidth }: Sheet, look: Look, band: Band) {
  const place = places[band.lane]
  if (place === undefined || band.from > look.time || band.to < look.since) return null
  const top = Math.max(scale.line(band.from, 0) - look.top, -2)
  const end = band.to <= look.time ? scale.line(band.to, 0) : scale.below(look.time)
  const bottom = Math.min(end - look.top, look.height + 2)
  if (bottom - top < 0.5) return null
  return { left: place.x - place.half + band.column * bandWidth, top, bottom, place }
}

/** The states along the lanes. */
export function drawBands(pen: Pen, sheet: Sheet, look: Look, { colours }: Palette): void {
  const { bandWidth } = sheet
  for (const band of sheet.bands) {
    const box = bandBox(sheet, look, band)
    if (box === null) continue
    const { left, top, bottom } = box
    pen.rect(left, top, bandWidth, bottom - top, colours[phaseOf(band.state)])
    pen.move(left, bottom)
    pen.line(left, top)
    pen.line(left + bandWidth, top)
    pen.line(left + bandWidth, bottom)
  }
  pen.stroke({ colour: colours['ink-3'], width: 0.75 })
}

/** Something to be written beside a lane: the name of a state, or what was done. */
interface Beside {
  readonly place: LanePlace
  /** Pixels from the top of the view. */
  readonly y: number
  readonly text: string
  readonly deed: boolean
  /** Of the band that it names. */
  readonly length: number
}

/** The names of the states: in the margin beside outer lanes, else in the band where they fit; and what was done. */
export function drawMargins(pen: Pen, room: Room, sheet: Sheet, look: Look, palette: Palette): void {
  const all = [...namesBeside(pen, sheet, look, palette), ...deedsBeside(sheet, look)]
  const lowest = new Map<LanePlace, number>()
  for (const note of all.toSorted((a, b) => a.y - b.y)) {
    const last = (lowest.get(note.place) ?? -100) + NAME_LINE
    const y = note.y + (note.deed ? 4 : 11)
    if (note.deed) lowest.set(note.place, writeDeed(pen, room, sheet, note, Math.max(y, last), palette))
    else if (y >= last || note.length > CROWDED) {
      const { x, align } = besideLane(sheet, note.place)
      const { colours } = palette
      const lettering: Lettering = { face: 'mono', size: 10, colour: colours['ink-2'], align, halo: colours.paper }
      pen.text(note.text, x, Math.max(y, last), lettering)
      lowest.set(note.place, Math.max(y, last))
    }
  }
}

/** Names that go into their bands are written at once. */
function namesBeside(pen: Pen, sheet: Sheet, look: Look, { colours }: Palette): Beside[] {
  const beside: Beside[] = []
  const inside: Lettering = { face: 'mono', size: 8.5, colour: colours['ink-2'], align: 'middle', angle: -Math.PI / 2 }
  for (const band of sheet.bands) {
    const box = bandBox(sheet, look, band)
    if (box === null) continue
    const { place, top, bottom, left } = box
    if (roomBeside(sheet, place, sheet.width) >= NAME_ROOM && place.half * 2 <= sheet.bandWidth) {
      beside.push({ place, y: Math.max(top, 2), text: band.state, deed: false, length: bottom - top })
    } else if (bottom - top > pen.width(band.state, inside) + 8) {
      pen.text(band.state, left + sheet.bandWidth / 2 + 3, (top + bottom) / 2, inside)
    }
  }
  return beside
}

function deedsBeside({ run, places, scale, language }: Sheet, look: Look): Beside[] {
  const beside: Beside[] = []
  for (const { at, lane, text } of run.deeds) {
    const place = places[lane]
    if (place === undefined || at > look.time) continue
    const y = scale.line(at, 0) - look.top
    if (y >= -20 && y <= look.height + 20) beside.push({ place, y, text: text[language], deed: true, length: 0 })
  }
  return beside
}

/** Returns where its last line stands. */
function writeDeed(pen: Pen, room: Room, sheet: Sheet, note: Beside, base: number, { colours }: Palette): number {
  const { place, y, text } = note
  const { x, align } = besideLane(sheet, place)
  const lettering: Lettering = { face: 'sans', size: 11, colour: colours.accent, align, halo: colours.paper }
  pen.move(place.x - place.half - 3, y)
  pen.line(place.x + place.half + 3, y)
  pen.stroke({ colour: colours.accent, width: 2 })
  const width = place.outer ? Math.max(roomBeside(sheet, place, sheet.width), LEAST_DEED) : DEED_BETWEEN
  const lines = wrapText(text, width, MOST_DEED_LINES, (part) => pen.width(part, lettering))
  lines.forEach((line, i) => {
    const length = pen.width(line, lettering)
    pen.text(line, x, base + i * NAME_LINE, lettering)
    room.take(align === 'end' ? x - length : x, base + i * NAME_LINE + 2, 0, length, 12)
  })
  return base + (lines.length - 1) * NAME_LINE
}

/** Where text beside a lane begins: after its timers. */
function besideLane({ barColumns }: Sheet, { x, half, side, lane }: LanePlace) {
  const away = half + BESIDE + (barColumns[lane] ?? 0) * BAR_PITCH + 1
  return { x: x + side * away, align: side < 0 ? ('end' as const) : ('start' as const) }
}

/** Pixels from there to the edge of the paper or its times; 0 if a lane stands there. */
function roomBeside(sheet: Sheet, place: LanePlace, width: number): number {
  if (!place.outer) return 0
  const { x } = besideLane(sheet, place)
  return place.side < 0 ? x - sheet.axis + 10 : width - x - 4
}

/** Where a timer's bar is seen; `full` is how far it has run. Null if it is not seen. */
export function barBox({ scale, places }: Sheet, look: Look, { timer, column }: TimerBar) {
  const place = places[timer.lane]
  if (place === undefined || timer.from > look.time) return null
  if (timer.until < look.since || timer.from > look.until) return null
  const running = timer.until > look.time
  const top = scale.line(timer.from, 0) - look.top
  const full = (running ? scale.below(look.time) : scale.line(timer.until, 0)) - look.top
  const bottom = running ? Math.max(scale.place(timer.due) - look.top, full) : full
  if (bottom < -4 || top > look.height + 4) return null
  const middle = place.x + place.side * (place.half + BESIDE + column * BAR_PITCH)
  return {
    x: middle,
    top: Math.max(top, -8),
    full: Math.min(full, look.height + 8),
    bottom: Math.min(bottom, look.height + 8),
    running,
  }
}

/** Timers: bars that fill, a dot where one has fired. */
export function drawTimers(pen: Pen, sheet: Sheet, look: Look, { colours }: Palette): void {
  for (const bar of sheet.bars) {
    const box = barBox(sheet, look, bar)
    if (box === null) continue
    const { x, top, full, bottom, running } = box
    if (running && bottom > full) pen.rect(x - 0.5, full, 1, bottom - full, colours.rule)
    // One that was stopped ends short, so that it can be seen where it was set anew.
    const end = running || bar.timer.fired || full - top < 2 * STOPPED ? full : full - STOPPED
    if (end > top) pen.rect(x - BAR / 2, top, BAR, end - top, colours.timer)
    if (end - top > 2 * BAR_PITCH) pen.rect(x - BAR, top, 2 * BAR, 1.5, colours.timer)
    if (running || !bar.timer.fired) continue
    pen.circle(x, full, 3.5)
    pen.fill(colours.timer)
  }
}

/** The word for a machine that does not run; '' = it does. */
export function conditionWord(condition: 'up' | 'frozen' | 'off', language: 'en' | 'zh'): string {
  return condition === 'up' ? '' : LADDER_WORDS[language][condition]
}
