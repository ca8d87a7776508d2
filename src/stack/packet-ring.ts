import type { Packet } from '../wire/packet.ts'

class Slot {
  readonly bytes: Uint8Array
  start = 0
  end = 0
  checksumOffloaded = false
  segmentSize = 0

  constructor(length: number) {
    this.bytes = new Uint8Array(length)
  }
}

/**
 * Packets on their way from one writer to one reader, in order, bounded, and without a copy: the
 * writer builds a packet in a claimed buffer, the reader gets that buffer. Buffers are made when
 * first needed and used again, the last one freed first, for that is in the processor's cache.
 */
export class PacketRing {
  /** Called when a packet arrives for a reader that has found nothing; when there is room for a writer that was refused. */
  onarrival: () => void = ignore
  onroom: () => void = ignore
  private readonly waiting: (Slot | null)[]
  private readonly free: Slot[] = []
  private readonly bufferLength: number
  private head = 0
  private count = 0
  private claimed: Slot | null = null
  private taken: Slot | null = null
  private readerIdle = true
  private refused = false
  private open = true

  /** `capacity` in packets, `bufferLength` in bytes. */
  constructor(capacity: number, bufferLength: number) {
    this.waiting = new Array<Slot | null>(capacity).fill(null)
    this.bufferLength = bufferLength
  }

  /** Packets that wait. */
  get length(): number {
    return this.count
  }

  /** The buffer for the next packet, the same until `publish`; null = full. */
  claim(): Uint8Array | null {
    if (this.claimed !== null) return this.claimed.bytes
    if (this.count === this.waiting.length) {
      this.refused = true
      return null
    }
    const slot = this.free.pop() ?? new Slot(this.bufferLength)
    this.claimed = slot
    return slot.bytes
  }

  /** Hands `packet`, built in the claimed buffer, to the reader. */
  publish(packet: Packet): void {
    const slot = this.claimed
    if (slot === null) return
    this.claimed = null
    if (!this.open) {
      this.free.push(slot)
      return
    }
    slot.start = packet.start
    slot.end = packet.end
    slot.checksumOffloaded = packet.checksumOffloaded
    slot.segmentSize = packet.segmentSize
    let index = this.head + this.count
    if (index >= this.waiting.length) index -= this.waiting.length
    this.waiting[index] = slot
    this.count += 1
    if (this.readerIdle) {
      this.readerIdle = false
      this.onarrival()
    }
  }

  /** Fills `packet` with the next one, whose bytes hold until the next call; false = none waits. */
  take(packet: Packet): boolean {
    if (this.taken !== null) {
      this.free.push(this.taken)
      this.taken = null
    }
    const slot = this.waiting[this.head]
    if (this.count === 0 || slot === null) {
      this.readerIdle = true
      return false
    }
    this.waiting[this.head] = null
    this.head = this.head + 1 === this.waiting.length ? 0 : this.head + 1
    this.count -= 1
    this.taken = slot
    packet.bytes = slot.bytes
    packet.start = slot.start
    packet.end = slot.end
    packet.checksumOffloaded = slot.checksumOffloaded
    packet.segmentSize = slot.segmentSize
    if (this.refused) {
      this.refused = false
      this.onroom()
    }
    return true
  }

  /** Drops what waits and what is published from now on. */
  close(): void {
    this.open = false
    this.waiting.fill(null)
    this.count = 0
    this.free.length = 0
  }
}

function ignore(): void {}
