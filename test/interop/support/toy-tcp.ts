import { createHash, type Hash } from 'node:crypto'
import type { Device } from '../../../src/stack/device.ts'
import { fold, sum } from '../../../src/wire/checksum.ts'
import { HEADROOM, Packet } from '../../../src/wire/packet.ts'
import { patternBlock } from './pattern.ts'

const FIN = 1
const SYN = 2
const PSH = 8
const ACK = 16
const TCP = 6
const WINDOW_SCALE = 7
const INITIAL_SEQUENCE = 1000

/**
 * The least TCP that a kernel will talk to over a lossless device: one connection, accepted on any port, either taking
 * what comes or sending a pattern. It tests devices, and is no model for a TCP.
 */
export class ToyTcp {
  /** Payload bytes that came, and the packets they came in. */
  received = 0
  receivedPackets = 0
  /** The largest packet that came, and the largest segment size among super-packets. */
  largestPacket = 0
  segmentSize = 0
  offloadedChecksums = 0
  badChecksums = 0
  sentPackets = 0
  readonly hash: Hash = createHash('sha256')
  /** Settles when the peer has ended and everything of ours is acknowledged. */
  readonly finished: Promise<void>

  private readonly device: Device
  private readonly packet = new Packet()
  private readonly block = Buffer.concat([patternBlock(), patternBlock()])
  private readonly total: number
  private readonly window: number
  private readonly verify: boolean
  private finish: () => void = () => {}
  /** Source, destination addresses as they came, and the ports. */
  private addresses: Uint8Array = new Uint8Array(0)
  private ports: Uint8Array = new Uint8Array(0)
  private headerLength = 20
  private rcvNxt = 0
  private sndUna = INITIAL_SEQUENCE
  private sndNxt = INITIAL_SEQUENCE
  private peerWindow = 0
  private peerScale = 0
  private mss = 536
  private state: 'listening' | 'open' | 'ended' = 'listening'
  private owesAck = false
  private peerEnded = false

  /** `total` bytes are sent; `window` is offered (in bytes); `verify` checks and hashes what comes, which costs. */
  constructor(device: Device, total: number, window: number, verify: boolean) {
    this.device = device
    this.total = total
    this.window = window
    this.verify = verify
    this.finished = new Promise((resolve) => {
      this.finish = resolve
    })
    device.attach(() => this.turn())
  }

  private turn(): void {
    while (this.device.receive(this.packet)) this.take(this.packet)
    this.send()
    if (this.owesAck) this.emit(ACK, 0, 0)
    const end = INITIAL_SEQUENCE + 1 + this.total
    if (this.state === 'ended' && this.peerEnded && this.sndUna === end + 1) this.finish()
  }

  private take({ bytes, start, end, checksumOffloaded, segmentSize }: Packet): void {
    const isV4 = bytes[start] >> 4 === 4
    const ip = isV4 ? 20 : 40
    if (bytes[isV4 ? start + 9 : start + 6] !== TCP) return
    const at = start + ip
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const flags = view.getUint8(at + 13)
    const seq = view.getUint32(at + 4)
    const payload = at + (view.getUint8(at + 12) >> 4) * 4
    if (checksumOffloaded) this.offloadedChecksums++
    else if (this.verify && transportSum(bytes, start, end) !== 0xffff) this.badChecksums++
    this.segmentSize = Math.max(this.segmentSize, segmentSize)
    this.largestPacket = Math.max(this.largestPacket, end - start)

    if ((flags & SYN) !== 0) {
      this.addresses = bytes.slice(isV4 ? start + 12 : start + 8, isV4 ? start + 20 : start + 40)
      this.ports = bytes.slice(at, at + 4)
      this.headerLength = ip
      this.mss = this.device.mtu - ip - 20
      this.peerScale = windowScale(bytes, at + 20, payload)
      this.rcvNxt = (seq + 1) >>> 0
      this.state = 'open'
      this.emit(SYN | ACK, 0, 0)
      return
    }
    if ((flags & ACK) !== 0) {
      this.sndUna = view.getUint32(at + 8)
      this.peerWindow = view.getUint16(at + 14) << this.peerScale
    }
    if (seq !== this.rcvNxt) return
    if (end > payload) {
      this.rcvNxt = (this.rcvNxt + end - payload) >>> 0
      this.received += end - payload
      this.receivedPackets++
      this.owesAck = true
      if (this.verify) this.hash.update(bytes.subarray(payload, end))
    }
    if ((flags & FIN) !== 0) {
      this.rcvNxt = (this.rcvNxt + 1) >>> 0
      this.peerEnded = true
      this.owesAck = true
    }
  }

  private send(): void {
    if (this.state !== 'open' || this.peerWindow === 0) return
    const end = INITIAL_SEQUENCE + 1 + this.total
    const most = this.device.segmentation > 0 ? this.device.segmentation - this.headerLength - 20 : this.mss
    while (this.sndNxt < end) {
      const open = this.sndUna + this.peerWindow - this.sndNxt
      const length = Math.min(most, end - this.sndNxt, open)
      // Rather wait than send small pieces.
      if (length < this.mss && length < end - this.sndNxt) return
      this.emit(ACK | PSH, this.sndNxt - INITIAL_SEQUENCE - 1, length)
    }
    // A sink waits for its peer to end first.
    if (this.total > 0 || this.peerEnded) {
      this.emit(FIN | ACK, 0, 0)
      this.state = 'ended'
    }
  }

  private emit(flags: number, offset: number, length: number): void {
    const room = this.device.claim()
    if (room === null) return
    const payload = HEADROOM
    room.set(this.block.subarray(offset % 65_536, (offset % 65_536) + length), payload)
    const options = (flags & SYN) !== 0 ? 8 : 0
    const at = payload - 20 - options
    const start = at - this.headerLength
    const view = new DataView(room.buffer, room.byteOffset)
    room.set(this.ports.subarray(2, 4), at)
    room.set(this.ports.subarray(0, 2), at + 2)
    if ((flags & SYN) !== 0) this.sndNxt = INITIAL_SEQUENCE
    view.setUint32(at + 4, this.sndNxt)
    view.setUint32(at + 8, this.rcvNxt)
    view.setUint16(at + 12, ((5 + options / 4) << 12) | flags)
    view.setUint16(at + 14, (flags & SYN) !== 0 ? 65_535 : this.window >> WINDOW_SCALE)
    view.setUint32(at + 16, 0)
    if (options > 0) {
      view.setUint32(at + 20, (2 << 24) | (4 << 16) | this.mss)
      view.setUint32(at + 24, (1 << 24) | (3 << 16) | (3 << 8) | WINDOW_SCALE)
    }
    this.emitIp(room, view, start, payload + length)
    this.packet.bytes = room
    this.packet.start = start
    this.packet.end = payload + length
    this.packet.checksumOffloaded = this.device.checksumOffload
    this.packet.segmentSize = length > this.mss ? this.mss : 0
    if (!this.device.checksumOffload) view.setUint16(at + 16, ~transportSum(room, start, payload + length) & 0xffff)
    this.device.transmit(this.packet)
    this.sentPackets++
    this.sndNxt += length + ((flags & (SYN | FIN)) !== 0 ? 1 : 0)
    this.owesAck = false
  }

  private emitIp(room: Uint8Array, view: DataView, start: number, end: number): void {
    const half = this.addresses.length / 2
    if (this.headerLength === 20) {
      room.fill(0, start, start + 20)
      view.setUint16(start, 0x4500)
      view.setUint16(start + 2, end - start)
      view.setUint16(start + 8, (64 << 8) | TCP)
    } else {
      view.setUint32(start, 6 << 28)
      view.setUint16(start + 4, end - start - 40)
      view.setUint16(start + 6, (TCP << 8) | 64)
    }
    const source = start + this.headerLength - 2 * half
    room.set(this.addresses.subarray(half), source)
    room.set(this.addresses.subarray(0, half), source + half)
    if (this.headerLength === 20) view.setUint16(start + 10, ~fold(sum(room, start, 20, 0)) & 0xffff)
  }
}

/** The shift in the window scale option; 0 when there is none. */
function windowScale(bytes: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; ) {
    const kind = bytes[i]
    if (kind === 3) return bytes[i + 2]
    i += kind === 1 ? 1 : Math.max(2, bytes[i + 1])
  }
  return 0
}

/** The transport checksum with its pseudo header, folded: 0xffff where a checksum within is right. */
function transportSum(bytes: Uint8Array, start: number, end: number): number {
  const isV4 = bytes[start] >> 4 === 4
  const addresses = start + (isV4 ? 12 : 8)
  return fold(sum(bytes, addresses, end - addresses, TCP + end - start - (isV4 ? 20 : 40)))
}
