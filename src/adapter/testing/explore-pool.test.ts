import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** Worker threads run what was built. */
const BUILT = new URL('../../../dist/src/adapter/testing/index.js', import.meta.url)

const { explore } = (await import(BUILT.href)) as typeof import('./index.ts')

const moduleOf = (source: string) => new URL(`data:text/javascript,${encodeURIComponent(source)}`)

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'estab-explore-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

describe('explore on all cores', () => {
  const broken = `
    import { isMainThread } from 'node:worker_threads'
    export const test = async ({ seed, faults }) => {
      if (faults.some(({ kind }) => kind === 'freeze')) throw new Error((isMainThread ? 'main' : 'worker') + ' ' + seed)
    }`

  it('runs every seed once in worker threads, and finds what one thread would', async () => {
    const [failure, ...others] = await explore(moduleOf(broken), { seeds: 30, folder })
    const [first] = await explore(
      ({ seed, faults }) => {
        if (faults.some(({ kind }) => kind === 'freeze')) throw new Error(`here ${seed}`)
      },
      { seeds: 30, folder },
    )
    expect(others).toEqual([])
    expect(failure?.error).toBe(`Error: worker ${failure?.seed}`)
    expect([failure?.seed, failure?.faults]).toEqual([first?.seed, first?.faults])
  })

  it('leaves a capture of what worker threads find', async () => {
    const [failure] = await explore(moduleOf(broken), { seeds: 30, folder })
    expect(readdirSync(folder)).toEqual([`explore-seed-${failure?.seed}.pcapng`])
    expect(existsSync(failure?.capture ?? '')).toBe(true)
  })

  it('rejects when the module has no test, or does not load', async () => {
    await expect(explore(moduleOf('export const other = 1'), { seeds: 2 })).rejects.toThrow(
      'exports no function called test',
    )
    await expect(explore(moduleOf('throw new Error("broken module")'), { seeds: 2 })).rejects.toThrow('broken module')
  })

  it('rejects when a worker thread ends without a result', async () => {
    await expect(explore(moduleOf('process.exit(3)'), { seeds: 1 })).rejects.toThrow('ended with 3 and no result')
  })
})
