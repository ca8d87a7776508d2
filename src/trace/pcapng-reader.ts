import { CaptureError, damaged } from './capture-error.ts'
import { bytesOf, type CaptureFormat, MAX_RECORD } from './capture-format.ts'
import type { CapturedPacket, TakePacket } from './captured-packet.ts'
import { findIp } from './link-layers.ts'
import { PcapngInterface, walkOptions } from './pcapng-interface.ts'

/* Block types (draft-ietf-opsawg-pcapng, 4). */
const SECTION_HEADER = 0x0a0d_0d0a
const INTERFACE_DESCRIPTION = 1
const PACKET = 2
const SIMPLE_PACKET = 3
const ENHANCED_PACKET = 6

const BYTE_ORDER_MAGIC = 0x1a2b_3c4d
const VERSION = 1

/** Type and length before a block's body, length behind it. */
const BLOCK_HEADER = 8
const BLOCK_TRAILER = 4
const SMALLEST_BLOCK = BLOCK_HEADER + BLOCK_TRAILER

/** The fields at the beginning of each body that is read. */
const SECTION_FIELDS = 16
const INTERFACE_FIELDS = 8
const PACKET_FIELDS = 20
const SIMPLE_PACKET_FIELDS = 4

/** Option of both kinds of packet that have any: its lowest bits tell the direction. */
const FLAGS = 2

/** No section of an honest file has more. */
const MAX_INTERFACES = 65_536

/** Reads blocks: sections, each in a byte order of its own, their interfaces and packets. Other blocks are skipped. */
export class PcapngReader implements CaptureFormat {
  private readonly takePacket: TakePacket
  private little = false
  /** Those of the section, and how many the sections before it had. */
  private interfaces: PcapngInterface[] = []
  private interfacesBefore = 0
  /** For packets without a time of their own. */
  private lastTime = 0

  private constructor(take: TakePacket) {
    this.takePacket = take
  }

  /** A reader for a file that begins with these four bytes; null when it is no such file. */
  static of(view: DataView, at: number, take: TakePacket): PcapngReader | null {
    return view.getUint32(at) === SECTION_HEADER ? new PcapngReader(take) : null
  }

  size(view: DataView, at: number, available: number, offset: number): number {
    if (available < SMALLEST_BLOCK) return SMALLEST_BLOCK
    // The type of a section header is the same in both byte orders, and says that a new one may begin.
    if (view.getUint32(at) === SECTION_HEADER) this.little = byteOrderOf(view, at + BLOCK_HEADER, offset)
    const length = view.getUint32(at + 4, this.little)
    if (length < SMALLEST_BLOCK || length % 4 !== 0 || length > MAX_RECORD) {
      throw damaged(offset, `by a block of ${length} bytes`)
    }
    return length
  }

  take(view: DataView, at: number, length: number, offset: number): void {
    const end = at + length - BLOCK_TRAILER
    const again = view.getUint32(end, this.little)
    if (again !== length) throw damaged(offset, `by a block of ${length} bytes that ends as one of ${again}`)
    const body = at + BLOCK_HEADER
    switch (view.getUint32(at, this.little)) {
      case SECTION_HEADER:
        this.takeSection(view, body, end, offset)
        break
      case INTERFACE_DESCRIPTION:
        this.takeInterface(view, body, end, offset)
        break
      case ENHANCED_PACKET:
        need(PACKET_FIELDS, body, end, offset)
        this.takeTimedPacket(view, body, end, view.getUint32(body, this.little), offset)
        break
      case PACKET:
        need(PACKET_FIELDS, body, end, offset)
        this.takeTimedPacket(view, body, end, view.getUint16(body, this.little), offset)
        break
      case SIMPLE_PACKET:
        this.takeSimplePacket(view, body, end, offset)
        break
    }
  }

  private takeSection(view: DataView, at: number, end: number, offset: number): void {
    need(SECTION_FIELDS, at, end, offset)
    const major = view.getUint16(at + 4, this.little)
    if (major !== VERSION) {
      const what = `the capture has a section of pcapng version ${major} at offset ${offset}, which is not read`
      throw new CaptureError('unsupported', offset, `${what}: convert it with editcap -F pcap`)
    }
    this.interfacesBefore += this.interfaces.length
    this.interfaces = []
  }

  private takeInterface(view: DataView, at: number, end: number, offset: number): void {
    need(INTERFACE_FIELDS, at, end, offset)
    const count = this.interfaces.length
    if (count === MAX_INTERFACES) throw damaged(offset, `by more than ${MAX_INTERFACES} interfaces in a section`)
    this.interfaces.push(new PcapngInterface(this.interfacesBefore + count, view, at, end, this.little))
  }

  /** An enhanced packet block or an obsolete packet block: they differ in the first four bytes alone. */
  private takeTimedPacket(view: DataView, at: number, end: number, number: number, offset: number): void {
    const { little } = this
    const from = this.interfaceOf(number, offset)
    const length = view.getUint32(at + 12, little)
    need(PACKET_FIELDS + length, at, end, offset)
    let flags = 0
    const options = at + PACKET_FIELDS + ((length + 3) & ~3)
    walkOptions(view, options, end, little, (code, start, size) => {
      if (code === FLAGS && size >= 4) flags = view.getUint32(start, little)
    })
    this.lastTime = from.time(view.getUint32(at + 4, little), view.getUint32(at + 8, little))
    const bytes = bytesOf(view, at + PACKET_FIELDS, length)
    this.give(from, bytes, view.getUint32(at + 16, little), directionOf(flags))
  }

  /** Of the first interface, as long as its limit allows, at no time: that of the packet before it stands in. */
  private takeSimplePacket(view: DataView, at: number, end: number, offset: number): void {
    need(SIMPLE_PACKET_FIELDS, at, end, offset)
    const from = this.interfaceOf(0, offset)
    const original = view.getUint32(at, this.little)
    const length = from.snapLength === 0 ? original : Math.min(original, from.snapLength)
    need(SIMPLE_PACKET_FIELDS + length, at, end, offset)
    this.give(from, bytesOf(view, at + SIMPLE_PACKET_FIELDS, length), original, '')
  }

  private give(
    from: PcapngInterface,
    bytes: Uint8Array,
    originalLength: number,
    direction: CapturedPacket['direction'],
  ): void {
    const { index, name, linkType } = from
    const ip = findIp(linkType, bytes)
    const time = this.lastTime
    this.takePacket({
      time,
      interfaceIndex: index,
      interfaceName: name,
      linkType,
      direction,
      originalLength,
      bytes,
      ip,
    })
  }

  private interfaceOf(number: number, offset: number): PcapngInterface {
    const found = this.interfaces[number]
    if (found !== undefined) return found
    throw damaged(offset, `by a packet of interface ${number}, where the section has ${this.interfaces.length}`)
  }
}

/** Whether the section whose byte-order magic is at `at` is little-endian. */
function byteOrderOf(view: DataView, at: number, offset: number): boolean {
  for (const little of [false, true]) if (view.getUint32(at, little) === BYTE_ORDER_MAGIC) return little
  throw damaged(offset, 'by a section without byte order')
}

function need(fields: number, at: number, end: number, offset: number): void {
  if (end - at < fields) throw damaged(offset, `by a block with ${end - at} bytes inside where ${fields} are due`)
}

/** The two lowest bits: 1 for inbound, 2 for outbound (4.3.1). */
function directionOf(flags: number): CapturedPacket['direction'] {
  if ((flags & 3) === 1) return 'in'
  return (flags & 3) === 2 ? 'out' : ''
}
