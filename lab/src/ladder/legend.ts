import { MARKS } from '../run/packets.ts'
import { LADDER_WORDS } from '../words/ladder.ts'
import type { Hue, Palette } from './palette.ts'
import { SvgPen } from './pen-svg.ts'
import type { Fate } from './scene.ts'
import { drawArrow } from './shaft.ts'

/** A sample of an arrow, and what it means. */
export interface LegendEntry {
  readonly text: string
  readonly hue: Hue
  readonly fate: Fate
  readonly marks: number
  readonly length: number
}

const SIZE = { width: 58, height: 22 }
const SWATCH = 22

export function legendEntries(language: 'en' | 'zh'): LegendEntry[] {
  const words = LADDER_WORDS[language]
  const entry = (text: string, given: Partial<LegendEntry> = {}): LegendEntry => {
    return { text, hue: 'ack', fate: 'delivered', marks: 0, length: 0, ...given }
  }
  return [
    entry('SYN', { hue: 'syn' }),
    entry('FIN', { hue: 'fin' }),
    entry('RST', { hue: 'rst' }),
    entry('ACK'),
    entry(words.data, { hue: 'data', length: 1460 }),
    entry('UDP', { hue: 'udp', length: 500 }),
    entry('ICMP', { hue: 'icmp' }),
    entry(words.flying, { fate: 'flying' }),
    entry(words.lost, { fate: 'lost' }),
    entry(words.retransmission, { hue: 'data', length: 700, marks: MARKS.retransmission }),
    entry(words.duplicate, { hue: 'data', length: 200, marks: MARKS.duplicate }),
    entry(words.outOfOrder, { hue: 'data', length: 700, marks: MARKS.outOfOrder }),
    entry(words.zigzag, { marks: MARKS.outOfWindow }),
    entry(words.corrupted, { hue: 'data', length: 700, marks: MARKS.corrupted }),
  ]
}

/** The tints of the bands, and what a timer looks like. */
export function legendSwatches(language: 'en' | 'zh', { colours, faces }: Palette): { text: string; svg: string }[] {
  const words = LADDER_WORDS[language]
  const draw = (drawing: (pen: SvgPen) => void) => {
    const pen = new SvgPen(faces)
    drawing(pen)
    return pen.finish(SWATCH, SIZE.height, 'none')
  }
  const phases = (['opening', 'open', 'closing', 'time-wait'] as const).map((phase) => ({
    text: words.phases[phase],
    svg: draw((pen) => pen.rect(3, 3, SWATCH - 6, SIZE.height - 6, colours[phase])),
  }))
  const timer = draw((pen) => {
    pen.rect(SWATCH / 2 - 1.25, 2, 2.5, SIZE.height - 7, colours.timer)
    pen.circle(SWATCH / 2, SIZE.height - 6, 3.5)
    pen.fill(colours.timer)
  })
  return [...phases, { text: words.timer, svg: timer }]
}

/** The sample, drawn as the ladder draws it. */
export function sampleSvg({ hue, fate, marks, length }: LegendEntry, { colours, faces }: Palette): string {
  const pen = new SvgPen(faces)
  const { width, height } = SIZE
  const middle = height / 2
  drawArrow(pen, {
    x0: 4,
    y0: middle,
    x1: width - 4,
    y1: middle,
    reach: fate === 'delivered' ? 1 : fate === 'lost' ? 0.55 : 0.7,
    fate,
    marks,
    length,
    colour: colours[hue],
    paper: colours.paper,
    lost: colours.lost,
  })
  return pen.finish(width, height, 'none')
}
