import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { withWorld } from 'estab/testing'
import { EXPECTED, exchange } from './exchange.js'

beforeEach(() => {
  jest.useFakeTimers()
})

afterEach(() => {
  jest.useRealTimers()
})

test('passes', () =>
  withWorld({ seed: 7 }, async (world) => {
    let rang = 0
    setTimeout(() => {
      rang += 1
    }, 119_000)
    expect(await exchange(world)).toEqual(EXPECTED)
    expect(rang).toBe(1)
    expect(jest.getTimerCount()).toBe(0)
  }))

test('fails', () =>
  withWorld({ seed: 7, name: 'jest' }, async (world) => {
    expect((await exchange(world)).text).toBe('something else')
  }))
