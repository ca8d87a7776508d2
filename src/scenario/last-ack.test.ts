import { describe, expect, it } from 'vitest'
import { DeadLinkStage, verdicts } from './dead-link.testkit.ts'
import { failures } from './failures.testkit.ts'
import { playLost, playLostWithout, playOldSegment, playRest } from './last-ack.ts'

describe('the claims on the last ACK and TIME-WAIT', () => {
  it('fail when the last ACK arrives', () => {
    expect(failures((stage) => playLost(stage, false))).toEqual([
      'The server hears nothing and sends its FIN again.',
      'TIME-WAIT answers with the same ACK, and the server is CLOSED.',
      'The 60 s count from the second ACK, not from the first.',
    ])
  })

  it('fail when the client waits longer', () => {
    expect(failures((stage) => playLost(stage, true, { tcp_timewait_len: 120 }))).toEqual([
      'The 60 s count from the second ACK, not from the first.',
      'Then the client is CLOSED, too.',
    ])
  })

  it('fail without TIME-WAIT', () => {
    expect(failures((stage) => playLost(stage, true, { tcp_max_tw_buckets: 0 }))).toEqual([
      'TIME-WAIT answers with the same ACK, and the server is CLOSED.',
      'The 60 s count from the second ACK, not from the first.',
    ])
    expect(failures((stage) => playRest(stage, 0))).toEqual([
      'Ports that rest are refused: EADDRINUSE.',
      'After 2 MSL they are free, and the new connection gets its own data alone.',
    ])
  })

  it('fail with TIME-WAIT', () => {
    expect(failures((stage) => playLostWithout(stage, 1))).toEqual([
      'The client forgets the connection as soon as its last ACK has gone.',
      'The FIN sent again meets nobody: RST.',
      'The RST ends it for the server, which cannot tell this from a client that has crashed.',
    ])
    expect(failures((stage) => playOldSegment(stage, 1))).toEqual([
      'The same ports are used again at once.',
      'The old segment fits behind the greeting of the new connection, and its bytes are delivered: 100 is paid twice.',
    ])
  })

  it('fail when no data arrives at all', () => {
    const stage = new DeadLinkStage()
    playOldSegment(stage)
    expect(verdicts(stage)).toEqual([false, false, false])
  })

  it('fail when the old segment is not late enough to be sent again', () => {
    expect(failures((stage) => playOldSegment(stage, 0, undefined, 100_000))).toEqual([
      'The first connection brings its data once: what wandered off was sent again.',
      'The old segment fits behind the greeting of the new connection, and its bytes are delivered: 100 is paid twice.',
    ])
  })

  it('fail when a new connection has other sequence numbers', () => {
    expect(failures((stage) => playOldSegment(stage, 0, [1000, 500_000_000]))).toEqual([
      'The old segment fits behind the greeting of the new connection, and its bytes are delivered: 100 is paid twice.',
    ])
  })
})
