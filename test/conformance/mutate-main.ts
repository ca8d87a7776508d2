import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { filesBelow } from './citations.ts'
import { labelPattern } from './label.ts'
import { MutantRunner } from './mutant-runner.ts'
import type { Mutation } from './mutation.ts'
import { mutations } from './mutations.ts'
import { obstacle, Scratch } from './scratch.ts'

/*
 * Breaks each rule in a copy of the source and runs the tests that name it: one of them must fail.
 * `--rule LABEL`: only that one. Exits 1 when a mutant survives, is not where it is said to be, or has no test.
 */

const root = process.cwd()
const chosen = choose()
const began = Date.now()
const tests = filesBelow(root, 'src', (name) => name.endsWith('.test.ts')).map((file) => ({
  file,
  text: readFileSync(join(root, file), 'utf8'),
}))
/** Rules whose tests pass as long as nothing is broken. */
const sound = new Set<string>()
const waiting = [...chosen]
const survivors: Mutation[] = []
let caught = 0
await Promise.all(Array.from({ length: Math.min(availableParallelism(), chosen.length) }, work))
process.stdout.write(
  `\n${caught} of ${chosen.length} mutants caught, of ${new Set(chosen.map((m) => m.rule)).size} rules, ` +
    `in ${Math.round((Date.now() - began) / 1000)} s\n`,
)
if (survivors.length > 0) process.exitCode = 1

/** One copy and one runner, until nothing waits. */
async function work(): Promise<void> {
  const scratch = new Scratch(root)
  const runner = new MutantRunner(scratch.root)
  try {
    for (let mutation = waiting.shift(); mutation !== undefined; mutation = waiting.shift()) {
      const verdict = await judge(mutation, scratch, runner)
      const good = verdict.startsWith('caught')
      if (good) caught += 1
      else survivors.push(mutation)
      process.stdout.write(`${mutation.rule.padEnd(20)}${mutation.file.padEnd(34)}${verdict}\n`)
    }
  } finally {
    runner.stop()
    scratch.remove()
  }
}

async function judge(mutation: Mutation, scratch: Scratch, runner: MutantRunner): Promise<string> {
  const { rule, file } = mutation
  const reason = obstacle(root, mutation)
  if (reason !== '') return `${reason}: ${JSON.stringify(mutation.find)}`
  const pattern = labelPattern(rule)
  const files = tests.filter(({ text }) => pattern.test(text)).map((test) => test.file)
  if (files.length === 0) return 'NO TEST names the rule'
  const request = { files, pattern: pattern.source }
  if (!sound.has(rule)) {
    const before = await runner.run(request)
    if (before.broken !== '' || before.failures.length > 0) {
      return `FAILS UNMUTATED: ${before.broken || before.failures[0]}`
    }
    if (before.passed === 0) return 'NO TEST names the rule'
    sound.add(rule)
  }
  scratch.apply(mutation)
  runner.forget(file)
  const after = await runner.run(request)
  scratch.restore(file)
  runner.forget(file)
  // What no engine can read proves nothing.
  if (after.broken !== '') return `DOES NOT LOAD: ${after.broken}`
  const [failure] = after.failures
  if (failure === undefined) return `SURVIVED ${after.passed} tests: ${JSON.stringify(mutation.find)}`
  return `caught: ${failure.slice(0, 90)}`
}

function choose(): readonly Mutation[] {
  const at = process.argv.indexOf('--rule')
  if (at < 0) return mutations
  const label = process.argv[at + 1]
  const found = mutations.filter((mutation) => mutation.rule === label)
  if (found.length === 0) {
    process.stderr.write(`there is no mutation of ${label}\n`)
    process.exit(1)
  }
  return found
}
