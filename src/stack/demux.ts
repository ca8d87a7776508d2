import type { Address } from '../wire/address.ts'
import type { TupleHash } from './tuple-hash.ts'

/** What the table holds: something with a four-tuple. Addresses are never changed while it is held. */
export interface Tuple {
  readonly local: Address
  readonly localPort: number
  readonly remote: Address
  readonly remotePort: number
  /** Set by the table. */
  hash: number
}

const FIRST_ROOM = 64

/**
 * Finds the owner of a segment by its four-tuple: an open-addressed table of integers with a keyed
 * hash (so that nobody can choose tuples that collide), then a comparison of the tuple itself.
 */
export class Demux<T extends Tuple> {
  /** Index into `entries` plus one; 0 = free, -1 = deleted. */
  private slots = new Int32Array(FIRST_ROOM)
  private entries: (T | null)[] = []
  private freeIndexes: number[] = []
  private used = 0
  private readonly hash: TupleHash
  size = 0

  constructor(hash: TupleHash) {
    this.hash = hash
  }

  find(local: Address, localPort: number, remote: Address, remotePort: number): T | null {
    const mask = this.slots.length - 1
    let at = this.hash.of(local, localPort, remote, remotePort) & mask
    for (;;) {
      const slot = this.slots[at] ?? 0
      if (slot === 0) return null
      if (slot > 0) {
        const entry = this.entries[slot - 1]
        if (
          entry &&
          entry.remotePort === remotePort &&
          entry.localPort === localPort &&
          entry.remote.equals(remote) &&
          entry.local.equals(local)
        ) {
          return entry
        }
      }
      at = (at + 1) & mask
    }
  }

  /** Adds an entry whose tuple is not there yet. */
  add(entry: T): void {
    if (4 * (this.used + 1) > 3 * this.slots.length) this.rehash()
    entry.hash = this.hash.of(entry.local, entry.localPort, entry.remote, entry.remotePort)
    const index = this.freeIndexes.pop() ?? this.entries.length
    this.entries[index] = entry
    this.place(entry.hash, index)
    this.size += 1
  }

  /** Removes the entry; false when it was not there. */
  remove(entry: T): boolean {
    const mask = this.slots.length - 1
    let at = entry.hash & mask
    for (;;) {
      const slot = this.slots[at] ?? 0
      if (slot === 0) return false
      if (slot > 0 && this.entries[slot - 1] === entry) {
        this.slots[at] = -1
        this.entries[slot - 1] = null
        this.freeIndexes.push(slot - 1)
        this.size -= 1
        return true
      }
      at = (at + 1) & mask
    }
  }

  /** Every entry, in no order that means anything. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (const entry of this.entries) if (entry) yield entry
  }

  private place(hash: number, index: number): void {
    const mask = this.slots.length - 1
    let at = hash & mask
    while ((this.slots[at] ?? 0) > 0) at = (at + 1) & mask
    if (this.slots[at] === 0) this.used += 1
    this.slots[at] = index + 1
  }

  private rehash(): void {
    let room = FIRST_ROOM
    while (room < 4 * (this.size + 1)) room *= 2
    this.slots = new Int32Array(room)
    this.used = 0
    for (let i = 0; i < this.entries.length; i += 1) {
      const entry = this.entries[i]
      if (entry) this.place(entry.hash, i)
    }
  }
}
