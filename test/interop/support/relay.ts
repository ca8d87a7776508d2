import type { Device } from '../../../src/stack/device.ts'
import { HEADROOM, Packet } from '../../../src/wire/packet.ts'
import { seededRandom } from './random.ts'
import { TimedQueue } from './timed-queue.ts'

/** What befalls packets in one direction. Probabilities are 0..1, times are milliseconds. */
export interface Impairments {
  loss: number
  duplicate: number
  /** One bit anywhere in the packet is turned over. */
  corrupt: number
  /** The packet is held back for `reorderBy`, so that later ones overtake it. */
  reorder: number
  reorderBy: number
  delay: number
  /** Bit/s of the link; 0 = no limit. */
  rate: number
  /** Packets held at most, those on their way through `delay` included; what comes on top is dropped. 0 = no limit. */
  queue: number
}

const NO_IMPAIRMENTS: Readonly<Impairments> = {
  loss: 0,
  duplicate: 0,
  corrupt: 0,
  reorder: 0,
  reorderBy: 3,
  delay: 0,
  rate: 0,
  queue: 0,
}

/** What has befallen them. */
export interface RelayCounts {
  received: number
  forwarded: number
  lost: number
  duplicated: number
  corrupted: number
  reordered: number
  overflowed: number
}

/**
 * Forwards packets between two devices, with impairments that are decided by seeded random numbers: the n-th packet
 * of a direction meets the same fate in every run.
 */
export class Relay {
  readonly forth: Lane
  readonly back: Lane

  /** `forth` is what comes in at `a` and leaves at `b`. Takes both devices over. */
  constructor(a: Device, b: Device, forth: Partial<Impairments>, back: Partial<Impairments>, seed: number) {
    this.forth = new Lane(a, b, { ...NO_IMPAIRMENTS, ...forth }, seed)
    this.back = new Lane(b, a, { ...NO_IMPAIRMENTS, ...back }, seed + 1)
    a.attach(() => this.forth.pump())
    b.attach(() => this.back.pump())
  }

  close(): void {
    this.forth.close()
    this.back.close()
  }
}

/** One direction of a relay. */
export class Lane {
  impairments: Impairments
  readonly counts: RelayCounts = {
    received: 0,
    forwarded: 0,
    lost: 0,
    duplicated: 0,
    corrupted: 0,
    reordered: 0,
    overflowed: 0,
  }

  private readonly from: Device
  private readonly to: Device
  private readonly random: () => number
  private readonly held = new TimedQueue<Uint8Array>()
  private readonly packet = new Packet()
  private linkFree = 0
  private timer: NodeJS.Timeout | undefined

  constructor(from: Device, to: Device, impairments: Impairments, seed: number) {
    this.from = from
    this.to = to
    this.impairments = impairments
    this.random = seededRandom(seed)
  }

  /** Takes what waits at one device, and sends what is due at the other. */
  pump(): void {
    const now = performance.now()
    while (this.from.receive(this.packet)) this.accept(this.packet, now)
    this.flush(now)
  }

  close(): void {
    clearTimeout(this.timer)
    this.from.close()
  }

  private accept(packet: Packet, now: number): void {
    const { impairments, counts, random } = this
    // Always as many numbers for each packet, so that one impairment does not change the draws of another.
    const isLost = random() < impairments.loss
    const isCorrupt = random() < impairments.corrupt
    const where = random()
    const isLate = random() < impairments.reorder
    const isTwice = random() < impairments.duplicate

    counts.received++
    if (isLost) {
      counts.lost++
      return
    }
    if (impairments.queue > 0 && this.held.length >= impairments.queue) {
      counts.overflowed++
      return
    }
    const bytes = packet.bytes.slice(packet.start, packet.end)
    if (isCorrupt) {
      counts.corrupted++
      const bit = Math.floor(where * bytes.length * 8)
      bytes[bit >> 3] = bytes[bit >> 3] ^ (1 << (bit & 7))
    }
    let due = this.departure(bytes.length, now) + impairments.delay
    if (isLate) {
      counts.reordered++
      due += impairments.reorderBy
    }
    this.held.put(due, bytes)
    if (isTwice) {
      counts.duplicated++
      this.held.put(due, bytes)
    }
  }

  /** When the last bit of a packet has left on the link. */
  private departure(length: number, now: number): number {
    if (this.impairments.rate === 0) return now
    this.linkFree = Math.max(this.linkFree, now) + (length * 8000) / this.impairments.rate
    return this.linkFree
  }

  private flush(now: number): void {
    while (this.held.due <= now && this.send()) {}
    clearTimeout(this.timer)
    if (this.held.length > 0) this.timer = setTimeout(() => this.flush(performance.now()), this.held.due - now)
  }

  private send(): boolean {
    const room = this.to.claim()
    const bytes = room === null ? undefined : this.held.take()
    if (room === null || bytes === undefined) return false
    room.set(bytes, HEADROOM)
    this.packet.bytes = room
    this.packet.start = HEADROOM
    this.packet.end = HEADROOM + bytes.length
    this.packet.checksumOffloaded = false
    this.packet.segmentSize = 0
    this.to.transmit(this.packet)
    this.counts.forwarded++
    return true
  }
}
