import { MARKS } from '../run/packets.ts'
import type { Label } from './label.ts'
import type { Palette } from './palette.ts'
import type { Lettering, Pen } from './pen.ts'
import type { Room } from './room.ts'
import type { Fate } from './scene.ts'
import { thickness } from './shaft.ts'

/** An arrow as far as its label is concerned. */
export interface Line {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
  readonly length: number
  readonly colour: string
  readonly fate: Fate
  readonly marks: number
}

interface Run {
  readonly text: string
  readonly lettering: Lettering
}

const LABEL_SIZE = 11.5
const HEIGHT = 10
/** From the ends of the arrow, and between the parts of a label. */
const INDENT = 14
const GAP = 8
/** A line so many times as high as the page is labelled where it is seen. */
const LONG = 0.7

/** Writes along an arrow what there is room for; false = nothing. `must`: whatever stands there already. */
export function writeLabel(pen: Pen, room: Room, line: Line, label: Label, palette: Palette, must: boolean): boolean {
  const { x0, y0, x1, y1 } = inSight(line, room.height)
  const toRight = x1 >= x0
  const [left, top, right, bottom] = toRight ? [x0, y0, x1, y1] : [x1, y1, x0, y0]
  const whole = Math.hypot(right - left, bottom - top)
  const angle = Math.atan2(bottom - top, right - left)
  const [ux, uy] = [Math.cos(angle), Math.sin(angle)]
  // The cross of a lost one, a zigzag and the second line of a retransmission stand above.
  const jagged = line.fate === 'lost' || (line.marks & (MARKS.outOfWindow | MARKS.forged)) !== 0
  const more = jagged ? 3 : line.marks & MARKS.retransmission ? 1.5 : 0
  const above = 3 + more + thickness(line.length) / 2
  const inner = whole - 2 * INDENT
  // Below the line only where nothing is free above: the lowest of many.
  for (const away of [above, -HEIGHT - above]) {
    for (const runs of variants(label, line.colour, palette)) {
      const length = lengthOf(pen, runs)
      if (length > inner) continue
      const middle = (whole - length) / 2
      const nearTail = toRight ? INDENT : whole - INDENT - length
      for (const along of [middle, nearTail, whole - length - nearTail]) {
        const x = left + ux * along + uy * away
        const y = top + uy * along - ux * away
        if (!must && !room.free(x, y, angle, length, HEIGHT)) continue
        room.take(x, y, angle, length, HEIGHT)
        write(pen, runs, x, y, angle)
        return true
      }
    }
  }
  return false
}

/** The part of a line that can be seen, if it is much longer than the page is high; else the whole of it. */
function inSight({ x0, y0, x1, y1 }: Line, height: number): Pick<Line, 'x0' | 'y0' | 'x1' | 'y1'> {
  const fall = y1 - y0
  if (fall < height * LONG) return { x0, y0, x1, y1 }
  const from = Math.min(Math.max(-y0 / fall, 0), 1)
  const to = Math.min(Math.max((height - y0) / fall, 0), 1)
  return { x0: x0 + (x1 - x0) * from, y0: y0 + fall * from, x1: x0 + (x1 - x0) * to, y1: y0 + fall * to }
}

/** From all that there is to say to the least. */
function* variants({ name, notation, remark, payload }: Label, colour: string, { colours }: Palette): Iterable<Run[]> {
  const halo = colours.paper
  const bold: Lettering = { face: 'sans', size: 12, weight: 650, colour, halo }
  const plain: Lettering = { face: 'mono', size: LABEL_SIZE, colour: colours.ink, halo }
  const aside: Lettering = { face: 'sans', size: 11, colour: colours['ink-2'], halo }
  const named = name === '' ? [] : [{ text: name, lettering: bold }]
  const remarked = remark === '' ? [] : [{ text: remark, lettering: aside }]
  const carried = payload === '' ? [] : [{ text: payload, lettering: aside }]
  for (const text of notation) {
    const middle = [...named, { text, lettering: plain }]
    if (carried.length > 0) yield [...middle, ...carried, ...remarked]
    yield [...middle, ...remarked]
  }
  const least = { text: notation.at(-1) ?? '', lettering: plain }
  yield [...named, least]
  yield [least]
  if (named.length > 0) yield named
}

function lengthOf(pen: Pen, runs: readonly Run[]): number {
  let length = GAP * (runs.length - 1)
  for (const { text, lettering } of runs) length += pen.width(text, lettering)
  return length
}

function write(pen: Pen, runs: readonly Run[], x: number, y: number, angle: number): void {
  let along = 0
  for (const { text, lettering } of runs) {
    pen.text(text, x + Math.cos(angle) * along, y + Math.sin(angle) * along, { ...lettering, angle })
    along += pen.width(text, lettering) + GAP
  }
}
