import { expect, it } from 'vitest'
import { differences } from './compare.ts'
import { runOf } from './ladder.testkit.ts'

it('two runs differ in the packets that were sent, lost or came at another time', () => {
  const same = { sentAt: 0, arrivedAt: 10, seq: 1 }
  const before = runOf([same, { sentAt: 20, arrivedAt: 30 }, { sentAt: 40, arrivedAt: 50 }]).packets
  const after = runOf([
    same,
    { sentAt: 20, lostAt: 25 },
    { sentAt: 40, arrivedAt: 50 },
    { sentAt: 60, arrivedAt: 70 },
  ]).packets
  expect([...differences(after, before)]).toEqual([1, 3])
  expect([...differences(before, after)]).toEqual([1])
})
