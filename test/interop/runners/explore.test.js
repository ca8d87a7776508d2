import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { explore } from 'estab/testing'

test('passes', async () => {
  const failures = await explore(new URL('./exchange.js', import.meta.url), { seeds: 10, faults: ['peer crash'] })
  const [{ error, faults, capture, report }] = failures
  assert.deepEqual([failures.length, faults.length], [1, 1])
  assert.equal(error, 'StackError: read ETIMEDOUT: the connection has failed')
  assert.equal(readFileSync(capture).readUInt32LE(0), 0x0a0d0d0a)
  assert.ok(report.includes(`capture: ${capture}`))
})
