import { worldFixture } from 'estab/testing'
import { afterEach, beforeEach, expect, test as plain, vi } from 'vitest'
import { EXPECTED, exchange } from './exchange.js'

const test = plain.extend({ world: worldFixture({ seed: 7 }) })

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('passes', async ({ world }) => {
  expect(await exchange(world)).toEqual(EXPECTED)
})

test('fails', async ({ world }) => {
  expect((await exchange(world)).text).toBe('something else')
})
