import type { Address } from '../wire/address.ts'

const FIRST_BUCKETS = 16

class Entry<T> {
  readonly address: Address
  readonly hash: number
  value: T
  chain: Entry<T> | null

  constructor(address: Address, hash: number, value: T, chain: Entry<T> | null) {
    this.address = address
    this.hash = hash
    this.value = value
    this.chain = chain
  }
}

/** All four words mixed to an int32. With a secret `seed` nobody can choose addresses that collide. */
export function hashAddress(address: Address, seed: number): number {
  let hash = Math.imul(seed ^ address.w3, 0x85eb_ca6b)
  hash = Math.imul(hash ^ (hash >>> 15) ^ address.w2, 0xc2b2_ae35)
  hash = Math.imul(hash ^ (hash >>> 13) ^ address.w1, 0x27d4_eb2f)
  hash = Math.imul(hash ^ (hash >>> 16) ^ address.w0, 0x1656_67b1)
  return hash ^ (hash >>> 15)
}

/** Values by address: a hash table over the four words, without strings and without allocation on lookup. */
export class AddressMap<T> {
  size = 0
  private readonly seed: number
  private buckets: (Entry<T> | null)[]

  constructor(seed: number) {
    this.seed = seed
    this.buckets = new Array<Entry<T> | null>(FIRST_BUCKETS).fill(null)
  }

  /** Null when there is none. */
  get(address: Address): T | null {
    const entry = this.entry(address)
    return entry === null ? null : entry.value
  }

  /** Keeps a copy of `address`. */
  set(address: Address, value: T): void {
    const entry = this.entry(address)
    if (entry !== null) {
      entry.value = value
      return
    }
    if (this.size >= this.buckets.length) this.grow()
    const hash = hashAddress(address, this.seed)
    const index = hash & (this.buckets.length - 1)
    this.buckets[index] = new Entry(address.clone(), hash, value, this.buckets[index])
    this.size += 1
  }

  /** Whether there was one. */
  delete(address: Address): boolean {
    const index = hashAddress(address, this.seed) & (this.buckets.length - 1)
    let before: Entry<T> | null = null
    for (let entry = this.buckets[index]; entry !== null; entry = entry.chain) {
      if (entry.address.equals(address)) {
        if (before === null) this.buckets[index] = entry.chain
        else before.chain = entry.chain
        this.size -= 1
        return true
      }
      before = entry
    }
    return false
  }

  clear(): void {
    this.buckets = new Array<Entry<T> | null>(FIRST_BUCKETS).fill(null)
    this.size = 0
  }

  /** Calls `visit` for every entry; it may delete the entry it is shown, and no other. */
  each(visit: (value: T, address: Address) => void): void {
    for (const first of this.buckets) {
      let entry = first
      while (entry !== null) {
        const next: Entry<T> | null = entry.chain
        visit(entry.value, entry.address)
        entry = next
      }
    }
  }

  private entry(address: Address): Entry<T> | null {
    let entry = this.buckets[hashAddress(address, this.seed) & (this.buckets.length - 1)]
    while (entry !== null && !entry.address.equals(address)) entry = entry.chain
    return entry
  }

  private grow(): void {
    const old = this.buckets
    const buckets = new Array<Entry<T> | null>(old.length * 2).fill(null)
    for (const first of old) {
      let entry = first
      while (entry !== null) {
        const next: Entry<T> | null = entry.chain
        const index = entry.hash & (buckets.length - 1)
        entry.chain = buckets[index]
        buckets[index] = entry
        entry = next
      }
    }
    this.buckets = buckets
  }
}
