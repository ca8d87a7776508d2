import { formatPlainTime } from '../../trace/time-text.ts'
import type { ScriptFailure } from './run-script.ts'
import type { BadLine } from './statement.ts'

const GAP = '   '

/** A failure for people, without a line end: what had passed, and expected beside seen, or below where it is too wide. */
export function describeFailure(failure: ScriptFailure, columns = 100): string {
  const { line, text, at, expected, seen, before } = failure
  const lines = [`  line ${line}, at ${formatPlainTime(at)} s: ${text}`]
  if (before.length > 0) lines.push('    before it', ...before.map((each) => `      ${each}`))
  const width = Math.max(expected.length, 'expected'.length)
  if (4 + width + GAP.length + seen.length <= columns) {
    lines.push(`    ${'expected'.padEnd(width)}${GAP}seen`, `    ${expected.padEnd(width)}${GAP}${seen}`)
  } else {
    lines.push(`    expected  ${expected}`, `    seen      ${seen}`)
  }
  return lines.join('\n')
}

/** A bad line for people, without a line end. */
export function describeBadLine({ line, text, remedy }: BadLine): string {
  return `  line ${line}: ${text}\n    ${remedy}`
}
