import type { Citation } from './citations.ts'
import { labelPattern } from './label.ts'
import type { Requirement } from './requirement.ts'
import type { TestResult } from './test-results.ts'

/** How a requirement stands. */
export interface Verdict {
  readonly requirement: Requirement
  readonly status: 'met' | 'failed' | 'missing' | 'not applicable'
  /** Where the tests that name it stand, and the comments. */
  readonly tests: readonly Place[]
  readonly source: readonly Place[]
}

export interface Place {
  readonly file: string
  readonly line: number
}

/** It is met when a test names it, and every test that does has passed. */
export function judge(
  requirement: Requirement,
  results: readonly TestResult[],
  citations: readonly Citation[],
): Verdict {
  const pattern = labelPattern(requirement.label)
  const named = results.filter((result) => pattern.test(result.name))
  const source = places(citations.filter(({ text }) => pattern.test(text)))
  const tests = places(named)
  let status: Verdict['status'] = 'met'
  if (requirement.notApplicable !== '') status = 'not applicable'
  else if (named.length === 0) status = 'missing'
  else if (named.some((result) => !result.passed)) status = 'failed'
  return { requirement, status, tests, source }
}

/** Each place once, by file and line. */
function places(found: readonly Place[]): Place[] {
  const all = new Map<string, Place>()
  for (const { file, line } of found) all.set(`${file}:${line}`, { file, line })
  return [...all.values()].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line))
}

/** '119 labels: 113 met, 6 not applicable.' and what is wrong beside. */
export function summary(name: string, verdicts: readonly Verdict[]): string {
  const count = (status: Verdict['status']) => verdicts.filter((verdict) => verdict.status === status).length
  const parts = [`${name}: ${count('met')} of ${verdicts.length} met`]
  const skipped = count('not applicable')
  if (skipped > 0) parts.push(`${skipped} not applicable`)
  const missing = count('missing')
  if (missing > 0) parts.push(`${missing} MISSING`)
  const failed = count('failed')
  if (failed > 0) parts.push(`${failed} FAILED`)
  return parts.join(', ')
}
