import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Consumer } from './support/consumer.ts'
import { mustRun } from './support/requirements.ts'

const SOURCES = fileURLToPath(new URL('runners', import.meta.url))

interface Runner {
  readonly name: string
  /** Arguments of Node. */
  readonly args: readonly string[]
  /** What it says when one test passed and one failed. */
  readonly tally: RegExp
}

const JEST = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--runTestsByPath']

const RUNNERS: readonly Runner[] = [
  { name: 'Jest, true timers', args: [...JEST, 'jest-true.test.js'], tally: /^Tests: +1 failed, 1 passed, 2 total$/m },
  { name: 'Jest, fake timers', args: [...JEST, 'jest-fake.test.js'], tally: /^Tests: +1 failed, 1 passed, 2 total$/m },
  { name: 'node:test', args: ['--test', '--test-reporter=tap', 'node.test.js'], tally: /^# pass 1\n# fail 1$/m },
  {
    name: 'vitest',
    args: ['node_modules/vitest/vitest.mjs', 'run', 'vitest.test.js'],
    tally: /^ +Tests +1 failed \| 1 passed \(2\)$/m,
  },
]

describe('estab/testing, installed from the package', () => {
  const consumer = new Consumer()
  /** Why Jest is not there; '' = it is. */
  let obstacle = ''

  beforeAll(async () => {
    await consumer.pack()
    try {
      await consumer.install(['jest@latest'], ['vitest'], SOURCES)
    } catch (error) {
      obstacle = `Jest cannot be installed: ${error instanceof Error ? error.message : error}`
      if (mustRun()) throw new Error(obstacle)
      process.stderr.write(`\nTHE TEST RUNNERS ARE SKIPPED: ${obstacle}\n\n`)
    }
  }, 180_000)

  afterAll(() => {
    consumer.remove()
  })

  it.for(RUNNERS)('$name: virtual time, and what a failure leaves', async ({ args, tally }, { skip }) => {
    skip(obstacle !== '', obstacle)
    for (const [seed, env] of [
      [7, {}],
      [22, { ESTAB_SEED: '22' }],
    ] as const) {
      const { code, output } = await consumer.run(args, env)
      expect(code, output).toBe(1)
      expect(output).toMatch(tally)
      expect(output).toContain(`seed ${seed} (ESTAB_SEED=${seed} runs it alone)`)
      expect(output).toMatch(/SYN-SENT ├── S 0:0\(0\) win \d+ ─+►│/)
      const path = output.match(/capture: (.*\.pcapng)$/m)?.[1] ?? ''
      expect(path).toContain(`seed-${seed}`)
      expect(readFileSync(join(consumer.folder, path)).readUInt32LE(0)).toBe(0x0a0d0d0a)
    }
  })

  it('explore runs in worker threads', async ({ skip }) => {
    skip(obstacle !== '', obstacle)
    const { code, output } = await consumer.run(['--test', 'explore.test.js'])
    expect(code, output).toBe(0)
  })
})
