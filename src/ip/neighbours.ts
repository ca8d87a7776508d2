import type { Address } from '../wire/address.ts'
import type { Packet } from '../wire/packet.ts'
import { AddressMap } from './address-map.ts'
import { Neighbour, WaitingPacket } from './neighbour.ts'

/* RFC 4861, 10; the same for ARP, as in Linux. Microseconds. */
const RETRANS_TIMER = 1_000_000
const DELAY_FIRST_PROBE = 5_000_000
const REACHABLE_TIME = 30_000_000
const MAX_SOLICITATIONS = 3

/** Packets that wait for one neighbour; RFC 4861, 7.2.2 asks for one at least. */
const MAX_WAITING = 128

/** What is counted here. */
export interface NeighbourCounters {
  /** Packets dropped that waited for a neighbour, for want of room or of an answer. */
  NeighQueueDrops: number
  /** Resolutions given up, and neighbours that no longer answer. */
  NeighResolveFails: number
  /** Entries that had to make room. */
  NeighEvictions: number
}

/** What a table of neighbours asks of the link it belongs to. */
export interface NeighbourLink {
  /** Asks who has the neighbour's address: the neighbour itself (`unicast`) or everybody. */
  solicit(neighbour: Neighbour, unicast: boolean, now: number): void
  /** The neighbour's link address is known now: what waited can go. The queue is emptied afterwards. */
  resolved(neighbour: Neighbour, now: number): void
  /** It does not answer; what waited is lost. The queue is emptied afterwards. */
  unreachable(neighbour: Neighbour, now: number): void
}

/** Looked at every time. */
export interface NeighbourSettings {
  /** Entries. */
  readonly gc_thresh3: number
  /** Bytes that wait in all (in Linux for one neighbour). */
  readonly unres_qlen_bytes: number
}

/**
 * The nodes of one link, by address: whom we have asked for, whose link address we know, and whether
 * they still answer (RFC 4861, 7.3; for ARP likewise). A bounded table.
 */
export class Neighbours {
  private readonly table: AddressMap<Neighbour>
  private readonly config: NeighbourSettings
  private readonly counters: NeighbourCounters
  private readonly link: NeighbourLink
  private readonly random: () => number
  private waitingBytes = 0
  /** The earliest deadline, unless `nextPassed`: that one was called off. */
  private next = Number.POSITIVE_INFINITY
  private nextPassed = false

  /** `random` gives uint32. */
  constructor(config: NeighbourSettings, counters: NeighbourCounters, link: NeighbourLink, random: () => number) {
    this.table = new AddressMap<Neighbour>(random())
    this.config = config
    this.counters = counters
    this.link = link
    this.random = random
  }

  get size(): number {
    return this.table.size
  }

  /** The entry for `address`; null = there is none. */
  get(address: Address): Neighbour | null {
    return this.table.get(address)
  }

  /** The entry for `address`, made if there is none. Nothing is sent before `hold`. */
  find(address: Address, now: number): Neighbour {
    return this.table.get(address) ?? this.add(address, now)
  }

  /** Whether a packet can be sent to it at once; that it is used now decides when it must be probed. */
  use(neighbour: Neighbour, now: number): boolean {
    neighbour.usedAt = now
    switch (neighbour.state) {
      case 'REACHABLE':
        if (now < neighbour.reachableUntil) return true
        break
      case 'STALE':
        break
      case 'DELAY':
      case 'PROBE':
        return true
      default:
        return false
    }
    neighbour.state = 'DELAY'
    this.schedule(neighbour, now + DELAY_FIRST_PROBE)
    return true
  }

  /**
   * Keeps a copy of `packet` (from the IP header on) until the neighbour answers, and asks for it if
   * that has not been done. Of too many packets the oldest of this neighbour go (RFC 4861, 7.2.2).
   */
  hold(neighbour: Neighbour, packet: Packet, now: number): void {
    const length = packet.end - packet.start
    const { waiting } = neighbour
    const room = this.config.unres_qlen_bytes - length
    while (waiting.length > 0 && (waiting.length >= MAX_WAITING || this.waitingBytes > room)) {
      const gone = waiting.shift()
      if (gone !== undefined) this.waitingBytes -= gone.bytes.length
      this.counters.NeighQueueDrops += 1
    }
    if (this.waitingBytes > room) this.counters.NeighQueueDrops += 1
    else {
      waiting.push(new WaitingPacket(packet))
      this.waitingBytes += length
    }
    if (neighbour.solicitations === 0) this.solicit(neighbour, now)
  }

  /**
   * An advertisement, or an ARP reply: `linkAddress` belongs to `address` (RFC 4861, 7.2.5). `solicited`:
   * it answers us, so that it is reachable. `override`: it may replace another link address. Only
   * entries that exist are changed.
   */
  advertised(address: Address, linkAddress: Uint8Array, solicited: boolean, override: boolean, now: number): void {
    const neighbour = this.table.get(address)
    if (neighbour === null) return
    const known = neighbour.state !== 'INCOMPLETE'
    const differs = known && !neighbour.hasLinkAddress(linkAddress)
    if (differs && !override) {
      if (neighbour.state === 'REACHABLE') this.becomeStale(neighbour)
      return
    }
    if (!known || differs) neighbour.linkAddress.set(linkAddress)
    if (solicited) this.becomeReachable(neighbour, now)
    else if (!known || differs) this.becomeStale(neighbour)
    if (!known) this.flush(neighbour, now)
  }

  /** An advertisement without a link address: it only confirms what is known (RFC 4861, 7.2.5). */
  confirmed(address: Address, now: number): void {
    const neighbour = this.table.get(address)
    if (neighbour !== null && neighbour.state !== 'INCOMPLETE') this.becomeReachable(neighbour, now)
  }

  /** Someone asks, and tells its own link address (RFC 4861, 7.2.3; RFC 826). `create`: it asks for us, so that we shall answer. */
  heard(address: Address, linkAddress: Uint8Array, create: boolean, now: number): void {
    let neighbour = this.table.get(address)
    if (neighbour === null) {
      if (!create) return
      neighbour = this.add(address, now)
    }
    const known = neighbour.state !== 'INCOMPLETE'
    if (known && neighbour.hasLinkAddress(linkAddress)) return
    neighbour.linkAddress.set(linkAddress)
    this.becomeStale(neighbour)
    if (!known) this.flush(neighbour, now)
  }

  /** A hint from above that packets arrive there (RFC 4861, 7.3.1). */
  reached(neighbour: Neighbour, now: number): void {
    if (neighbour.state !== 'INCOMPLETE' && neighbour.state !== 'GONE') this.becomeReachable(neighbour, now)
  }

  /** A hint from above that they do not: it is asked when it is used next (RFC 1122, 3.3.1.4; RFC 4861, 7.3.3). */
  doubted(neighbour: Neighbour): void {
    if (neighbour.state === 'REACHABLE') this.becomeStale(neighbour)
  }

  /** Lets timers that are due fire: asks again, or gives up. */
  tick(now: number): void {
    if (now < this.next) return
    this.table.each((neighbour) => {
      if (neighbour.deadline <= now) this.fire(neighbour, now)
    })
    this.nextPassed = true
  }

  /** When `tick` is next due, microseconds; Infinity = never. */
  deadline(): number {
    if (this.nextPassed) {
      this.nextPassed = false
      this.next = Number.POSITIVE_INFINITY
      this.table.each((neighbour) => {
        this.next = Math.min(this.next, neighbour.deadline)
      })
    }
    return this.next
  }

  /** Forgets everything; what waits is dropped. */
  clear(): void {
    this.table.each((neighbour) => this.remove(neighbour))
  }

  private add(address: Address, now: number): Neighbour {
    while (this.table.size >= this.config.gc_thresh3) this.evict()
    const neighbour = new Neighbour(address, now)
    this.table.set(address, neighbour)
    return neighbour
  }

  private fire(neighbour: Neighbour, now: number): void {
    this.cancel(neighbour)
    if (neighbour.state === 'DELAY') neighbour.state = 'PROBE'
    if (neighbour.solicitations < MAX_SOLICITATIONS) {
      this.solicit(neighbour, now)
      return
    }
    this.counters.NeighResolveFails += 1
    this.link.unreachable(neighbour, now)
    this.remove(neighbour)
  }

  private solicit(neighbour: Neighbour, now: number): void {
    neighbour.solicitations += 1
    this.schedule(neighbour, now + RETRANS_TIMER)
    this.link.solicit(neighbour, neighbour.state === 'PROBE', now)
  }

  private becomeReachable(neighbour: Neighbour, now: number): void {
    neighbour.state = 'REACHABLE'
    this.cancel(neighbour)
    neighbour.solicitations = 0
    // RFC 4861, 6.3.2: between half and one and a half times the base, against synchronization.
    neighbour.reachableUntil = now + REACHABLE_TIME / 2 + (this.random() % REACHABLE_TIME)
  }

  private becomeStale(neighbour: Neighbour): void {
    neighbour.state = 'STALE'
    this.cancel(neighbour)
    neighbour.solicitations = 0
  }

  private schedule(neighbour: Neighbour, at: number): void {
    neighbour.deadline = at
    this.next = Math.min(this.next, at)
  }

  private cancel(neighbour: Neighbour): void {
    if (neighbour.deadline === Number.POSITIVE_INFINITY) return
    if (neighbour.deadline === this.next) this.nextPassed = true
    neighbour.deadline = Number.POSITIVE_INFINITY
  }

  private flush(neighbour: Neighbour, now: number): void {
    if (neighbour.waiting.length === 0) return
    this.link.resolved(neighbour, now)
    for (const packet of neighbour.waiting) this.waitingBytes -= packet.bytes.length
    neighbour.waiting = []
  }

  private remove(neighbour: Neighbour): void {
    neighbour.state = 'GONE'
    this.cancel(neighbour)
    this.counters.NeighQueueDrops += neighbour.waiting.length
    for (const packet of neighbour.waiting) this.waitingBytes -= packet.bytes.length
    neighbour.waiting = []
    this.table.delete(neighbour.address)
  }

  /** The one that was longest unused makes room. */
  private evict(): void {
    let oldest: Neighbour | null = null
    this.table.each((neighbour) => {
      if (oldest === null || neighbour.usedAt < oldest.usedAt) oldest = neighbour
    })
    if (oldest === null) return
    this.counters.NeighEvictions += 1
    this.remove(oldest)
  }
}
