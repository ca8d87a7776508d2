import { SeededRandom } from './seeded-random.ts'

/** A source of uint32, the same for the same seed, where a host or one of its parts asks for one. */
export function seeded(seed = 1): () => number {
  const random = new SeededRandom(seed)
  return () => random.uint32()
}
