import { MARKS } from '../run/packets.ts'
import { HUES, type Palette } from './palette.ts'
import type { Pen } from './pen.ts'
import type { Room } from './room.ts'
import type { Arrow } from './scene.ts'
import { drawArrow, type Shape, thickness } from './shaft.ts'
import { type Look, type Sheet, sidesOf } from './sheet.ts'
import { writeLabel } from './write-labels.ts'

/** Up to so many arrows on a page are drawn with all that belongs to them; above, many at a stroke. */
const MOST_WHOLE = 500
/** Up to so many have heads, and up to so many labels. */
const MOST_HEADED = 1500
const MOST_LABELLED = 240
/** A packet has got so far before it is named. */
const NAMED = 0.07
/** Height of a page, pixels. */
const PAGE = 800
const SPECIAL =
  MARKS.lost |
  MARKS.retransmission |
  MARKS.corrupted |
  MARKS.rewritten |
  MARKS.forged |
  MARKS.outOfWindow |
  MARKS.outOfOrder |
  MARKS.duplicate

/** The packets of the last look of the scene. */
export function drawArrows(pen: Pen, sheet: Sheet, look: Look, palette: Palette): void {
  const { scene } = sheet
  const crowded = scene.count > MOST_WHOLE * pages(look)
  const headed = scene.count <= MOST_HEADED * pages(look)
  drawHalos(pen, sheet, look, palette)
  if (crowded) drawCrowd(pen, sheet, look, palette, headed)
  for (let i = 0; i < scene.count; i += 1) {
    const arrow = scene.arrows[i]
    if (arrow === undefined) continue
    if (crowded && !(headed && arrow.marks & SPECIAL)) continue
    drawArrow(pen, shapeOf(sheet, arrow, look, palette))
  }
}

function pages({ height }: Look): number {
  return Math.max(height / PAGE, 1)
}

function shapeOf(sheet: Sheet, arrow: Arrow, { top }: Pick<Look, 'top'>, { colours }: Palette): Shape {
  const { x0, x1 } = sidesOf(sheet, arrow)
  return {
    x0,
    y0: arrow.y0 - top,
    x1,
    y1: arrow.y1 - top,
    reach: arrow.reach,
    fate: arrow.fate,
    marks: arrow.marks,
    length: arrow.length,
    colour: colours[arrow.hue],
    paper: colours.paper,
    lost: colours.lost,
  }
}

/** Behind the arrows: what is selected, what led to it, what is pointed at, what is new in this run. */
function drawHalos(pen: Pen, sheet: Sheet, look: Look, { colours }: Palette): void {
  const { scene, run, differing, scale } = sheet
  const trace = (arrow: Arrow | null) => {
    if (arrow === null) return
    const { x0, x1 } = sidesOf(sheet, arrow)
    const reach = arrow.fate === 'flying' ? Math.max(arrow.reach, 0.05) : 1
    pen.move(x0, arrow.y0 - look.top)
    pen.line(x0 + (x1 - x0) * reach, arrow.y0 + (arrow.y1 - arrow.y0) * reach - look.top)
  }
  if (differing.size > 0) {
    for (let i = 0; i < scene.count; i += 1) {
      const arrow = scene.arrows[i]
      if (arrow !== undefined && differing.has(arrow.index)) trace(arrow)
    }
    pen.stroke({ colour: colours.opening, width: 9 })
  }
  const packet = (index: number) => (index >= 0 ? scene.one(index, scale, look.time) : null)
  if (look.selected >= 0 && look.selected < run.packets.count) {
    trace(packet(run.packets.column('answers')[look.selected] ?? -1))
    pen.stroke({ colour: colours['paper-3'], width: 8 })
    trace(packet(look.selected))
    pen.stroke({ colour: colours['accent-paper'], width: 13 })
  }
  if (look.hovered !== look.selected) trace(packet(look.hovered))
  pen.stroke({ colour: colours['paper-3'], width: 9 })
}

/** Very many: lines of one colour in one stroke. */
function drawCrowd(pen: Pen, sheet: Sheet, look: Look, { colours }: Palette, headed: boolean): void {
  const { scene } = sheet
  for (const hue of HUES) {
    let any = false
    for (let i = 0; i < scene.count; i += 1) {
      const arrow = scene.arrows[i]
      if (arrow === undefined || arrow.hue !== hue || (headed && arrow.marks & SPECIAL)) continue
      const { x0, x1 } = sidesOf(sheet, arrow)
      pen.move(x0, arrow.y0 - look.top)
      pen.line(x0 + (x1 - x0) * arrow.reach, arrow.y0 + (arrow.y1 - arrow.y0) * arrow.reach - look.top)
      any = true
    }
    pen.faint(headed ? 0.9 : 0.5)
    if (any) pen.stroke({ colour: colours[hue], width: headed ? 1.1 : 0.8 })
    pen.faint(1)
    if (!any || !headed) continue
    for (let i = 0; i < scene.count; i += 1) {
      const arrow = scene.arrows[i]
      if (arrow === undefined || arrow.hue !== hue || arrow.fate !== 'delivered' || arrow.marks & SPECIAL) continue
      const { x1, x0 } = sidesOf(sheet, arrow)
      const back = x1 > x0 ? -7 : 7
      const y = arrow.y1 - look.top
      pen.move(x1, y)
      pen.line(x1 + back, y - 3)
      pen.line(x1 + back, y + 3)
      pen.close()
    }
    pen.fill(colours[hue])
  }
}

/** What the packets are, along them: where `room` is left. */
export function writeLabels(pen: Pen, room: Room, sheet: Sheet, look: Look, palette: Palette): void {
  const { scene, labels } = sheet
  if (scene.count > MOST_LABELLED * pages(look)) return
  for (let i = 0; i < scene.count; i += 1) {
    const arrow = scene.arrows[i]
    if (arrow === undefined) continue
    const { x0, x1 } = sidesOf(sheet, arrow)
    room.cross(x0, arrow.y0 - look.top, x1, arrow.y1 - look.top)
  }
  const write = (arrow: Arrow, must: boolean) => {
    if (arrow.fate === 'flying' && arrow.reach < NAMED) return
    const shape = shapeOf(sheet, arrow, look, palette)
    writeLabel(pen, room, shape, labels.of(arrow.index), palette, must)
  }
  for (let i = 0; i < scene.count; i += 1) {
    const arrow = scene.arrows[i]
    if (arrow?.index === look.selected) write(arrow, true)
  }
  for (let i = 0; i < scene.count; i += 1) {
    const arrow = scene.arrows[i]
    if (arrow !== undefined && arrow.index !== look.selected) write(arrow, false)
  }
}

/** The packet that is being dragged, as it would become. */
export function drawDrag(pen: Pen, sheet: Sheet, look: Look, palette: Palette): void {
  const { drag } = look
  if (drag === null || drag.becomes === 'nothing') return
  const arrow = sheet.scene.one(drag.index, sheet.scale, look.time)
  if (arrow === null) return
  const shape = shapeOf(sheet, arrow, look, palette)
  const { colours } = palette
  const lettering = { face: 'sans', size: 12.5, weight: 600, colour: colours.accent, halo: colours.paper } as const
  if (drag.becomes === 'lost') {
    pen.move(shape.x0, shape.y0)
    pen.line(drag.x, drag.y)
    pen.stroke({ colour: colours.accent, width: thickness(arrow.length) + 0.5, dash: [4, 5] })
    for (const turn of [1, -1]) {
      pen.move(drag.x - 6, drag.y - 6 * turn)
      pen.line(drag.x + 6, drag.y + 6 * turn)
    }
    pen.stroke({ colour: colours.lost, width: 2.5 })
  } else drawArrow(pen, { ...shape, y1: shape.y1 + drag.down, colour: colours.accent, reach: 1, fate: 'flying' })
  pen.text(drag.text, Math.min(drag.x + 14, sheet.width - pen.width(drag.text, lettering) - 6), drag.y - 10, lettering)
}
