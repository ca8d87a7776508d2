import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

/** What the tests have shown. */
export interface TestRun {
  readonly results: readonly TestResult[]
  /** Files that cannot even be loaded, and why: their tests are missing. */
  readonly broken: readonly string[]
}

/** One test that ran. */
export interface TestResult {
  /** Path from the root. */
  readonly file: string
  readonly line: number
  /** Its title behind those of the groups around it. */
  readonly name: string
  readonly passed: boolean
}

/** The shape of vitest's JSON report, as far as it is read here. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly location?: { readonly line: number } | null
    }[]
  }[]
}

/** Tests of these tools, whose titles name labels as examples. */
const OWN_TESTS = 'test/conformance/'

/** Runs the unit tests below `root`; skipped ones are left out. */
export async function runTests(root: string): Promise<TestRun> {
  const directory = mkdtempSync(join(tmpdir(), 'estab-conformance-'))
  const output = join(directory, 'report.json')
  try {
    await vitest(root, ['run', '--reporter=json', `--outputFile=${output}`, '--includeTaskLocation'])
    return read(root, JSON.parse(readFileSync(output, 'utf8')) as Report)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function read(root: string, report: Report): TestRun {
  const results: TestResult[] = []
  const broken: string[] = []
  for (const file of report.testResults) {
    const path = relative(root, file.name)
    if (path.startsWith(OWN_TESTS)) continue
    if (file.status === 'failed' && file.assertionResults.length === 0) {
      broken.push(`${path} cannot be loaded: ${file.message.split('\n')[0]}`)
    }
    for (const test of file.assertionResults) {
      if (test.status !== 'passed' && test.status !== 'failed') continue
      results.push({
        file: path,
        line: test.location?.line ?? 1,
        name: test.fullName,
        passed: test.status === 'passed',
      })
    }
  }
  return { results, broken }
}

/** Whether tests have failed is in the report, so that the exit code says nothing. */
function vitest(root: string, args: string[]): Promise<void> {
  const program = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const child = spawn(process.execPath, [program, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => resolve())
  })
}
