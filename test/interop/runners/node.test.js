import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withWorld } from 'estab/testing'
import { EXPECTED, exchange } from './exchange.js'

test('passes', () =>
  withWorld({ seed: 7 }, async (world) => {
    assert.deepEqual(await exchange(world), EXPECTED)
  }))

test('fails', () =>
  withWorld({ seed: 7, name: 'node' }, async (world) => {
    assert.equal((await exchange(world)).text, 'something else')
  }))
