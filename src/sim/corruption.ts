import type { SeededRandom } from './seeded-random.ts'
import type { Onward, Stage } from './stage.ts'
import { WirePacket } from './wire-packet.ts'

/** Some packets arrive with one bit turned over, anywhere. */
export class Corruption implements Stage {
  private readonly probability: number
  private readonly random: SeededRandom

  constructor(probability: number, random: SeededRandom) {
    this.probability = probability
    this.random = random
  }

  pass(packet: WirePacket, now: number, onward: Onward): void {
    onward(this.random.chance(this.probability) ? this.corrupt(packet) : packet, now)
  }

  private corrupt(packet: WirePacket): WirePacket {
    const bytes = packet.bytes.slice()
    const at = this.random.below(bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << this.random.below(8))
    return new WirePacket(bytes)
  }
}
