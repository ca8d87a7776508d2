import type { Conversation } from './conversation.ts'
import { clip, displayWidth, padEnd, padStart } from './display-width.ts'
import { drawArrow } from './ladder-arrow.ts'
import { ASCII, type Glyphs, paint, type Span, span, stateInk, UNICODE } from './ladder-ink.ts'
import { layRows, type Row } from './ladder-rows.ts'
import { formatDuration, formatTime, group } from './time-text.ts'
import { type Language, WORDS, type Words } from './words.ts'

export interface RenderOptions {
  /** Width of the page in terminal columns, 100 unless given; about 67 at least. */
  readonly columns?: number
  readonly language?: Language
  /** Draw with ASCII signs alone. */
  readonly ascii?: boolean
  /** ANSI colours; none unless set. */
  readonly color?: boolean
  /** What to call hosts in place of the names that their probes have, such as `client` and `server`. */
  readonly names?: Readonly<Record<string, string>>
  /** Stretches in which nothing happens are folded from this length on, in microseconds; 500,000 unless given. */
  readonly foldAfter?: number
  /** The run goes on: what was sent last and has not arrived is in flight, not lost. */
  readonly running?: boolean
  /** Time 0 of the page, in microseconds of the hosts' clock; the first event unless given. */
  readonly origin?: number
}

const COLUMNS = 100
const FOLD_AFTER = 500_000
/** The longest names of states: SYN-RECEIVED, ESTABLISHED. */
const STATE_WIDTH = 12
/** Least room between the lanes, and what it takes for each host to have a time column of its own. */
const MIN_ROOM = 28
const AMPLE_ROOM = 46

/** The measures and materials of one page. */
interface Page {
  readonly words: Words
  readonly glyphs: Glyphs
  readonly color: boolean
  readonly origin: number
  readonly observed: readonly [boolean, boolean]
  readonly timeWidth: number
  /** One time column, on the left: when a segment was sent, or when it arrived in a row of its own. */
  readonly singleTime: boolean
  /** Columns between the two lanes. */
  readonly room: number
}

/** The ladder of one connection: time and state of either host at the margins, its segments in between. */
export function renderConversation(
  conversation: Conversation,
  observed: readonly [boolean, boolean],
  origin: number,
  options: RenderOptions,
): string {
  const rows = layRows(conversation.events.toArray(), { observed, running: options.running ?? false })
  const page = measure(rows, observed, origin, options)
  const lines = header(conversation, page, options)
  if (conversation.dropped > 0) {
    lines.push(pauseLine(page.words.dropped(group(String(conversation.dropped))), page))
  }
  const foldAfter = options.foldAfter ?? FOLD_AFTER
  let last = Number.NaN
  for (const row of rows) {
    const idle = earliest(row) - last
    if (idle >= foldAfter) lines.push(pauseLine(page.words.idle(formatDuration(idle)), page))
    last = Math.max(latest(row), Number.isNaN(last) ? Number.NEGATIVE_INFINITY : last)
    lines.push(...rowLines(row, page))
  }
  return lines.map((line) => paint(line, page.color)).join('\n')
}

function measure(
  rows: readonly Row[],
  observed: readonly [boolean, boolean],
  origin: number,
  options: RenderOptions,
): Page {
  const words = WORDS[options.language ?? 'en']
  const times = rows.flatMap(({ lanes }) => lanes.map(({ time }) => time)).filter((time) => !Number.isNaN(time))
  const timeWidth = times.reduce(
    (width, time) => Math.max(width, formatTime(time - origin).length),
    displayWidth(words.time),
  )
  const watched = observed.filter((each) => each).length
  const columns = (options.columns ?? COLUMNS) - watched * (STATE_WIDTH + 1) - 2
  const singleTime = watched < 2 || columns - 2 * (timeWidth + 1) < AMPLE_ROOM
  return {
    words,
    glyphs: options.ascii ? ASCII : UNICODE,
    color: options.color ?? false,
    origin,
    observed,
    timeWidth,
    singleTime,
    room: Math.max(MIN_ROOM, columns - (singleTime ? 1 : 2) * (timeWidth + 1)),
  }
}

/** Names and addresses above the lanes, the columns' heads, and the states in which it all begins. */
function header(conversation: Conversation, page: Page, options: RenderOptions): Span[][] {
  const { words } = page
  const names: Readonly<Record<string, string>> = { client: words.client, server: words.server, ...options.names }
  const [client, server] = conversation.names
  const [left, right] = conversation.endpoints
  const titles = titleLines(
    `${names[client || 'client'] ?? client} ${left}`,
    `${names[server || 'server'] ?? server} ${right}`,
    page.room + 2,
  )
  const lines = titles.map((title, i) => {
    const last = i === titles.length - 1
    return [
      ...margin(0, last ? words.time : '', span(last ? words.state : '', 'faint'), page),
      span(title),
      ...margin(1, last ? words.time : '', span(last ? words.state : '', 'faint'), page),
    ]
  })
  const [first, second] = conversation.initial
  lines.push(laneLine(page, ['', ''], [span(first, stateInk(first)), span(second, stateInk(second))]))
  return lines
}

/** Two texts at the two ends of a line, or each on its own line where they would not leave a gap. */
function titleLines(left: string, right: string, width: number): string[] {
  const gap = width - displayWidth(left) - displayWidth(right)
  if (gap >= 2) return [left + ' '.repeat(gap) + right]
  return [padEnd(clip(left, width, ''), width), padStart(clip(right, width, ''), width)]
}

function rowLines(row: Row, page: Page): Span[][] {
  const [left, right] = row.lanes
  const states: [Span, Span] = [span(left.state, stateInk(left.state)), span(right.state, stateInk(right.state))]
  const times = timeTexts(row, page)
  if (row.arrow === null) return [laneLine(page, times, states)]
  const arrow = drawArrow(row.arrow, page.room, page.glyphs, page.words)
  const line = [
    ...margin(0, times[0], states[0], page),
    arrow.lanes[0],
    ...arrow.line,
    arrow.lanes[1],
    ...margin(1, times[1], states[1], page),
  ]
  return [line, ...arrow.below.map((below) => laneLine(page, ['', ''], [span(''), span('')], below))]
}

/** A line of two plain lanes. */
function laneLine(
  page: Page,
  times: readonly [string, string],
  states: readonly [Span, Span],
  between: readonly Span[] = [span(' '.repeat(page.room))],
): Span[] {
  const lane = span(page.glyphs.lane, 'faint')
  return [...margin(0, times[0], states[0], page), lane, ...between, lane, ...margin(1, times[1], states[1], page)]
}

/** `· · ·  idle 60.0 s  · · ·` between lanes that are not to scale. */
function pauseLine(text: string, page: Page): Span[] {
  const { pause, foldedLane } = page.glyphs
  const full = `${pause}  ${text}  ${pause}`
  const before = Math.max(0, Math.floor((page.room - displayWidth(full)) / 2))
  const middle = padEnd(' '.repeat(before) + full, page.room)
  const lane = span(foldedLane, 'faint')
  return [...margin(0, '', span(''), page), lane, span(middle, 'faint'), lane]
}

/** Time and state of one host, the time outermost; no state for a host that was not watched. */
function margin(end: 0 | 1, time: string, state: Span, page: Page): Span[] {
  const timed = page.singleTime ? end === 0 : page.observed[end]
  const times = timed ? [span(padStart(time, page.timeWidth), 'faint')] : []
  const pad = end === 0 ? padStart : padEnd
  const states = page.observed[end] ? [span(pad(state.text, STATE_WIDTH), state.ink)] : []
  const columns = end === 0 ? [...times, ...states] : [...states, ...times]
  return columns.flatMap((column) => (end === 0 ? [column, span(' ')] : [span(' '), column]))
}

function timeTexts(row: Row, page: Page): [string, string] {
  const text = (time: number) => (Number.isNaN(time) ? '' : formatTime(time - page.origin))
  if (page.singleTime) return [text(earliest(row)), '']
  return [text(row.lanes[0].time), text(row.lanes[1].time)]
}

function earliest({ lanes: [left, right] }: Row): number {
  if (Number.isNaN(left.time)) return right.time
  return Number.isNaN(right.time) ? left.time : Math.min(left.time, right.time)
}

function latest({ lanes: [left, right] }: Row): number {
  if (Number.isNaN(left.time)) return right.time
  return Number.isNaN(right.time) ? left.time : Math.max(left.time, right.time)
}
