import type { Lab } from '../app/lab.svelte.ts'
import { laneName } from '../words/ladder.ts'
import { differences } from './compare.ts'
import { drawLadder } from './draw.ts'
import { AXIS } from './lanes.ts'
import type { Palette } from './palette.ts'
import { SvgPen } from './pen-svg.ts'
import { makeSheet, type Sheet } from './sheet.ts'

/** Of the picture, pixels. */
const WIDTH = 860
const HEAD = 58
const FOOT = 24

/** The ladder from its beginning to `lab.time` as an SVG document, as wide as a page; '' when there is no run. */
export function ladderSvg(lab: Lab, palette: Palette): string {
  const { shown, beside, scale, language, absolute, connection, time, selection } = lab
  if (shown === null) return ''
  const pen = new SvgPen(palette.faces)
  const differing = beside === null ? new Set<number>() : differences(shown.run.packets, beside.run.packets)
  const sheet = makeSheet({ shown, scale, width: WIDTH, axis: AXIS, language, absolute, connection, differing })
  const height = HEAD + scale.below(time) + FOOT
  const selected = selection.kind === 'packet' ? selection.index : -1
  drawLadder(
    pen,
    sheet,
    { top: -HEAD, height, time, since: 0, until: time, selected, hovered: -1, drag: null },
    palette,
  )
  drawHeads(pen, sheet, palette)
  return pen.finish(WIDTH, height, palette.colours.paper)
}

function drawHeads(pen: SvgPen, { run, places, order, language }: Sheet, { colours }: Palette): void {
  pen.rect(0, 0, WIDTH, HEAD - 14, colours.paper)
  for (const lane of order) {
    const { name, addresses } = run.lanes[lane] ?? { name: '', addresses: [] }
    const x = places[lane]?.x ?? 0
    const align = 'middle'
    pen.text(laneName(name, language), x, 20, { face: 'sans', size: 14, weight: 600, colour: colours.ink, align })
    const address = addresses[0] === name ? '' : (addresses[0] ?? '')
    pen.text(address, x, 36, { face: 'mono', size: 11, colour: colours['ink-2'], align })
  }
}
