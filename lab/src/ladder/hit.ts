import type { Band } from './bands.ts'
import { bandBox, barBox } from './draw-lanes.ts'
import { type Look, type Sheet, sidesOf } from './sheet.ts'
import type { TimerBar } from './timer-columns.ts'

/** A pointer is on an arrow if it is so near, pixels. */
const NEAR = 8

/** The packet of the last look that is nearest to a point, if one is near; -1 = none. */
export function packetAt(sheet: Sheet, { top }: Pick<Look, 'top'>, x: number, y: number): number {
  const { scene } = sheet
  let best = -1
  let least = NEAR
  for (let i = 0; i < scene.count; i += 1) {
    const arrow = scene.arrows[i]
    if (arrow === undefined) continue
    const { x0, x1 } = sidesOf(sheet, arrow)
    const reach = arrow.fate === 'lost' ? 1 : Math.max(arrow.reach, 16 / Math.max(Math.abs(x1 - x0), 16))
    const far = distance(x, y + top, x0, arrow.y0, x0 + (x1 - x0) * reach, arrow.y0 + (arrow.y1 - arrow.y0) * reach)
    if (far > least) continue
    best = arrow.index
    least = far
  }
  return best
}

/** From a point to a line between two others. */
function distance(x: number, y: number, x0: number, y0: number, x1: number, y1: number): number {
  const [dx, dy] = [x1 - x0, y1 - y0]
  const length = dx * dx + dy * dy
  const along = length === 0 ? 0 : Math.min(Math.max(((x - x0) * dx + (y - y0) * dy) / length, 0), 1)
  return Math.hypot(x - x0 - along * dx, y - y0 - along * dy)
}

/** The timer whose bar is there; null = none. */
export function timerAt(sheet: Sheet, look: Look, x: number, y: number): TimerBar | null {
  return (
    sheet.bars.find((bar) => {
      const box = barBox(sheet, look, bar)
      return box !== null && Math.abs(x - box.x) <= 4 && y >= box.top - 3 && y <= box.bottom + 4
    }) ?? null
  )
}

/** The state whose band is there; null = none. */
export function bandAt(sheet: Sheet, look: Look, x: number, y: number): Band | null {
  return (
    sheet.bands.find((band) => {
      const box = bandBox(sheet, look, band)
      return box !== null && x >= box.left && x <= box.left + sheet.bandWidth && y >= box.top && y <= box.bottom
    }) ?? null
  )
}
