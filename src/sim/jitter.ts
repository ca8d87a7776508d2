import type { SeededRandom } from './seeded-random.ts'
import type { Onward, Stage } from './stage.ts'
import type { WirePacket } from './wire-packet.ts'

/** How the delays are spread: evenly, like a bell, or with a few that are very long. */
export type Distribution = 'uniform' | 'normal' | 'pareto'

export interface JitterOptions {
  /** Microseconds: the most of 'uniform', the standard deviation of 'normal', the mean of 'pareto'. */
  readonly amount: number
  /** 'uniform' if not given. */
  readonly distribution?: Distribution
  /** Packets may overtake one another; false if not given: then each waits for the one before it. */
  readonly reorders?: boolean
}

/**
 * A delay that changes from packet to packet. Without logarithms and roots, whose last digits differ between
 * engines: the bell is a sum of twelve even ones, the long tail halves its chance each time it doubles.
 */
export class Jitter implements Stage {
  private readonly options: JitterOptions
  private readonly random: SeededRandom
  private last = 0

  constructor(options: JitterOptions, random: SeededRandom) {
    this.options = options
    this.random = random
  }

  pass(packet: WirePacket, now: number, onward: Onward): void {
    let at = now + this.delay()
    if (this.options.reorders !== true) at = Math.max(at, this.last)
    this.last = at
    onward(packet, at)
  }

  private delay(): number {
    const { amount, distribution = 'uniform' } = this.options
    switch (distribution) {
      case 'uniform':
        return this.random.below(amount + 1)
      case 'normal':
        return Math.max(0, this.bell(amount))
      case 'pareto':
        return this.tail(amount)
    }
  }

  /** Mean 3 standard deviations, so that it is seldom cut off at 0. */
  private bell(deviation: number): number {
    let sum = 0
    for (let i = 0; i < 12; i += 1) sum += this.random.uint32() >>> 16
    return Math.floor(((sum - 6 * 65_536) * deviation) / 65_536) + 3 * deviation
  }

  /** The scale is three times its beginning in the mean, and what is added half of the scale. */
  private tail(mean: number): number {
    let scale = Math.ceil((2 * mean) / 9)
    while (scale < 1000 * mean && this.random.chance(0.4)) scale *= 2
    return scale + this.random.below(scale + 1)
  }
}
