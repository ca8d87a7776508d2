import { describe, expect, it } from 'vitest'
import { DatagramSocket } from '../socket/datagram.ts'
import { DeadLinkStage, verdicts } from './dead-link.testkit.ts'
import { type Pair, type PairOptions, Stage } from './stage.ts'
import { playTcp, playUdp } from './tcp-udp.ts'

/** A stage on which the client says one thing more. */
class NoisyStage extends Stage {
  override pair(options: PairOptions = {}): Pair {
    const pair = super.pair(options)
    this.world.at(1, () => new DatagramSocket(pair.client.host).send(Uint8Array.of(0), pair.server.address(), 9))
    return pair
  }
}

describe('scenario tcp-udp', () => {
  it('claims that UDP loses messages only where there is loss', () => {
    const stage = new Stage()
    playUdp(stage, 0)
    expect(verdicts(stage)).toEqual([true, false, true])
  })

  it('claims that TCP mends losses, late, only where there is loss', () => {
    const stage = new Stage()
    playTcp(stage, 0)
    expect(verdicts(stage)).toEqual([true, false, false, false, true])
  })

  it('claims nothing of what arrives on a dead link', () => {
    const udp = new DeadLinkStage()
    playUdp(udp)
    // Sent is sent.
    expect(verdicts(udp)).toEqual([true, false, false])
    const tcp = new DeadLinkStage()
    playTcp(tcp)
    // The SYN was sent again.
    expect(verdicts(tcp)).toEqual([false, true, false, false, false])
  })

  it('claims that nothing but the messages is sent only if so', () => {
    const stage = new NoisyStage()
    playUdp(stage)
    expect(verdicts(stage)[0]).toBe(false)
  })

  it.each([2, 3, 4, 5])('holds for seed %i as well', (seed) => {
    const udp = new Stage(seed)
    playUdp(udp)
    const tcp = new Stage(seed)
    playTcp(tcp)
    expect([...verdicts(udp), ...verdicts(tcp)]).not.toContain(false)
  })
})
