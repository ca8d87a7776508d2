import type { Device } from '../src/stack/device.ts'
import { writeU16 } from '../src/wire/bytes.ts'
import { fold, pseudoHeaderSum, sum } from '../src/wire/checksum.ts'
import { emitIp } from '../src/wire/ip-header.ts'
import { HEADROOM, IpHeader, type Packet, PROTOCOL_TCP } from '../src/wire/packet.ts'
import { SYN, TcpSegment } from '../src/wire/tcp.ts'
import { emitTcp, TCP_CHECKSUM_OFFSET } from '../src/wire/tcp-header.ts'

/** Forged SYNs: of any source that a stranger may have, any port and number, with the options of a Linux client. */
export class SynForge {
  /** Addresses of the next SYN; the destination stays. */
  readonly ip = new IpHeader()
  private readonly bytes = new Uint8Array(HEADROOM)
  private readonly segment = new TcpSegment()
  private state: number

  /** `to`: IPv4 address as a number; `seed`: the same one forges the same SYNs. */
  constructor(to: number, port: number, seed = 1) {
    this.state = seed
    this.ip.version = 4
    this.ip.protocol = PROTOCOL_TCP
    for (const address of [this.ip.source, this.ip.destination]) address.w2 = 0xffff
    this.ip.destination.w3 = to
    Object.assign(this.segment, { flags: SYN, destinationPort: port, window: 64_240, mss: 1460 })
    Object.assign(this.segment, { windowScale: 7, sackPermitted: true, hasTimestamps: true, tsVal: 1 })
  }

  /** Fills `packet` with the next SYN, the bytes of which are good until the next call. `from`: IPv4 address; -1 = any. */
  next(packet: Packet, from = -1): void {
    const { ip, segment, bytes } = this
    // 11.0.0.0 to 42.255.255.255: nobody's here.
    ip.source.w3 = from >= 0 ? from : 0x0b00_0000 + (this.random() >>> 3)
    segment.sourcePort = 1024 + (this.random() >>> 17)
    segment.seq = this.random()
    segment.bytes = bytes
    segment.payloadStart = HEADROOM
    const start = emitTcp(segment)
    const length = HEADROOM - start
    const pseudo = pseudoHeaderSum(ip.source, ip.destination, PROTOCOL_TCP, length)
    writeU16(bytes, start + TCP_CHECKSUM_OFFSET, ~fold(sum(bytes, start, length, pseudo)) & 0xffff)
    ip.payloadLength = length
    packet.bytes = bytes
    packet.start = emitIp(ip, bytes, start)
    packet.end = HEADROOM
    packet.segmentSize = 0
    packet.checksumOffloaded = false
  }

  private random(): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0
    return this.state
  }
}

/** A device that brings `due` forged SYNs and swallows what is sent to their sources. */
export class SynStorm implements Device {
  readonly name = 'storm'
  readonly mtu = 1500
  readonly medium = 'ip'
  readonly hardwareAddress = new Uint8Array(6)
  readonly checksumOffload = false
  readonly segmentation = 0
  /** SYNs that are still to come. */
  due = 0
  /** Packets that the host has sent to nobody. */
  answers = 0
  private readonly forge: SynForge
  private readonly room = new Uint8Array(HEADROOM + 1500)

  constructor(forge: SynForge) {
    this.forge = forge
  }

  attach(): void {}

  receive(packet: Packet): boolean {
    if (this.due === 0) return false
    this.due -= 1
    this.forge.next(packet)
    return true
  }

  claim(): Uint8Array {
    return this.room
  }

  transmit(): void {
    this.answers += 1
  }

  close(): void {}
}
