import { CaptureError } from './capture-error.ts'
import type { CaptureFormat } from './capture-format.ts'
import type { CapturedPacket, TakePacket } from './captured-packet.ts'
import { HeldBytes } from './held-bytes.ts'
import { isKnownLinkType } from './link-layers.ts'
import { PcapReader } from './pcap-reader.ts'
import { PcapngReader } from './pcapng-reader.ts'

/** The first bytes that tell the format. */
const MAGIC = 4

/** Files that are often taken for captures, by their first bytes, and what can be done. */
const STRANGERS: readonly (readonly [magic: number, bits: number, what: string, remedy: string])[] = [
  [0x1f8b_0000, 16, 'is compressed', 'unpack it with gunzip first'],
  [0x28b5_2ffd, 32, 'is compressed', 'unpack it with unzstd first'],
  [0x0422_4d18, 32, 'is compressed', 'unpack it with unlz4 first'],
  [0xfd37_7a58, 32, 'is compressed', 'unpack it with unxz first'],
  [0x504b_0304, 32, 'is a ZIP archive', 'unpack it first'],
  [0xa1b2_cd34, 32, 'is of a variant of pcap that is not read', 'convert it with editcap -F pcapng'],
  [0x34cd_b2a1, 32, 'is of a variant of pcap that is not read', 'convert it with editcap -F pcapng'],
  [0x736e_6f6f, 32, 'is of the format of snoop, which is not read', 'convert it with editcap -F pcapng'],
]

/**
 * Reads a capture file piece by piece: classic pcap and pcapng, told by their first bytes. Each packet is handed on as
 * soon as it is whole. Holds one record at most, and none longer than 16 MiB.
 *
 * `push` and `end` throw CaptureError where the file cannot be read on; the packets up to there have been handed on,
 * and every later call throws the same.
 */
export class CaptureReader {
  /** Packets so far. */
  packets = 0
  /** Those of them without an IP header (ARP and the like), or of an unknown link type. */
  packetsWithoutIp = 0
  /** How many packets there were of each link type that is not known. */
  readonly unknownLinkTypes: ReadonlyMap<number, number>
  private readonly unknown = new Map<number, number>()
  private readonly takePacket: TakePacket
  private format: CaptureFormat | null = null
  private readonly held = new HeldBytes()
  /** Where in the file the next record begins. */
  private offset = 0
  /** So many bytes of it must be there for the next step. */
  private needed = MAGIC
  private failure: CaptureError | null = null

  constructor(takePacket: TakePacket) {
    this.unknownLinkTypes = this.unknown
    this.takePacket = takePacket
  }

  /** The next bytes of the file, as many or few as there are; they are not kept. */
  push(chunk: Uint8Array): void {
    this.guard(() => {
      const at = this.complete(chunk)
      this.readFrom(chunk, at)
    })
  }

  /** That was all of it. */
  end(): void {
    this.guard(() => {
      const length = this.held.length
      if (this.format === null) throw notCapture(this.offset + length === 0 ? 'is empty' : `has ${length} bytes only`)
      if (this.offset === 0) throw this.cutOff(length, 'in its first header')
      if (length > 0) throw this.cutOff(length, `in the record that begins at ${this.offset}`)
    })
  }

  private cutOff(length: number, where: string): CaptureError {
    const what = `the capture is cut off at offset ${this.offset + length}, ${where}`
    const remedy = 'copy the file again, or let whatever writes it finish'
    return new CaptureError('cut off', this.offset, `${what}: ${remedy} (${this.packets} packets are whole)`)
  }

  private guard(action: () => void): void {
    if (this.failure !== null) throw this.failure
    try {
      action()
    } catch (error) {
      if (error instanceof CaptureError) this.failure = error
      throw error
    }
  }

  /** Takes as much of `chunk` as the record needs of which the beginning is held; how much that was. */
  private complete(chunk: Uint8Array): number {
    const { held } = this
    let at = 0
    while (held.length > 0) {
      const count = Math.min(this.needed - held.length, chunk.length - at)
      held.append(chunk, at, count)
      at += count
      if (held.length < this.needed) break
      if (this.step(held.view, 0, held.length) > 0) held.length = 0
    }
    return at
  }

  /** Takes the records that are whole in `chunk`, from `start` on, and holds the rest. */
  private readFrom(chunk: Uint8Array, start: number): void {
    if (start === chunk.length) return
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let at = start
    while (at < chunk.length) {
      const length = this.step(view, at, chunk.length - at)
      if (length === 0) break
      at += length
    }
    this.held.append(chunk, at, chunk.length - at)
  }

  /** Takes the record at `at`, if it is whole, and returns its length; 0, with `needed` set, if it is not. */
  private step(view: DataView, at: number, available: number): number {
    this.needed = MAGIC
    if (available < MAGIC) return 0
    this.format ??= this.detect(view, at)
    this.needed = this.format.size(view, at, available, this.offset)
    if (this.needed > available) return 0
    this.format.take(view, at, this.needed, this.offset)
    this.offset += this.needed
    return this.needed
  }

  private detect(view: DataView, at: number): CaptureFormat {
    const take = (packet: CapturedPacket) => this.count(packet)
    const found = PcapngReader.of(view, at, take) ?? PcapReader.of(view, at, take)
    if (found !== null) return found
    const first = view.getUint32(at)
    for (const [magic, bits, what, remedy] of STRANGERS) {
      const message = `the file ${what} (offset 0): ${remedy}`
      if ((first ^ magic) >>> (32 - bits) === 0) throw new CaptureError('unsupported', 0, message)
    }
    throw notCapture(`begins with the bytes ${first.toString(16).padStart(8, '0')}`)
  }

  private count(packet: CapturedPacket): void {
    this.packets += 1
    if (packet.ip < 0) this.packetsWithoutIp += 1
    const { linkType } = packet
    if (!isKnownLinkType(linkType)) this.unknown.set(linkType, (this.unknown.get(linkType) ?? 0) + 1)
    this.takePacket(packet)
  }
}

function notCapture(what: string, remedy = 'give one that tcpdump -w or Wireshark has written'): CaptureError {
  return new CaptureError('not a capture', 0, `the file ${what} (offset 0), so that it is no capture: ${remedy}`)
}
