import { formatDuration } from 'estab/trace'
import { LADDER_WORDS } from '../words/ladder.ts'
import { shortTimeText, ticksOf } from './axis.ts'
import { AXIS, NO_AXIS } from './lanes.ts'
import { NOTE, noteLines } from './layout.ts'
import type { Palette } from './palette.ts'
import type { Lettering, Pen } from './pen.ts'
import type { Room } from './room.ts'
import type { Look, Sheet } from './sheet.ts'
import { wrapText } from './wrap.ts'

/** Where the times stand, and how wide the teeth of a fold are, pixels. */
const TIMES = AXIS - 8
const TOOTH = 7
const WIDEST_NOTE = 460

/** The times at the left edge, up to now. */
export function drawAxis(pen: Pen, { scale, axis }: Sheet, look: Look, { colours }: Palette): void {
  if (axis === NO_AXIS) return
  const cursor = scale.below(look.time)
  const lettering: Lettering = { face: 'mono', size: 9.5, colour: colours['ink-3'], align: 'end' }
  for (const { y, text } of ticksOf(scale, look.top - 10, look.top + look.height + 10, look.time)) {
    const at = y - look.top
    if (Math.abs(y - cursor) < 13) continue
    pen.text(text, TIMES - 5, at + 3.5, lettering)
    pen.move(TIMES - 1, at)
    pen.line(TIMES + 4, at)
  }
  pen.stroke({ colour: colours.rule, width: 1 })
}

/** Now: all above has happened. */
export function drawCursor(pen: Pen, { scale, width, axis }: Sheet, look: Look, { colours }: Palette): void {
  const y = scale.below(look.time) - look.top
  if (y < -10 || y > look.height + 10) return
  pen.move(axis === NO_AXIS ? 0 : TIMES, y)
  pen.line(width, y)
  pen.stroke({ colour: colours['ink-3'], width: 0.75, dash: [1, 4] })
  if (axis === NO_AXIS) return
  const lettering: Lettering = {
    face: 'mono',
    size: 9.5,
    weight: 600,
    colour: colours.ink,
    align: 'end',
    halo: colours.paper,
  }
  pen.text(shortTimeText(look.time), TIMES - 5, y + 3.5, lettering)
}

/** Idle stretches: the paper is torn, and says how long they were. */
export function drawFolds(pen: Pen, { scale, width }: Sheet, look: Look, { colours }: Palette): void {
  for (const fold of scale.folds) {
    const [top, bottom] = [fold.top - look.top, fold.bottom - look.top]
    if (bottom < 0 || fold.from >= look.time) continue
    if (top > look.height) break
    const [up, down] = [top + 11, bottom - 11]
    tear(pen, up, width)
    back(pen, down, width)
    pen.close()
    pen.fill(colours['paper-2'])
    tear(pen, up, width)
    tear(pen, down, width)
    pen.stroke({ colour: colours.rule, width: 1 })
  }
}

/** How long they were; the one that lasts, until now. */
export function nameFolds(
  pen: Pen,
  room: Room,
  { scale, places, order, language }: Sheet,
  look: Look,
  { colours }: Palette,
): void {
  const lettering: Lettering = { face: 'mono', size: 11, colour: colours['ink-2'], halo: colours['paper-2'] }
  // Between two lanes, not on one.
  const right = order.length >> 1
  const middle = ((places[order[right - 1] ?? 0]?.x ?? 0) + (places[order[right] ?? 0]?.x ?? 0)) / 2
  for (const fold of scale.folds) {
    const y = (fold.top + fold.bottom) / 2 - look.top + 4
    if (fold.from >= look.time || y < 0 || y > look.height) continue
    const gone = Math.min(fold.to, look.time) - fold.from
    const text = LADDER_WORDS[language].idle(formatDuration(Math.round(gone)))
    const length = pen.width(text, lettering)
    const x = middle - length / 2
    pen.text(text, x, y, lettering)
    room.take(x, y, 0, length, 11)
  }
}

function tear(pen: Pen, y: number, width: number): void {
  pen.move(0, y)
  for (let i = 1; i * TOOTH <= width + TOOTH; i += 1) pen.line(i * TOOTH, y + (i % 2 === 0 ? 0 : 4))
}

function back(pen: Pen, y: number, width: number): void {
  for (let i = Math.ceil(width / TOOTH) + 1; i >= 0; i -= 1) pen.line(i * TOOTH, y + (i % 2 === 0 ? 0 : 4))
}

/** What is said to the whole page, at its moment. */
export function writeNotes(pen: Pen, room: Room, sheet: Sheet, look: Look, { colours }: Palette): void {
  const { run, scale, places, order, language } = sheet
  const [first, last] = [places[order[0] ?? 0], places[order.at(-1) ?? 0]]
  if (first === undefined || last === undefined) return
  const widest = Math.max(Math.min(last.x - first.x - 2 * (first.half + 14), WIDEST_NOTE), 160)
  const middle = (first.x + last.x) / 2
  const letters = { face: 'sans', size: 12.5, colour: colours['ink-2'], align: 'middle', halo: colours.paper } as const
  const used = new Map<number, number>()
  const say = (at: number, text: { readonly en: string; readonly zh: string }, colour: string) => {
    if (at > look.time) return
    const start = scale.place(at) + (used.get(at) ?? 0)
    const most = noteLines(text)
    used.set(at, (used.get(at) ?? 0) + most * NOTE.line + NOTE.around)
    const y = start - look.top
    if (y > look.height || y < -200) return
    const lines = wrapText(text[language], widest, most + 1, (part) => pen.width(part, letters))
    const pitch = lines.length > most ? (most * NOTE.line + NOTE.around) / lines.length : NOTE.line
    lines.forEach((line, i) => {
      const base = y + NOTE.around / 2 + 12 + i * pitch
      const length = pen.width(line, letters)
      pen.text(line, middle, base, { ...letters, colour })
      room.take(middle - length / 2, base + 3, 0, length, 15)
    })
  }
  for (const { at, text } of run.remarks) say(at, text, colours['ink-2'])
  for (const { at, lane, text } of run.deeds) if (lane < 0) say(at, text, colours.accent)
}
