import type { Scenario } from '../src/scenario/scenario.ts'
import type { Check, Stage } from '../src/scenario/stage.ts'
import { type Variables, variablesOf } from '../src/scenario/variables.ts'
import { displayWidth } from '../src/trace/display-width.ts'
import { formatTime } from '../src/trace/time-text.ts'
import type { Drawing } from './drawing.ts'
import { entries, item, prose, table } from './prose.ts'
import { SCENARIO_WORDS } from './scenario-words.ts'

/** A table of more connections than this says nothing. */
const MOST_ROWS = 12
const RIGHT = new Set([2, 3, 4, 5, 6, 7])

/** A ladder of more lines than these two together is shown in part: so many of its first, and of its last. */
const FIRST_LINES = 80
const LAST_LINES = 30
/** What stands in the place of the others. */
const GAP_LINES = 3

export interface PageOptions extends Drawing {
  /** Ladders are shown whole, however long. */
  readonly full: boolean
}

/** Tells of `scenario`, whose parts were played on `stages`. */
export function scenarioPage(scenario: Scenario, stages: readonly Stage[], options: PageOptions): string {
  const { columns, language } = options
  const words = SCENARIO_WORDS[language]
  const lines = [
    ...heading(`${scenario.number}. ${scenario.title[language]}`, '═', options),
    '',
    ...item(words.question, scenario.question[language], columns),
    '',
    ...prose(scenario.explanation[language], columns),
    '',
    ...item(words.lookAt, scenario.lookAt[language], columns),
  ]
  for (const [i, stage] of stages.entries()) {
    const title = scenario.parts[i]?.title[language] ?? ''
    lines.push('', ...heading(title, '─', options), '', ...partLines(stage, options))
  }
  return `${lines.join('\n')}\n`
}

function partLines(stage: Stage, drawing: PageOptions): string[] {
  const { language, columns } = drawing
  const words = SCENARIO_WORDS[language]
  const { world } = stage
  const lines: string[] = []
  // Times of the ladder and of the remarks begin with the world.
  const ladder = stage.ladder.render({ ...drawing, names: words.hosts, origin: world.clock.now() - world.now })
  if (ladder !== '') lines.push(...abridged(ladder.split('\n'), drawing), '')
  if (stage.remarks.length > 0) {
    lines.push(strong(words.remarks, drawing))
    const times = stage.remarks.map(({ at }) => formatTime(at))
    const width = Math.max(...times.map((time) => time.length))
    for (const [i, { text }] of stage.remarks.entries()) {
      lines.push(...item(`  ${times[i]?.padStart(width)}  `, text[language], columns))
    }
    lines.push('')
  }
  if (stage.figures.length > 0) {
    const rows = stage.figures.map(({ name, value }) => [name[language], value] as const)
    lines.push(strong(words.figures, drawing), ...entries(rows, columns), '')
  }
  // A part that only compares the others has no machines.
  if ([...world.machines()].length > 0) lines.push(...variableLines(stage, drawing), '')
  lines.push(strong(words.checks, drawing))
  for (const check of stage.checks) lines.push(...checkLines(check, drawing))
  return lines
}

function abridged(lines: readonly string[], { full, language }: PageOptions): readonly string[] {
  const rest = lines.length - FIRST_LINES - LAST_LINES
  if (full || rest <= GAP_LINES) return lines
  const gap = `  · · ·  ${SCENARIO_WORDS[language].leftOut(rest)}  · · ·`
  return [...lines.slice(0, FIRST_LINES), '', gap, '', ...lines.slice(-LAST_LINES)]
}

function checkLines({ claim, holds }: Check, drawing: Drawing): string[] {
  const sign = mark(holds, drawing.ascii)
  const [first = '', ...rest] = item(`  ${sign} `, claim[drawing.language], drawing.columns)
  return [drawing.color ? first.replace(sign, `\x1b[${holds ? 32 : 31}m${sign}\x1b[0m`) : first, ...rest]
}

/** What both ends remember when the play is over: numbers as they are, to be counted from ISS. */
function variableLines(stage: Stage, drawing: Drawing): string[] {
  const words = SCENARIO_WORDS[drawing.language]
  const all = variablesOf(stage.world)
  const time = formatTime(stage.world.now)
  const title = strong(words.variables(time), drawing)
  if (all.length === 0) return [title, `  ${words.noVariables}`]
  const head = [words.end, words.state, 'ISS', 'SND.UNA', 'SND.NXT', 'SND.WND', 'RCV.NXT', 'RCV.WND']
  const rows = all.slice(0, MOST_ROWS).map((each) => row(each, words.hosts[each.host] ?? each.host))
  const rest = all.length - rows.length
  return [title, ...table([head, ...rows], RIGHT), ...(rest > 0 ? [`  ${words.more(rest)}`] : [])]
}

function row(each: Variables, host: string): string[] {
  const numbers = [each.iss, each.sndUna, each.sndNxt, each.sndWnd, each.rcvNxt, each.rcvWnd]
  return [`${host} :${each.localPort}`, each.state, ...numbers.map((number) => (number < 0 ? '-' : String(number)))]
}

function heading(text: string, line: string, drawing: Drawing): string[] {
  const width = Math.min(displayWidth(text), drawing.columns)
  const plain = line === '═' ? '=' : '-'
  return [strong(text, drawing), (drawing.ascii ? plain : line).repeat(width)]
}

export function mark(holds: boolean, ascii: boolean): string {
  const [good, bad] = ascii ? ['+', 'X'] : ['✓', '✗']
  return holds ? good : bad
}

function strong(text: string, { color }: Drawing): string {
  return color ? `\x1b[1m${text}\x1b[0m` : text
}
