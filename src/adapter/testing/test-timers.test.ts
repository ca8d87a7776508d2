import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { World } from '../../sim/world.ts'
import { run } from './run.ts'
import { TestTimers } from './test-timers.ts'

const timers = new TestTimers()

beforeEach(() => {
  timers.install()
})

afterEach(() => {
  timers.uninstall()
})

describe('TestTimers', () => {
  it('fire in the order of their time, with their arguments, unless they are cleared', async () => {
    const seen: unknown[] = []
    const start = Date.now()
    setTimeout((...args: unknown[]) => seen.push(...args), 20, 'b', 'c')
    setTimeout(() => seen.push('a'), 10)
    clearTimeout(setTimeout(() => seen.push('never'), 5))
    clearTimeout(undefined)
    const ticking = setInterval(() => {
      seen.push(Date.now() - start)
      if (Date.now() - start >= 75) clearInterval(ticking)
    }, 25)
    const world = new World(1)
    await run(world, { seconds: 1 })
    expect(seen).toEqual(['a', 'b', 'c', 25, 50, 75])
    expect(new Date().toISOString()).toBe(new Date(start + 1000).toISOString())
    expect(new Date(5).getTime()).toBe(5)
  })

  it('give the globals back', () => {
    const fake = globalThis.setTimeout
    timers.uninstall()
    expect(globalThis.setTimeout).not.toBe(fake)
    expect(Date.now()).toBeGreaterThan(1_000_000_000_000)
  })

  it('a handle is what programs take it for', () => {
    const handle = setTimeout(() => {}, 1)
    expect(handle.unref().ref().hasRef()).toBe(true)
    clearTimeout(Number(handle))
    expect(Object.keys(timers.timers)).toEqual([])
  })
})
