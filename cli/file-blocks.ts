import { read } from 'node:fs'

/** Large enough that handing it to the thread pool and back costs little per byte. */
const BLOCK_BYTES = 1 << 18
const MAX_FREE_BLOCKS = 32

const freeBlocks: Buffer[] = []

function takeBlock(): Buffer {
  return freeBlocks.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES)
}

function giveBlock(block: Buffer): void {
  if (freeBlocks.length < MAX_FREE_BLOCKS) freeBlocks.push(block)
}

function readBlock(fd: number, block: Buffer, length: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, block, 0, Math.min(length, block.length), position, (error, count) => {
      if (error === null) resolve(count)
      else reject(error)
    })
  })
}

/**
 * Hands `length` bytes of the file from `start` on to `write`, block by block; the next block is read
 * while `write` is at work. The bytes are only good until `write` resolves. Resolves to the number of
 * bytes handed over, fewer than `length` when the file is shorter.
 */
export async function copyFile(
  fd: number,
  start: number,
  length: number,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<number> {
  let current = takeBlock()
  let next = takeBlock()
  let done = 0
  let asked = start
  let reading = readBlock(fd, current, length, asked)
  try {
    while (done < length) {
      const count = await reading
      if (count === 0) break
      asked += count
      const left = length - done - count
      if (left > 0) reading = readBlock(fd, next, left, asked)
      await write(current.subarray(0, count))
      done += count
      ;[current, next] = [next, current]
    }
    return done
  } finally {
    // The thread pool may still be filling a block.
    await reading.catch(() => 0)
    giveBlock(current)
    giveBlock(next)
  }
}
