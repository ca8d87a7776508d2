import { describe, expect, it } from 'vitest'
import { isBareAck, isSyn, isSynAck, nth } from '../sim/aims.ts'
import type { SimHost } from '../sim/sim-host.ts'
import type { StreamSocket } from '../socket/stream-socket.ts'
import { failures } from './failures.testkit.ts'
import { playHandshake } from './handshake.ts'
import { Stage } from './stage.ts'

/** A stage on which whoever connects gives up at once. */
class HastyStage extends Stage {
  override connect(from: SimHost, to: SimHost): StreamSocket {
    const socket = super.connect(from, to)
    socket.close()
    return socket
  }
}

describe('the claims on the three-way handshake', () => {
  const [waits, answered, open, numbers, three] = [
    'The client has sent its SYN, and waits in SYN-SENT.',
    'The server has answered, in SYN-RECEIVED.',
    'Both are ESTABLISHED after the third segment.',
    'Each acknowledges the other’s number plus one.',
    'Three segments were enough.',
  ]

  it('fail when the client gives up at once', () => {
    const stage = new HastyStage()
    playHandshake(stage)
    expect(stage.checks.filter(({ holds }) => !holds).map(({ claim }) => claim.en)).toContain(waits)
  })

  it('fail when one of the three is lost', () => {
    expect(failures((stage) => playHandshake(stage, isSyn))).toEqual([answered, open, numbers, three])
    expect(failures((stage) => playHandshake(stage, isSynAck))).toEqual([open, numbers, three])
    expect(failures((stage) => playHandshake(stage, isBareAck))).toEqual([open, three])
  })

  it('fail when one had to be sent again', () => {
    expect(failures((stage) => playHandshake(stage, nth(1, isSynAck)))).toContain(three)
  })
})
