import { describe, expect, it } from 'vitest'
import { mutations } from './mutations.ts'
import { listing, page, withoutLines } from './page.ts'
import { rule, without } from './requirement.ts'
import { sources } from './requirements.ts'
import { obstacle } from './scratch.ts'
import { judge, summary } from './verdict.ts'

const results = [
  { file: 'src/tcp/a.test.ts', line: 7, name: 'group MUST-3, MUST-4: of a', passed: true },
  { file: 'src/tcp/b.test.ts', line: 9, name: 'MUST-4: of b', passed: false },
  { file: 'src/tcp/c.test.ts', line: 3, name: 'MUST-31: of c', passed: true },
  { file: 'src/tcp/c.test.ts', line: 3, name: 'MUST-31: of c, with another parameter', passed: true },
]
const cited = [{ file: 'src/tcp/a.ts', line: 70, text: '// MUST-3.' }]
const verdicts = [
  rule('MUST-3', '3.1', 'three'),
  rule('MUST-4', '3.1', 'four'),
  rule('MUST-5', '3.1', 'five'),
  rule('MUST-31', '3.8.5', 'thirty-one'),
  without('MUST-51', '3.9.2.1', 'fifty-one', 'there are none'),
].map((requirement) => judge(requirement, results, cited))

describe('judge', () => {
  it('tells what is met, failed and missing by the tests that name a rule', () => {
    expect(verdicts.map(({ status }) => status)).toEqual(['met', 'failed', 'missing', 'met', 'not applicable'])
    expect(verdicts[3]?.tests).toEqual([{ file: 'src/tcp/c.test.ts', line: 3 }])
    expect(summary('X', verdicts)).toBe('X: 2 of 5 met, 1 not applicable, 1 MISSING, 1 FAILED')
  })
})

describe('the page', () => {
  const text = page([{ name: 'X', verdicts }])

  it('has a row for each rule, with links', () => {
    expect(text).toContain(
      '| MUST-3 | 3.1 | three | [tcp/a.test.ts:7](../src/tcp/a.test.ts#L7) | [tcp/a.ts:70](../src/tcp/a.ts#L70) |',
    )
    expect(text).toContain('| MUST-51 | 3.9.2.1 | fifty-one | not applicable: there are none |  |')
    expect(listing([{ name: 'X', verdicts }])).toContain('MUST-5              MISSING')
  })

  it('is the same without its line numbers after lines have moved', () => {
    const moved = results.map((result) => ({ ...result, line: result.line + 100 }))
    const again = verdicts.map(({ requirement }) => judge(requirement, moved, cited))
    expect(page([{ name: 'X', verdicts: again }])).not.toBe(text)
    expect(withoutLines(page([{ name: 'X', verdicts: again }]))).toBe(withoutLines(text))
  })
})

describe('the mutations', () => {
  it('break rules that are in the table', () => {
    const labels = new Set(sources.flatMap(({ requirements }) => requirements.map(({ label }) => label)))
    for (const mutation of mutations) expect(labels).toContain(mutation.rule)
  })

  it('find their text once', () => {
    const lost = mutations.map((mutation) => `${mutation.rule}: ${obstacle('.', mutation)}: ${mutation.find}`)
    expect(lost.filter((line) => !/^[^:]+: : /.test(line))).toEqual([])
  })
})
