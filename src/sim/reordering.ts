import type { SeededRandom } from './seeded-random.ts'
import type { Onward, Stage } from './stage.ts'
import type { WirePacket } from './wire-packet.ts'

/** Some packets are held back for so long, and overtaken meanwhile. */
export class Reordering implements Stage {
  private readonly probability: number
  private readonly delay: number
  private readonly random: SeededRandom

  /** `delay` in microseconds. */
  constructor(probability: number, delay: number, random: SeededRandom) {
    this.probability = probability
    this.delay = delay
    this.random = random
  }

  pass(packet: WirePacket, now: number, onward: Onward): void {
    onward(packet, this.random.chance(this.probability) ? now + this.delay : now)
  }
}
