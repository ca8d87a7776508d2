import { createHash } from 'node:crypto'
import { seededRandom } from './random.ts'

const BLOCK = 65_536

/** A block of bytes that looks random and is the same everywhere. A stream of test data repeats it. */
export function patternBlock(): Buffer {
  const random = seededRandom(7)
  const block = Buffer.allocUnsafe(BLOCK)
  for (let i = 0; i < BLOCK; i++) block[i] = Math.floor(random() * 256)
  return block
}

/** The SHA-256 of the first `length` bytes of the stream, in hex. */
export function patternHash(length: number): string {
  const block = patternBlock()
  const hash = createHash('sha256')
  for (let left = length; left > 0; left -= BLOCK) hash.update(left < BLOCK ? block.subarray(0, left) : block)
  return hash.digest('hex')
}
