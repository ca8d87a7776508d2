import { displayWidth, padEnd, padStart } from '../src/trace/display-width.ts'

/** What must not end a line, and what must not begin one, in Chinese text. */
const OPENING = '（《“「『'
const CLOSING = '，。；：、？！）》”」』'

/** A piece of text that stays on one line: a Chinese character, or a word, each with its punctuation. */
const PIECE = new RegExp(
  `[${OPENING}]*(?:\\p{Script=Han}|[^\\s\\p{Script=Han}${OPENING}${CLOSING}]+)?[${CLOSING}]*\\s*`,
  'gu',
)

/** `text` in lines of at most `columns`, each after `indent` spaces: broken between words, and between Chinese characters. */
export function prose(text: string, columns: number, indent = 0): string[] {
  const room = columns - indent
  const lines = ['']
  for (const piece of text.match(PIECE) ?? []) {
    const longer = lines[lines.length - 1] + piece
    if (displayWidth(longer.trimEnd()) <= room || lines[lines.length - 1] === '') lines[lines.length - 1] = longer
    else lines.push(piece)
  }
  return lines.map((line) => ' '.repeat(indent) + line.trimEnd())
}

/** The same, with `mark`, such as '- ', before the first line and the others below its text. */
export function item(mark: string, text: string, columns: number): string[] {
  const indent = displayWidth(mark)
  return prose(text, columns, indent).map((line, i) => (i === 0 ? mark + line.trimStart() : line))
}

/** Columns as wide as they need to be, two spaces apart after an indent of two; those in `right` are set to the right. */
export function table(rows: readonly (readonly string[])[], right: ReadonlySet<number> = new Set()): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell))
  }
  return rows.map((row) => {
    const cells = row.map((cell, i) => (right.has(i) ? padStart : padEnd)(cell, widths[i] ?? 0))
    return `  ${cells.join('  ')}`.trimEnd()
  })
}

/** Names and their values in two columns after an indent of two; a long value goes on in lines of its own column. */
export function entries(rows: readonly (readonly [string, string])[], columns: number): string[] {
  const width = Math.max(...rows.map(([name]) => displayWidth(name)))
  return rows.flatMap(([name, value]) => {
    const mark = `  ${padEnd(name, width)}  `
    return displayWidth(mark) + displayWidth(value) <= columns ? [mark + value] : item(mark, value, columns)
  })
}
