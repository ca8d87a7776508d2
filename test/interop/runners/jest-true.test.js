import { expect, test } from '@jest/globals'
import { withWorld } from 'estab/testing'
import { EXPECTED, exchange } from './exchange.js'

test('passes', () =>
  withWorld({ seed: 7 }, async (world) => {
    expect(await exchange(world)).toEqual(EXPECTED)
  }))

test('fails', () =>
  withWorld({ seed: 7, name: 'jest' }, async (world) => {
    expect((await exchange(world)).text).toBe('something else')
  }))
