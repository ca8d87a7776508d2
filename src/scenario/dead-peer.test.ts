import { describe, expect, it } from 'vitest'
import { playKeepalive, playReboot, playRetries, playSilence, playUserTimeout } from './dead-peer.ts'
import { failures } from './failures.testkit.ts'

describe('the claims on a peer that has died', () => {
  it('fail where the client asks, or sends', () => {
    const both = [
      'A day later the client is still ESTABLISHED, and knows of no error.',
      'Not one segment was sent in that day.',
    ]
    expect(failures((stage) => playSilence(stage, { keepAlive: 1 }))).toEqual(both)
    expect(failures((stage) => playSilence(stage, { writes: true }))).toEqual(both)
  })

  it('fail without keepalive, and where the peer lives', () => {
    expect(failures((stage) => playKeepalive(stage, { keepAlive: 0 })).length).toBe(3)
    expect(failures((stage) => playKeepalive(stage, { dies: false }))).toEqual([
      'Ten probes go out, 75 s apart.',
      '75 s after the tenth the client fails with ETIMEDOUT.',
    ])
  })

  it('fail where data is acknowledged', () => {
    expect(failures((stage) => playRetries(stage, { dies: false })).length).toBe(2)
  })

  it('fail with another user timeout, or none', () => {
    for (const seconds of [0, 10, 120]) expect(failures((stage) => playUserTimeout(stage, { seconds })).length).toBe(1)
  })

  it('fail where the peer stays dead, and where the client asks', () => {
    expect(failures((stage) => playReboot(stage, { keepAlive: 1 }))).toEqual([
      'An hour later the client, which was silent, knows nothing of it.',
    ])
    expect(failures((stage) => playReboot(stage, { reboots: false }))).toEqual([
      'The answer is RST: ECONNRESET after one round trip.',
      'The server sent that RST.',
    ])
  })
})
