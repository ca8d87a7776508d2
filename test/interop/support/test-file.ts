import { createHash } from 'node:crypto'
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from './random.ts'

const BLOCK = 1 << 20

/** A file of bytes that are the same everywhere and never repeat, in a folder of its own. */
export class TestFile {
  readonly folder: string
  readonly name = 'data'
  readonly path: string
  readonly size: number
  /** SHA-256 in hex. */
  readonly hash: string

  constructor(size: number) {
    this.folder = mkdtempSync(join(tmpdir(), 'estab-file-'))
    this.path = join(this.folder, this.name)
    this.size = size
    const random = seededRandom(11)
    const words = new Uint32Array(BLOCK / 4)
    for (let i = 0; i < words.length; i++) words[i] = Math.floor(random() * 2 ** 32)
    const bytes = new Uint8Array(words.buffer)
    const hash = createHash('sha256')
    const fd = openSync(this.path, 'w')
    for (let left = size; left > 0; left -= BLOCK) {
      // Another number in every page, so that a block in the wrong place shows.
      for (let i = 0; i < words.length; i += 1024) words[i] = left + i
      const piece = left < BLOCK ? bytes.subarray(0, left) : bytes
      writeSync(fd, piece)
      hash.update(piece)
    }
    // Now, so that it does not disturb what is measured.
    fdatasyncSync(fd)
    closeSync(fd)
    this.hash = hash.digest('hex')
  }

  delete(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
