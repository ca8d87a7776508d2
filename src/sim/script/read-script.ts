import { nearest } from '../../stack/nearest.ts'
import type { BadLine, Statement } from './statement.ts'
import { FORMS, microseconds } from './statement-forms.ts'

/** A script as it was read: only one without bad lines can be run. */
export interface Script {
  readonly statements: readonly Statement[]
  readonly badLines: readonly BadLine[]
}

/** Reads a script; docs/notation.md has the grammar. */
export function readScript(text: string): Script {
  const statements: Statement[] = []
  const badLines: BadLine[] = []
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1
    const stripped = raw.replace(/(?:\/\/|#).*/, '').trim()
    if (stripped === '') continue
    try {
      const statement = { line, text: stripped, ...readStatement(stripped) }
      if (statement.action.kind === 'ip' && statements.length > 0) {
        throw new RangeError('ip stands before all other statements, once')
      }
      statements.push(statement)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      badLines.push({ line, text: stripped, remedy: error.message })
    }
  }
  return { statements, badLines }
}

/** Throws RangeError, which says what would be right. */
function readStatement(text: string): Omit<Statement, 'line' | 'text'> {
  const timed = /^\+(\S*) *(.*)$/.exec(text)
  const delay = timed === null ? 0 : microseconds(timed[1] ?? '')
  if (delay < 0) throw new RangeError('a time is in seconds with at most six decimals, such as +0.25')
  const [, word = '', rest = ''] = /^([<>]|\S+) *(.*)$/.exec(timed === null ? text : (timed[2] ?? '')) ?? []
  if (word === '') throw new RangeError('what is to happen then? Such as: +0.25 write 1000')
  const form = Object.hasOwn(FORMS, word) ? FORMS[word] : undefined
  if (form === undefined) {
    throw new RangeError(`there is no statement ${word}: did you mean ${nearest(word, Object.keys(FORMS))}?`)
  }
  const action = form.read(rest.trim())
  if (action === null) throw new RangeError(`it is written: ${form.usage}`)
  return { delay, isTimed: timed !== null, action }
}
