/**
 * The columns of a terminal that text takes up (Unicode Standard Annex 11). Characters of ambiguous
 * width, box drawing among them, count as narrow, as terminals show them by default.
 */

/** Ranges of wide (W and F) code points: East Asian scripts, full-width forms, emoji. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
]

const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u

export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

function characterWidth(character: string): number {
  const point = character.codePointAt(0) ?? 0
  if (point < 0x300) return 1
  if (ZERO_WIDTH.test(character)) return 0
  return WIDE.some(([first, last]) => point >= first && point <= last) ? 2 : 1
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

/** `text` in at most `width` columns, with `ellipsis` at the end where something was cut. */
export function clip(text: string, width: number, ellipsis: string): string {
  if (displayWidth(text) <= width) return text
  const room = width - displayWidth(ellipsis)
  let kept = ''
  let used = 0
  for (const character of text) {
    used += characterWidth(character)
    if (used > room) break
    kept += character
  }
  return room < 0 ? '' : kept + ellipsis
}

/**
 * `text` in lines of at most `width` columns, broken after spaces and commas. A number stays with the
 * word before it where it can; what is too long for a line by itself is clipped.
 */
export function wrap(text: string, width: number, ellipsis: string): string[] {
  const phrases = text.split(/(?<=[ ,])(?!\d)/)
  const words = phrases.flatMap((phrase) => (displayWidth(phrase) <= width ? [phrase] : phrase.split(/(?<=[ ,])/)))
  const lines = ['']
  for (const word of words) {
    const longer = lines[lines.length - 1] + word
    if (displayWidth(longer.trimEnd()) <= width) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines.filter((line) => line !== '').map((line) => clip(line.trimEnd(), width, ellipsis))
}

/** `text` on one line without control characters: what came off a wire must not steer a terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim()
}
