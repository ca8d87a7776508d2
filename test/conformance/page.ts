import type { Place, Verdict } from './verdict.ts'
import { summary } from './verdict.ts'

/** The verdicts on one document. */
export interface Chapter {
  readonly name: string
  readonly verdicts: readonly Verdict[]
}

const HEAD = `# Conformance

Each rule that estab answers for, the tests that name it in their titles, and the lines of source that cite it. Made by
\`npm run conformance\`, which fails when a rule has no test or a test of it fails; \`npm run conformance:mutate\` breaks
the rules one by one and shows that the tests notice.
`

/** docs/conformance.md. */
export function page(chapters: readonly Chapter[]): string {
  const parts = [HEAD]
  for (const { name, verdicts } of chapters) {
    parts.push(`## ${name}\n\n${summary(name, verdicts)}.\n`)
    const rows = verdicts.map((verdict) => `| ${cells(verdict).join(' | ')} |`)
    parts.push(['| Rule | Section | | Tests | Source |', '|---|---|---|---|---|', ...rows, ''].join('\n'))
  }
  return parts.join('\n')
}

function cells(verdict: Verdict): string[] {
  const { label, section, rule, notApplicable } = verdict.requirement
  const tests = verdict.status === 'missing' ? '**MISSING**' : links(verdict.tests)
  switch (verdict.status) {
    case 'not applicable':
      return [label, section, rule, `not applicable: ${notApplicable}`, links(verdict.source)]
    case 'failed':
      return [label, section, rule, `**FAILED** ${tests}`, links(verdict.source)]
    default:
      return [label, section, rule, tests, links(verdict.source)]
  }
}

function links(places: readonly Place[]): string {
  return places.map(({ file, line }) => `[${shortName(file)}:${line}](../${file}#L${line})`).join(', ')
}

/** 'tcp/rtt.ts' of 'src/tcp/rtt.ts'. */
function shortName(file: string): string {
  return file.replace(/^src\//, '')
}

/** The page without its line numbers, which change with any edit. */
export function withoutLines(text: string): string {
  return text.replace(/(\.ts):\d+\]/g, '$1]').replace(/#L\d+\)/g, ')')
}

/** The same for a terminal: a line each, with the first test and the first citation. */
export function listing(chapters: readonly Chapter[]): string {
  const lines: string[] = []
  for (const { verdicts } of chapters) {
    for (const verdict of verdicts) {
      const { label, notApplicable } = verdict.requirement
      let text = `${first(verdict.tests).padEnd(46)}${first(verdict.source)}`
      if (verdict.status === 'not applicable') text = `not applicable: ${notApplicable}`
      else if (verdict.status !== 'met') text = `${verdict.status.toUpperCase()}  ${text}`
      lines.push(`${label.padEnd(20)}${text}`.trimEnd())
    }
    lines.push('')
  }
  for (const { name, verdicts } of chapters) lines.push(summary(name, verdicts))
  return `${lines.join('\n')}\n`
}

function first(places: readonly Place[]): string {
  const [place] = places
  if (place === undefined) return ''
  const more = places.length > 1 ? ` +${places.length - 1}` : ''
  return `${shortName(place.file)}:${place.line}${more}`
}
