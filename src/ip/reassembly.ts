import type { Address } from '../wire/address.ts'
import type { IpHeader } from '../wire/packet.ts'
import { hashAddress } from './address-map.ts'
import { Datagram, type Insertion } from './datagram.ts'

/** What is counted here, by Linux's names. */
export interface ReassemblyCounters {
  IpReasmReqds: number
  IpReasmOKs: number
  IpReasmFails: number
  IpReasmTimeout: number
}

/** Called when a datagram whose first fragment is here has waited too long. The range is that fragment, headers included. */
export type TimeoutListener = (bytes: Uint8Array, start: number, end: number, toMany: boolean, now: number) => void

/** Looked at every time. */
export interface ReassemblySettings {
  /** Bytes held in all. */
  readonly ipfrag_high_thresh: number
  /** Seconds from the first fragment on: IPv4, IPv6 (RFC 8200, 4.5). */
  readonly ipfrag_time: number
  readonly ip6frag_time: number
}

const BUCKETS = 256
const SECOND = 1_000_000

/**
 * Puts fragments together (RFC 791, 3.2; RFC 8200, 4.5). Fragments are copied; what is held is
 * bounded, and the datagram that has waited longest goes first. A datagram with fragments that
 * overlap is dropped whole, and so is what else comes of it (RFC 5722, 3; for IPv4 too, as in Linux).
 */
export class Reassembly {
  /** The last datagram that was completed, headers included: a packet in `assembled`, 0 .. `assembledEnd`. Overwritten by the next. */
  assembled: Uint8Array = new Uint8Array(0)
  assembledEnd = 0
  /** Bytes held, bookkeeping included. */
  held = 0
  /** Datagrams that are waited for. */
  count = 0
  private readonly counters: ReassemblyCounters
  private readonly config: ReassemblySettings
  private readonly seed: number
  private readonly buckets: (Datagram | null)[] = new Array<Datagram | null>(BUCKETS).fill(null)
  /** By age of their first fragment, per family: each family has one timeout, so that these are in order of deadline too. */
  private readonly ages = { 4: new AgeList(), 6: new AgeList() }
  private readonly expired: TimeoutListener

  constructor(config: ReassemblySettings, counters: ReassemblyCounters, seed: number, expired: TimeoutListener) {
    this.config = config
    this.counters = counters
    this.seed = seed
    this.expired = expired
  }

  /**
   * Takes the fragment that `ip` describes; its packet begins at `start` of `bytes`. True when it
   * completes a datagram, which then stands in `assembled`.
   */
  add(ip: IpHeader, bytes: Uint8Array, start: number, toMany: boolean, now: number): boolean {
    this.counters.IpReasmReqds += 1
    const index = this.bucketOf(ip)
    let datagram = this.find(index, ip)
    if (datagram !== null && this.deadlineOf(datagram) <= now) {
      this.expire(datagram, now)
      datagram = null
    }
    if (datagram === null) {
      if (!Datagram.acceptable(ip)) {
        this.counters.IpReasmFails += 1
        return false
      }
      datagram = this.begin(index, ip, now)
    }
    const before = datagram.held
    const result: Insertion = datagram.insert(ip, bytes, start, toMany)
    this.held += datagram.held - before
    if (result === 'refused' || result === 'overlap') this.counters.IpReasmFails += 1
    if (result === 'complete') return this.complete(datagram)
    this.relieve(datagram)
    return false
  }

  /** Drops the datagrams whose time is up. */
  tick(now: number): void {
    for (const list of [this.ages[4], this.ages[6]]) {
      while (this.deadlineOf(list.oldest) <= now && list.oldest !== null) this.expire(list.oldest, now)
    }
  }

  /** When `tick` is next due, microseconds; Infinity = never. */
  deadline(): number {
    return Math.min(this.deadlineOf(this.ages[4].oldest), this.deadlineOf(this.ages[6].oldest))
  }

  /** When a datagram's time is up; Infinity for none. */
  private deadlineOf(datagram: Datagram | null): number {
    if (datagram === null) return Number.POSITIVE_INFINITY
    const { ipfrag_time, ip6frag_time } = this.config
    return datagram.born + (datagram.version === 4 ? ipfrag_time : ip6frag_time) * SECOND
  }

  private begin(index: number, ip: IpHeader, now: number): Datagram {
    const datagram = new Datagram(ip, now, index)
    datagram.chain = this.buckets[index]
    this.buckets[index] = datagram
    this.ages[ip.version].append(datagram)
    this.count += 1
    this.held += datagram.held
    return datagram
  }

  private complete(datagram: Datagram): boolean {
    if (this.assembled.length === 0) this.assembled = new Uint8Array(MAX_ASSEMBLED)
    this.assembledEnd = datagram.assemble(this.assembled)
    this.remove(datagram)
    if (this.assembledEnd === 0) {
      this.counters.IpReasmFails += 1
      return false
    }
    this.counters.IpReasmOKs += 1
    return true
  }

  /** Under memory pressure the oldest go, of either family, but not the one that is being put together just now. */
  private relieve(current: Datagram): void {
    while (this.held > this.config.ipfrag_high_thresh) {
      const oldest = this.oldest(current)
      this.counters.IpReasmFails += 1
      this.remove(oldest)
      if (oldest === current) return
    }
  }

  private oldest(except: Datagram): Datagram {
    let oldest = except
    for (const list of [this.ages[4], this.ages[6]]) {
      const first = list.oldest === except ? except.younger : list.oldest
      if (first !== null && (oldest === except || first.born < oldest.born)) oldest = first
    }
    return oldest
  }

  private expire(datagram: Datagram, now: number): void {
    this.counters.IpReasmTimeout += 1
    if (!datagram.dead) {
      this.counters.IpReasmFails += 1
      const first = datagram.first
      if (first !== null) this.expired(first.bytes, 0, first.bytes.length, datagram.toMany, now)
    }
    this.remove(datagram)
  }

  private remove(datagram: Datagram): void {
    let before: Datagram | null = null
    let at = this.buckets[datagram.bucket]
    while (at !== null && at !== datagram) {
      before = at
      at = at.chain
    }
    if (before === null) this.buckets[datagram.bucket] = datagram.chain
    else before.chain = datagram.chain
    this.ages[datagram.version].remove(datagram)
    this.count -= 1
    this.held -= datagram.held
  }

  private bucketOf(ip: IpHeader): number {
    return hashOf(ip.source, ip.destination, ip.identification, this.seed) & (BUCKETS - 1)
  }

  private find(index: number, ip: IpHeader): Datagram | null {
    let datagram = this.buckets[index]
    while (datagram !== null && !datagram.isOf(ip)) datagram = datagram.chain
    return datagram
  }
}

/** An IPv6 header with hop-by-hop options and so on, and 65,535 bytes behind the fixed header (RFC 8200, 3). */
const MAX_ASSEMBLED = 65_535 + 40

function hashOf(source: Address, destination: Address, identification: number, seed: number): number {
  return hashAddress(source, hashAddress(destination, seed) ^ identification)
}

/** Datagrams in the order in which they were begun, which is that of their deadlines. */
class AgeList {
  oldest: Datagram | null = null
  private youngest: Datagram | null = null

  append(datagram: Datagram): void {
    datagram.older = this.youngest
    if (this.youngest === null) this.oldest = datagram
    else this.youngest.younger = datagram
    this.youngest = datagram
  }

  remove(datagram: Datagram): void {
    const { older, younger } = datagram
    if (older === null) this.oldest = younger
    else older.younger = younger
    if (younger === null) this.youngest = older
    else younger.older = older
    datagram.older = null
    datagram.younger = null
  }
}
