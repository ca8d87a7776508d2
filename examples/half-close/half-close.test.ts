import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test as plain, vi } from 'vitest'
import { explore, worldFixture } from '../../src/adapter/testing/index.ts'
import { journal } from './journal-world.ts'

const test = plain.extend({ world: worldFixture({ seed: 1 }) })

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'estab-journal-'))
})

afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true })
})

describe('a journal', () => {
  test('nothing is wrong when nothing goes wrong', async ({ world }) => {
    vi.useFakeTimers()
    await journal(world)
  })

  test('explore finds both bugs, and one fault is enough for each', async () => {
    const failures = await explore((world) => journal(world), { seeds: 100, folder })
    expect(failures.map(({ error }) => error.replace(/\d+/g, 'N')).sort()).toEqual([
      'Error: N of N answers were lost without an error',
      'Error: still waiting after N s',
    ])
    for (const { faults, capture } of failures) {
      expect(faults).toHaveLength(1)
      expect(existsSync(capture)).toBe(true)
    }
    const [dead] = failures.filter(({ error }) => error.includes('waiting'))
    expect(dead?.faults[0]?.kind).toBe('peer crash')
    expect(dead?.report).toContain(`ESTAB_SEED=${dead?.seed}`)
  })

  test('worker threads find the same', async () => {
    const dist = new URL('../../dist/', import.meta.url)
    const built = (await import(new URL('src/adapter/testing/index.js', dist).href)) as { explore: typeof explore }
    const failures = await built.explore(new URL('examples/half-close/journal-world.js', dist), { seeds: 40, folder })
    expect(failures).toEqual(await explore((world) => journal(world), { seeds: 40, folder }))
  })

  test('each cure leaves the other bug alone', async () => {
    const finished = await explore((world) => journal(world, { answersAfterEnd: true }), { seeds: 60, folder })
    expect(finished.map(({ error }) => error)).toEqual(['Error: still waiting after 3600 s'])
    const alive = await explore((world) => journal(world, { keepAlive: 60 }), { seeds: 60, folder })
    expect(alive.map(({ error }) => error.replace(/^.*of/, ''))).toEqual([' 4 answers were lost without an error'])
  })

  test('with both cures all is well', async () => {
    expect(
      await explore((world) => journal(world, { answersAfterEnd: true, keepAlive: 60 }), { seeds: 100, folder }),
    ).toEqual([])
  })
})
