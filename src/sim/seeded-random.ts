const GOLDEN = 0x6d2b79f5
const TWO_32 = 2 ** 32

/** Numbers by chance that are the same for the same seed, in every engine: Mulberry32, integers alone. */
export class SeededRandom {
  private readonly seed: number
  private state: number

  constructor(seed: number) {
    this.seed = seed >>> 0
    this.state = this.seed | 0
  }

  uint32(): number {
    this.state = (this.state + GOLDEN) | 0
    const { state } = this
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }

  /** 0 .. `count` - 1. */
  below(count: number): number {
    return Math.floor((this.uint32() * count) / TWO_32)
  }

  /** True so many times in one. */
  chance(probability: number): boolean {
    return this.uint32() < probability * TWO_32
  }

  /** Numbers for one purpose, which do not change when another is added. */
  named(name: string): SeededRandom {
    let hash = this.seed ^ 0x811c9dc5
    for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
    return new SeededRandom(hash ^ (hash >>> 15))
  }
}
