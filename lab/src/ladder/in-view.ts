import { type Look, type Sheet, sidesOf } from './sheet.ts'

/** A packet in view, and where the middle of what is drawn of it is, pixels from the top left of the view. */
export interface Listed {
  readonly index: number
  readonly x: number
  readonly y: number
}

/** So many are told of one by one. */
const MOST = 80
/** A packet that has just left has a middle all the same. */
const LEAST = 0.04

/** The packets of the last look of the scene whose middle is in view; and the one that is selected, wherever it is. */
export function inView(sheet: Sheet, { top, height, time, selected }: Look): Listed[] {
  const { scene, run, width } = sheet
  const found: Listed[] = []
  for (let i = 0; i < scene.count && found.length < MOST; i += 1) {
    const arrow = scene.arrows[i]
    if (arrow === undefined) continue
    const { x0, x1 } = sidesOf(sheet, arrow)
    const half = Math.max(arrow.reach, LEAST) / 2
    const y = arrow.y0 + (arrow.y1 - arrow.y0) * half - top
    if (y >= 0 && y <= height) found.push({ index: arrow.index, x: x0 + (x1 - x0) * half, y })
  }
  const sent = (run.packets.column('sentAt')[selected] ?? Number.POSITIVE_INFINITY) <= time
  if (sent && !found.some(({ index }) => index === selected)) found.push({ index: selected, x: width / 2, y: -9 })
  return found
}
