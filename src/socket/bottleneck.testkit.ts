import { link } from '../sim/link.ts'
import type { VirtualClock } from '../sim/virtual-clock.ts'
import type { Device } from '../stack/device.ts'
import { fold, sum } from '../wire/checksum.ts'
import { parseIp } from '../wire/ip-header.ts'
import { CE, ECN_BITS, IpHeader, NOT_ECT, Packet } from '../wire/packet.ts'

export interface BottleneckOptions {
  /** Way of a packet without queue, microseconds, and the largest one in bytes. */
  readonly delay: number
  readonly mtu: number
  /** Bytes a second. */
  readonly rate: number
  /** Bytes in the queue that call for a mark (CE), or for a drop where a packet may not be marked (RFC 3168, 5). */
  readonly threshold: number
  /** Microseconds until the next of either: what senders do about it takes a round trip to show. */
  readonly interval: number
}

/** A link whose way forth is slow, with a queue that is kept short by marks. The way back is as fast as may be. */
export class Bottleneck {
  readonly devices: [Device, Device]
  marked = 0
  dropped = 0
  private freeAt = 0
  private quietUntil = 0
  private readonly clock: VirtualClock
  private readonly options: BottleneckOptions

  constructor(clock: VirtualClock, options: BottleneckOptions) {
    this.clock = clock
    this.options = options
    const [near, far] = link(clock, options)
    const forth = near.transmit.bind(near)
    near.transmit = (packet) => this.queue(packet.bytes.slice(packet.start, packet.end), forth)
    this.devices = [near, far]
  }

  private queue(bytes: Uint8Array, forth: (packet: Packet) => void): void {
    const { rate, threshold, interval } = this.options
    const now = this.clock.now()
    const start = Math.max(this.freeAt, now)
    if (now >= this.quietUntil && ((start - now) / 1_000_000) * rate > threshold) {
      this.quietUntil = now + interval
      if (!markCe(bytes)) {
        this.dropped += 1
        return
      }
      this.marked += 1
    }
    this.freeAt = start + Math.ceil((bytes.length / rate) * 1_000_000)
    const packet = new Packet()
    packet.hold(bytes)
    this.clock.at(this.freeAt, () => forth(packet))
  }
}

/** Sets CE in an IP packet as a router does; false = it is Not-ECT. */
function markCe(bytes: Uint8Array): boolean {
  const ip = new IpHeader()
  if (!parseIp(bytes, 0, bytes.length, ip) || (ip.trafficClass & ECN_BITS) === NOT_ECT) return false
  if (ip.version === 6) {
    bytes[1] = (bytes[1] ?? 0) | (CE << 4)
    return true
  }
  bytes[1] = (bytes[1] ?? 0) | CE
  bytes.fill(0, 10, 12)
  const checksum = ~fold(sum(bytes, 0, 20, 0)) & 0xffff
  bytes[10] = checksum >> 8
  bytes[11] = checksum & 0xff
  return true
}
