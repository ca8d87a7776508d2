import { join } from 'node:path'
import { createVitest, type Vitest } from 'vitest/node'
import type { Outcome, Request } from './mutant-runner.ts'

/*
 * Runs tests of a scratch copy again and again, in one warm process: for each request the tests of some
 * files whose names match a pattern, after some file has changed.
 */

const [, , root = ''] = process.argv

const vitest = await createVitest(
  'test',
  {
    root,
    watch: false,
    // Threads end with this process, whatever a mutant does.
    pool: 'threads',
    maxWorkers: 1,
    bail: 1,
    testTimeout: 20_000,
    reporters: [{}],
  },
  { cacheDir: join(root, '.vite') },
)
process.on('message', async (request: Request) => {
  process.send?.(await run(vitest, request))
})
process.send?.('ready')

async function run(vitest: Vitest, request: Request): Promise<Outcome> {
  for (const file of request.changed) vitest.invalidateFile(join(root, file))
  vitest.setGlobalTestNamePattern(new RegExp(request.pattern))
  const paths = request.files.map((file) => join(root, file))
  const specifications = await vitest.globTestSpecifications(paths)
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications)
  let passed = 0
  const failures: string[] = []
  let broken = ''
  // Of runs before there are modules, too.
  for (const module of testModules.filter(({ moduleId }) => paths.includes(moduleId))) {
    for (const error of module.errors()) broken = error.message
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed') passed += 1
      else if (state === 'failed') failures.push(test.fullName)
    }
  }
  for (const error of unhandledErrors) failures.push(String(error))
  return { passed, failures, broken }
}
