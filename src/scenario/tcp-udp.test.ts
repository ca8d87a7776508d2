import { describe, expect, it } from 'vitest'
import { DatagramSocket } from '../socket/datagram.ts'
import { DeadLinkStage, verdicts } from './dead-link.testkit.ts'
import { type Pair, type PairOptions, Stage } from './stage.ts'
import { playTcp, playUdp } from './tcp-udp.ts'

/** A stage whose link loses everything from the middle of the play on. */
class CutStage extends Stage {
  override pair(options: PairOptions = {}): Pair {
    const pair = super.pair(options)
    this.world.at(2.58, () => pair.link.fault())
    return pair
  }
}

/** A stage whose link takes longer by chance. */
class UnevenStage extends Stage {
  override pair(options: PairOptions = {}): Pair {
    return super.pair({ ...options, link: { ...options.link, jitter: { amount: 5000 } } })
  }
}

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
    expect(stage.ladder.render().match(/ udp 100 ━+►/g)).toHaveLength(50)
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
    expect(verdicts(tcp)).toEqual([false, false, false, false, false])
  })

  it('claims that nothing but the messages is sent only if so', () => {
    const stage = new NoisyStage()
    playUdp(stage)
    expect(verdicts(stage)[0]).toBe(false)
  })

  it('claims that all arrives, and what is lost again, only if so', () => {
    const stage = new CutStage()
    playTcp(stage)
    expect(verdicts(stage)).toEqual([false, false, true, false, true])
  })

  it('claims that no message is late only where none is', () => {
    const stage = new UnevenStage()
    playUdp(stage)
    expect(verdicts(stage)).toEqual([true, true, false])
  })

  it('claims that it takes more packets than messages only where each has one', () => {
    const stage = new Stage()
    playTcp(stage, 0, true)
    expect(verdicts(stage)[0]).toBe(true)
    expect(verdicts(stage)[4]).toBe(false)
  })

  it.each([2, 3, 4, 5])('holds for seed %i as well', (seed) => {
    const udp = new Stage(seed)
    playUdp(udp)
    const tcp = new Stage(seed)
    playTcp(tcp)
    expect([...verdicts(udp), ...verdicts(tcp)]).not.toContain(false)
  })
})
