import type { Address } from '../wire/address.ts'
import { CHAIN, LOCAL, PORTS, REMOTE, type TimeWaitRows } from './time-wait-rows.ts'
import type { TupleHash } from './tuple-hash.ts'

/** As many buckets there are at least: 2 to the power of this. */
const FIRST_LEVEL = 6
/** Buckets to a page, as a power of two. */
const PAGE_BITS = 10
const PAGE_SIZE = 1 << PAGE_BITS

/**
 * Finds a row by its four-tuple: buckets of rows chained by their CHAIN columns, about one row to a bucket. It
 * grows and shrinks by linear hashing, a bucket at a time: no row waits for a million others to be sorted anew.
 */
export class TimeWaitIndex {
  private readonly rows: TimeWaitRows
  private readonly hash: TupleHash
  /** The first row of each bucket, by its number plus one; 0 = none. */
  private readonly heads: Uint32Array[] = [new Uint32Array(PAGE_SIZE)]
  /** Buckets below `buckets - 2 ** level` were split in this round, each into itself and the one 2 ** level after it. */
  private buckets = 1 << FIRST_LEVEL
  private level = FIRST_LEVEL
  private count = 0

  constructor(rows: TimeWaitRows, hash: TupleHash) {
    this.rows = rows
    this.hash = hash
  }

  /** Bytes held. */
  get bytes(): number {
    return this.heads.length * (4 * PAGE_SIZE + 256)
  }

  /** The row of that tuple; -1 = there is none. */
  find(local: Address, localPort: number, remote: Address, remotePort: number): number {
    if (this.count === 0) return -1
    const { rows } = this
    const ports = ((localPort << 16) | remotePort) >>> 0
    let next = this.head(this.bucketOf(this.hash.of(local, localPort, remote, remotePort)))
    while (next !== 0) {
      const words = rows.words(next - 1)
      const at = rows.at(next - 1)
      if (words[at + PORTS] === ports && has(words, at + REMOTE, remote) && has(words, at + LOCAL, local)) {
        return next - 1
      }
      next = words[at + CHAIN] ?? 0
    }
    return -1
  }

  /** Adds a row whose tuple is set and not there yet. */
  add(row: number): void {
    this.link(row, this.bucketOf(this.hashOf(row)))
    this.count += 1
    if (this.count > this.buckets) this.split()
  }

  /** Removes a row that is there. */
  remove(row: number): void {
    const { rows } = this
    const bucket = this.bucketOf(this.hashOf(row))
    const after = rows.get(row, CHAIN)
    let next = this.head(bucket)
    if (next === row + 1) this.setHead(bucket, after)
    else {
      while (next !== 0) {
        const follower = rows.get(next - 1, CHAIN)
        if (follower === row + 1) {
          rows.set(next - 1, CHAIN, after)
          break
        }
        next = follower
      }
    }
    this.count -= 1
    // Two at a time, so that there are always at most twice as many buckets as rows, or nearly.
    for (let i = 0; i < 2 && 2 * this.count < this.buckets; i += 1) this.merge()
  }

  private hashOf(row: number): number {
    return this.hash.ofWords(this.rows.words(row), this.rows.at(row))
  }

  private bucketOf(hash: number): number {
    const bucket = hash & ((2 << this.level) - 1)
    return bucket < this.buckets ? bucket : hash & ((1 << this.level) - 1)
  }

  private head(bucket: number): number {
    return this.heads[bucket >>> PAGE_BITS]?.[bucket & (PAGE_SIZE - 1)] ?? 0
  }

  private setHead(bucket: number, value: number): void {
    const page = this.heads[bucket >>> PAGE_BITS]
    if (page !== undefined) page[bucket & (PAGE_SIZE - 1)] = value
  }

  private link(row: number, bucket: number): void {
    this.rows.set(row, CHAIN, this.head(bucket))
    this.setHead(bucket, row + 1)
  }

  /** One bucket more: it takes its share of the one 2 ** level before it. */
  private split(): void {
    const from = this.buckets - (1 << this.level)
    if (this.buckets >>> PAGE_BITS === this.heads.length) this.heads.push(new Uint32Array(PAGE_SIZE))
    this.buckets += 1
    let next = this.head(from)
    this.setHead(from, 0)
    while (next !== 0) {
      const row = next - 1
      next = this.rows.get(row, CHAIN)
      this.link(row, this.bucketOf(this.hashOf(row)))
    }
    if (this.buckets === 2 << this.level) this.level += 1
  }

  /** One bucket less: its rows go back to the one that they came from. */
  private merge(): void {
    if (this.buckets === 1 << FIRST_LEVEL) return
    if (this.buckets === 1 << this.level) this.level -= 1
    this.buckets -= 1
    let next = this.head(this.buckets)
    this.setHead(this.buckets, 0)
    while (next !== 0) {
      const row = next - 1
      next = this.rows.get(row, CHAIN)
      this.link(row, this.buckets - (1 << this.level))
    }
    if (this.buckets >>> PAGE_BITS < this.heads.length - 1) this.heads.pop()
  }
}

function has(words: Uint32Array, at: number, address: Address): boolean {
  return (
    words[at + 3] === address.w3 &&
    words[at + 2] === address.w2 &&
    words[at + 1] === address.w1 &&
    words[at] === address.w0
  )
}
