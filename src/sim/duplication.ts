import type { SeededRandom } from './seeded-random.ts'
import type { Onward, Stage } from './stage.ts'
import type { WirePacket } from './wire-packet.ts'

/** Some packets come twice, the copy right behind. */
export class Duplication implements Stage {
  private readonly probability: number
  private readonly random: SeededRandom

  constructor(probability: number, random: SeededRandom) {
    this.probability = probability
    this.random = random
  }

  pass(packet: WirePacket, now: number, onward: Onward): void {
    onward(packet, now)
    if (this.random.chance(this.probability)) onward(packet, now)
  }
}
