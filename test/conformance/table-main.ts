import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { citations } from './citations.ts'
import { listing, page, withoutLines } from './page.ts'
import { sources } from './requirements.ts'
import { runTests } from './test-results.ts'
import { judge } from './verdict.ts'

/*
 * Which requirements are met, by which tests: runs the unit tests, prints the table, writes docs/conformance.md.
 * `--check`: writes nothing, and fails when that page says something else, line numbers aside.
 */

const root = process.cwd()
const path = join(root, 'docs', 'conformance.md')
const { results, broken } = await runTests(root)
const cited = citations(root)
const chapters = sources.map(({ name, requirements }) => ({
  name,
  verdicts: requirements.map((requirement) => judge(requirement, results, cited)),
}))
process.stdout.write(listing(chapters))
for (const line of broken) process.stderr.write(`${line}\n`)
const text = page(chapters)
if (process.argv.includes('--check')) {
  const old = existsSync(path) ? readFileSync(path, 'utf8') : ''
  if (withoutLines(old) !== withoutLines(text)) {
    process.stderr.write('docs/conformance.md is out of date: run npm run conformance\n')
    process.exitCode = 1
  }
} else writeFileSync(path, text)
const unmet = chapters.some(({ verdicts }) =>
  verdicts.some(({ status }) => status === 'missing' || status === 'failed'),
)
if (unmet || broken.length > 0) process.exitCode = 1
