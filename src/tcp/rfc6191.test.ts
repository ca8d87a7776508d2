import { describe, expect, it } from 'vitest'
import { Peer } from './peer.testkit.ts'

/** A connection in TIME-WAIT; the peer's next number is 2, and its last timestamp 50 where it has any. */
function waiting(timestamps: boolean): Peer {
  const stamp = timestamps ? ' <TS val 50 ecr 100>' : ''
  return Peer.established({}, timestamps ? 'mss 1000,TS val 1 ecr 0' : 'mss 1000').run(`
    +0.1 shutdown
    +0   > F. 1:1(0) ack 1
    +0.1 < F. 1:1(0) ack 2 win 257${stamp}
    +0   > . 2:2(0) ack 2
    +0   state TIME-WAIT
  `)
}

describe('RFC 6191, 2: which SYN may reopen a connection in TIME-WAIT', () => {
  it.each([
    ['a newer timestamp, the number newer', true, 'S 3:3(0) win 1 <TS val 51 ecr 0>', true],
    ['a newer timestamp, the number old', true, 'S 0:0(0) win 1 <TS val 51 ecr 0>', true],
    ['a newer timestamp, the number far away', true, 'S 3000000000:3000000000(0) win 1 <TS val 51 ecr 0>', true],
    ['the same timestamp, the number newer', true, 'S 3:3(0) win 1 <TS val 50 ecr 0>', true],
    ['the same timestamp, the number old', true, 'S 2:2(0) win 1 <TS val 50 ecr 0>', false],
    ['an older timestamp, the number newer', true, 'S 3:3(0) win 1 <TS val 49 ecr 0>', false],
    ['no timestamp any more, the number newer', true, 'S 3:3(0)', true],
    ['no timestamp any more, the number old', true, 'S 2:2(0)', false],
    ['no timestamps ever, the number newer', false, 'S 3:3(0)', true],
    ['no timestamps ever, the number old', false, 'S 2:2(0)', false],
    ['a timestamp for the first time, the number newer', false, 'S 3:3(0) win 1 <TS val 9 ecr 0>', true],
    ['a timestamp for the first time, the number old (as Linux)', false, 'S 2:2(0) win 1 <TS val 9 ecr 0>', false],
  ])('SHLD-4: %s', (_name, timestamps, syn, yields) => {
    const peer = waiting(timestamps)
    expect(peer.connection.yieldsTo(peer.parse(syn))).toBe(yields)
  })

  it('SHLD-4: one that may not is acknowledged, and the wait goes on as it was', () => {
    const peer = waiting(true)
    const end = peer.connection.deadline()
    peer.inject('S 2:2(0) win 1 <TS val 50 ecr 0>')
    expect(peer.poll().map((text) => text.replace(/ win.*/, ''))).toEqual(['. 2:2(0) ack 2'])
    expect([peer.state, peer.connection.deadline()]).toEqual(['TIME-WAIT', end])
  })
})
