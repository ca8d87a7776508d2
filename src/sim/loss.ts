import type { SeededRandom } from './seeded-random.ts'
import type { Onward, Stage } from './stage.ts'
import type { WirePacket } from './wire-packet.ts'

/** Each packet is lost with the same probability, whatever became of the others. */
export class RandomLoss implements Stage {
  private readonly probability: number
  private readonly random: SeededRandom

  constructor(probability: number, random: SeededRandom) {
    this.probability = probability
    this.random = random
  }

  pass(packet: WirePacket, now: number, onward: Onward): void {
    if (!this.random.chance(this.probability)) onward(packet, now)
  }
}

export interface BurstLossOptions {
  /** Probabilities, for each packet, that good times end and that bad times end. */
  readonly toBad: number
  readonly toGood: number
  /** Probability of loss in bad times, 1 if not given, and in good ones, 0. */
  readonly lossInBad?: number
  readonly lossInGood?: number
}

/** Losses come in bursts: a chain of two states (Gilbert 1960, Elliott 1963). */
export class BurstLoss implements Stage {
  private readonly options: BurstLossOptions
  private readonly random: SeededRandom
  private bad = false

  constructor(options: BurstLossOptions, random: SeededRandom) {
    this.options = options
    this.random = random
  }

  pass(packet: WirePacket, now: number, onward: Onward): void {
    const { toBad, toGood, lossInBad = 1, lossInGood = 0 } = this.options
    if (this.random.chance(this.bad ? toGood : toBad)) this.bad = !this.bad
    if (!this.random.chance(this.bad ? lossInBad : lossInGood)) onward(packet, now)
  }
}
