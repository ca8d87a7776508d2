import { drawArrows, drawDrag, writeLabels } from './draw-arrows.ts'
import { drawBands, drawLanes, drawMargins, drawTimers } from './draw-lanes.ts'
import { drawAxis, drawCursor, drawFolds, nameFolds, writeNotes } from './draw-time.ts'
import type { Palette } from './palette.ts'
import type { Pen } from './pen.ts'
import { Room } from './room.ts'
import type { Look, Sheet } from './sheet.ts'

const room = new Room()

/** Draws what is to be seen of a ladder. */
export function drawLadder(pen: Pen, sheet: Sheet, look: Look, palette: Palette): void {
  const { top, height, time } = look
  sheet.scene.look(sheet.scale, { top, height, time, connection: sheet.connection })
  drawFolds(pen, sheet, look, palette)
  drawAxis(pen, sheet, look, palette)
  drawLanes(pen, sheet, look, palette)
  drawBands(pen, sheet, look, palette)
  drawTimers(pen, sheet, look, palette)
  drawCursor(pen, sheet, look, palette)
  drawArrows(pen, sheet, look, palette)
  room.clear(sheet.width, height)
  nameFolds(pen, room, sheet, look, palette)
  writeNotes(pen, room, sheet, look, palette)
  drawMargins(pen, room, sheet, look, palette)
  writeLabels(pen, room, sheet, look, palette)
  drawDrag(pen, sheet, look, palette)
}
