import type { State } from '../tcp/states.ts'
import { displayWidth } from './display-width.ts'
import type { Kind } from './ladder-events.ts'

/** The signs a ladder is drawn with. */
export interface Glyphs {
  readonly lane: string
  readonly foldedLane: string
  /** Lines of a segment without payload, with payload, sent again. */
  readonly thin: string
  readonly thick: string
  readonly double: string
  /** A line that goes on in another row, in the two weights. */
  readonly thinBreak: string
  readonly thickBreak: string
  /** Where a line leaves the lane on the left, on the right: thin, thick, double. */
  readonly leavesLeft: readonly [string, string, string]
  readonly leavesRight: readonly [string, string, string]
  /** Heads that point left, right: of what arrives, and hollow ones for what is a copy or not there yet. */
  readonly heads: readonly [string, string]
  readonly hollowHeads: readonly [string, string]
  readonly cross: string
  readonly pause: string
  readonly ellipsis: string
}

export const UNICODE: Glyphs = {
  lane: '│',
  foldedLane: '┊',
  thin: '─',
  thick: '━',
  double: '═',
  thinBreak: '╌',
  thickBreak: '╍',
  leavesLeft: ['├', '┝', '╞'],
  leavesRight: ['┤', '┥', '╡'],
  heads: ['◄', '►'],
  hollowHeads: ['◅', '▻'],
  cross: '╳',
  pause: '· · ·',
  ellipsis: '…',
}

export const ASCII: Glyphs = {
  lane: '|',
  foldedLane: ':',
  thin: '-',
  thick: '-',
  double: '=',
  thinBreak: '.',
  thickBreak: '.',
  leavesLeft: ['|', '|', '|'],
  leavesRight: ['|', '|', '|'],
  heads: ['<', '>'],
  hollowHeads: ['<', '>'],
  cross: 'X',
  pause: '. . .',
  ellipsis: '~',
}

export type Ink = 'plain' | 'faint' | 'red' | 'green' | 'amber' | 'blue' | 'violet'

const RESET = '\x1b[0m'

/** From the sixteen colours that follow the terminal's own theme (ECMA-48, SGR). */
const SGR: Readonly<Record<Ink, number>> = {
  plain: 0,
  faint: 90,
  red: 31,
  green: 32,
  amber: 33,
  blue: 94,
  violet: 35,
}

export const KIND_INK: Readonly<Record<Kind, Ink>> = {
  syn: 'violet',
  fin: 'amber',
  rst: 'red',
  data: 'blue',
  ack: 'faint',
  udp: 'blue',
  icmp: 'red',
}

const OPENING: ReadonlySet<string> = new Set<State>(['LISTEN', 'SYN-SENT', 'SYN-RECEIVED'])

/** The phase of a state: opening violet, open green, closing amber. */
export function stateInk(state: State | ''): Ink {
  if (state === 'ESTABLISHED') return 'green'
  if (state === 'CLOSED' || state === '') return 'faint'
  return OPENING.has(state) ? 'violet' : 'amber'
}

/** A stretch of text in one ink. */
export interface Span {
  readonly text: string
  readonly ink: Ink
}

export function span(text: string, ink: Ink = 'plain'): Span {
  return { text, ink }
}

export function spansWidth(spans: readonly Span[]): number {
  return spans.reduce((width, { text }) => width + displayWidth(text), 0)
}

/** One line of output, without spaces at its end. */
export function paint(spans: readonly Span[], color: boolean): string {
  if (!color) {
    return spans
      .map(({ text }) => text)
      .join('')
      .trimEnd()
  }
  let line = ''
  let ink: Ink = 'plain'
  for (const next of spans) {
    // Spaces have no ink of their own, so that a line changes colour as seldom as it can.
    if (next.ink !== ink && next.text.trim() !== '') {
      line += `${ink === 'plain' ? '' : RESET}${next.ink === 'plain' ? '' : `\x1b[${SGR[next.ink]}m`}`
      ink = next.ink
    }
    line += next.text
  }
  return line.trimEnd() + (ink === 'plain' ? '' : RESET)
}
