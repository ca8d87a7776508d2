import { describe, expect, it } from 'vitest'
import { failures } from './failures.testkit.ts'
import { playBuckets, playReuse, playRunOut } from './time-wait-ports.ts'

describe('the claims on many in TIME-WAIT', () => {
  it('fail when ports are reused, forgotten, or rest longer, and when the server closes first', () => {
    const thousand = 'A thousand connections, one after the other, are a thousand in TIME-WAIT.'
    const refused = 'The next is refused: EADDRNOTAVAIL, no port is left.'
    const listener = 'The server has none of it: its listener alone.'
    const free = 'After 60 s all ports are free again.'
    expect(failures((stage) => playRunOut(stage, { tcp_max_tw_buckets: 0 }))).toEqual([thousand, refused])
    expect(failures((stage) => playRunOut(stage, { tcp_tw_reuse: 1 }))).toEqual([thousand, refused, free])
    expect(failures((stage) => playRunOut(stage, { tcp_timewait_len: 120 }))).toEqual([free])
    expect(failures((stage) => playRunOut(stage, {}, 'server'))).toEqual([thousand, refused, listener])
  })

  it('fail without tcp_tw_reuse, or with another delay', () => {
    const [resting, again, few] = [
      'Two ports, both resting: for a second they are not given away.',
      'After that, new connections take the places of the old: TcpExtTWRecycled 2.',
      'Four connections with two ports; there are never more in TIME-WAIT than ports.',
    ]
    expect(failures((stage) => playReuse(stage, { tcp_tw_reuse: 0 }))).toEqual([again, few])
    expect(failures((stage) => playReuse(stage, { tcp_tw_reuse: 1, tcp_tw_reuse_delay: 100 }))).toContain(resting)
  })

  it('fail when there is room for all in TIME-WAIT, or for none', () => {
    const made = 'Four connections, one after the other, with two ports.'
    const counted = 'One in TIME-WAIT; three were forgotten and counted: TcpExtTCPTimeWaitOverflow 3.'
    expect(failures((stage) => playBuckets(stage, 10))).toEqual([made, counted])
    expect(failures((stage) => playBuckets(stage, 0))).toEqual([counted])
  })
})
