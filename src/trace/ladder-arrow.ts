import { displayWidth, wrap } from './display-width.ts'
import type { Label } from './ladder-events.ts'
import { type Glyphs, type Ink, KIND_INK, type Span, span, spansWidth } from './ladder-ink.ts'
import type { Arrow } from './ladder-rows.ts'
import type { Words } from './words.ts'

/** What is drawn between the two lanes for one arrow. */
export interface DrawnArrow {
  /** As wide as the room between the lanes. */
  readonly line: readonly Span[]
  /** The two lanes' own signs in this row. */
  readonly lanes: readonly [Span, Span]
  /** What did not fit on the line, to go below it, each part as wide as the room. */
  readonly below: readonly (readonly Span[])[]
}

interface Stroke {
  readonly line: string
  readonly lineBreak: string
  /** Index of the lane's sign. */
  readonly weight: 0 | 1 | 2
  readonly ink: Ink
}

/** Line before the first word, and least line between the last word and the head. */
const TAIL = 2
const MIN_HEAD = 2
/** Broken strokes where a line goes on in another row. */
const BREAK = 3
/** A segment that does not arrive in its row gets so far across. */
const PART_WAY = 0.7

/** Draws an arrow of `width` columns. It is composed from tail to head, and turned where it runs to the left. */
export function drawArrow(arrow: Arrow, width: number, glyphs: Glyphs, words: Words): DrawnArrow {
  const toRight = arrow.from === 0
  const stroke = strokeOf(arrow, glyphs)
  const tip = tipOf(arrow, glyphs, words)
  // An arrival has its broken strokes before the first word as well as its head behind the last.
  const room = width - (arrow.shape === 'arrival' ? BREAK + 1 + displayWidth(tip.head) : tipWidth(tip))
  const gap = tip.broken ? BREAK : 0
  const [parts, count] = chooseParts(arrow, words, stroke.ink, room, gap)
  const compose = arrow.shape === 'arrival' ? arriving : leaving
  const line = compose(parts.slice(0, count), stroke, tip, width)
  return {
    line: toRight ? line : line.reverse(),
    lanes: lanesOf(arrow, stroke, glyphs),
    below: stack(parts.slice(count), width, toRight, glyphs),
  }
}

function strokeOf({ sent, received }: Arrow, glyphs: Glyphs): Stroke {
  const label = (sent ?? received)?.label
  const ink = KIND_INK[label?.kind ?? 'ack']
  if ((sent ?? received?.sent)?.retransmission) {
    return { line: glyphs.double, lineBreak: glyphs.thinBreak, weight: 2, ink }
  }
  if (label !== undefined && label.payload > 0)
    return { line: glyphs.thick, lineBreak: glyphs.thickBreak, weight: 1, ink }
  return { line: glyphs.thin, lineBreak: glyphs.thinBreak, weight: 0, ink }
}

/** How far the name of a segment is taken apart to fit on a line. */
type Cut = 'header with options' | 'header' | 'range'
const CUTS: readonly Cut[] = ['header with options', 'header', 'range']

/** The words on an arrow in the fewest pieces of which the first fits on the line, and how many do. */
function chooseParts(arrow: Arrow, words: Words, ink: Ink, room: number, gap: number): [parts: Span[], count: number] {
  let parts: Span[] = []
  for (const cut of CUTS) {
    parts = labelParts(arrow, words, ink, cut)
    // A broken line ends short of the lane, if the words leave it room to.
    if (fitting(parts, cut === 'header with options' ? room - gap : room, 0) > 0) break
  }
  return [parts, fitting(parts, room, gap)]
}

/** The words on an arrow, the first at its tail: the segment, what is special about it, what it says. */
function labelParts({ shape, sent, received }: Arrow, words: Words, ink: Ink, cut: Cut): Span[] {
  const label = (sent ?? received)?.label
  if (label === undefined) return []
  const known = sent === null && received !== null && received.sent !== null
  const names = known ? [label.brief] : nameParts(label, cut)
  const parts = names.map((name) => span(name, ink))
  if (sent?.retransmission) parts.push(span(words.retransmission, ink))
  if (sent?.probe) parts.push(span(words.probe, ink))
  if (received?.duplicate) parts.push(span(words.duplicate, ink))
  if (received?.reordered) parts.push(span(words.reordered, ink))
  if (received !== null && received.changed !== '') parts.push(span(words.changed(received.changed), 'red'))
  if (received !== null && received.missing !== '') parts.push(span(words.missing(received.missing), 'red'))
  if (label.reporter !== '') parts.push(span(words.reportedBy(label.reporter), ink))
  else if (received?.sent === null && shape === 'arrival') parts.push(span(words.unknownOrigin, ink))
  if (!known) parts.push(span(label.note))
  return parts.filter(({ text }) => text !== '')
}

function nameParts({ header, options }: Label, cut: Cut): string[] {
  if (cut === 'header with options') return [`${header} ${options}`.trimEnd()]
  if (cut === 'header') return [header, options]
  // `S. 0:0(0)` can do without what follows: `ack 1 win 65160`.
  return [...header.split(/ (?=ack )/), options]
}

interface Tip {
  readonly head: string
  /** Words behind the head. */
  readonly after: string
  /** The line reaches the other lane. */
  readonly full: boolean
  /** Broken strokes before the head. */
  readonly broken: boolean
}

function tipOf(arrow: Arrow, glyphs: Glyphs, words: Words): Tip {
  const direction = arrow.from === 0 ? 1 : 0
  const head = glyphs.heads[direction]
  const hollow = glyphs.hollowHeads[direction]
  switch (arrow.shape) {
    case 'whole':
    case 'arrival':
      return { head: arrow.received?.duplicate ? hollow : head, after: '', full: true, broken: false }
    case 'departure':
      return { head: '', after: '', full: false, broken: true }
    case 'lost':
      return { head: glyphs.cross, after: words.lost, full: false, broken: false }
    case 'in-flight':
      return { head: hollow, after: words.inFlight, full: false, broken: true }
  }
}

/** The least that must stay behind the last word. */
function tipWidth(tip: Tip): number {
  const after = tip.after === '' ? 0 : displayWidth(tip.after) + 2
  return (tip.broken ? BREAK : MIN_HEAD) + displayWidth(tip.head) + after
}

/** How many parts from the front fit into so many columns of line; all but the first leave the gap. */
function fitting(parts: readonly Span[], room: number, gap: number): number {
  let used = 0
  const over = parts.findIndex(({ text }, i) => {
    used += TAIL + 2 + displayWidth(text)
    return used > (i > 0 ? room - gap : room)
  })
  return over < 0 ? parts.length : over
}

/** `── S 0:0(0) win 64240 ──────────►`: words at the tail, the line drawn out to the head. */
function leaving(parts: readonly Span[], stroke: Stroke, tip: Tip, width: number): Span[] {
  const { ink } = stroke
  const spans = parts.flatMap((part) => [span(stroke.line.repeat(TAIL), ink), ...spaced(part)])
  const tail = spansWidth(spans)
  const broken = tip.broken ? stroke.lineBreak.repeat(BREAK) : ''
  const after = tip.after === '' ? [] : spaced(span(tip.after, 'red'))
  const most = width - displayWidth(broken) - displayWidth(tip.head) - spansWidth(after)
  const reach = tip.full ? most : Math.min(most, Math.max(tail + MIN_HEAD, Math.floor(width * PART_WAY)))
  spans.push(span(stroke.line.repeat(Math.max(0, reach - tail)), ink), span(broken, ink))
  spans.push(span(tip.head, tip.after === '' ? ink : 'red'), ...after)
  spans.push(span(' '.repeat(Math.max(0, width - spansWidth(spans)))))
  return spans
}

/** `          ╌╌╌ P. 1:74(73) ───►`: only the last part of the way. */
function arriving(parts: readonly Span[], stroke: Stroke, tip: Tip, width: number): Span[] {
  const { ink } = stroke
  const spans = [span(stroke.lineBreak.repeat(BREAK), ink)]
  for (const part of parts) spans.push(...spaced(part), span(stroke.line.repeat(TAIL), ink))
  spans.push(span(stroke.line, ink), span(tip.head, ink))
  return [span(' '.repeat(Math.max(0, width - spansWidth(spans)))), ...spans]
}

function spaced(part: Span): Span[] {
  return [span(' '), part, span(' ')]
}

function plainLanes(glyphs: Glyphs): [Span, Span] {
  return [span(glyphs.lane, 'faint'), span(glyphs.lane, 'faint')]
}

function lanesOf(arrow: Arrow, stroke: Stroke, glyphs: Glyphs): [Span, Span] {
  const lanes = plainLanes(glyphs)
  if (arrow.shape === 'arrival') return lanes
  const signs = arrow.from === 0 ? glyphs.leavesLeft : glyphs.leavesRight
  lanes[arrow.from] = span(signs[stroke.weight], 'faint')
  return lanes
}

/** Lines below an arrow, on the side of its tail. */
function stack(parts: readonly Span[], width: number, toRight: boolean, glyphs: Glyphs): Span[][] {
  const room = width - 2 * TAIL
  const lines: Span[][] = []
  for (const { text, ink } of parts) {
    const last = lines.at(-1)
    if (last !== undefined && spansWidth(last) + 2 + displayWidth(text) <= room) last.push(span('  '), span(text, ink))
    else for (const piece of wrap(text, room, glyphs.ellipsis)) lines.push([span(piece, ink)])
  }
  return lines.map((line) => {
    const indent = span(' '.repeat(TAIL + 1))
    const rest = span(' '.repeat(Math.max(0, width - spansWidth(line) - TAIL - 1)))
    return toRight ? [indent, ...line, rest] : [rest, ...line, indent]
  })
}
