import { CaptureError, damaged } from './capture-error.ts'
import { bytesOf, type CaptureFormat, MAX_RECORD } from './capture-format.ts'
import type { TakePacket } from './captured-packet.ts'
import { findIp } from './link-layers.ts'

/* The first four bytes (draft-ietf-opsawg-pcap), big-endian here; a file is in its writer's byte order. */
const MAGIC_MICROSECONDS = 0xa1b2_c3d4
const MAGIC_NANOSECONDS = 0xa1b2_3c4d

const FILE_HEADER = 24
const RECORD_HEADER = 16
const VERSION = 2

/** Reads the classic format: one header, one interface, a record for each packet. */
export class PcapReader implements CaptureFormat {
  private readonly takePacket: TakePacket
  private readonly little: boolean
  /** So many units of the second field of a time are a microsecond. */
  private readonly perMicrosecond: number
  private linkType = -1

  private constructor(take: TakePacket, little: boolean, perMicrosecond: number) {
    this.takePacket = take
    this.little = little
    this.perMicrosecond = perMicrosecond
  }

  /** A reader for a file that begins with these four bytes; null when it is no such file. */
  static of(view: DataView, at: number, take: TakePacket): PcapReader | null {
    for (const little of [false, true]) {
      const magic = view.getUint32(at, little)
      if (magic === MAGIC_MICROSECONDS) return new PcapReader(take, little, 1)
      if (magic === MAGIC_NANOSECONDS) return new PcapReader(take, little, 1000)
    }
    return null
  }

  size(view: DataView, at: number, available: number, offset: number): number {
    if (offset === 0) return FILE_HEADER
    if (available < RECORD_HEADER) return RECORD_HEADER
    const length = view.getUint32(at + 8, this.little)
    if (length > MAX_RECORD) throw damaged(offset, `by a packet of ${length} bytes`)
    return RECORD_HEADER + length
  }

  take(view: DataView, at: number, length: number, offset: number): void {
    if (offset === 0) this.takeHeader(view, at)
    else this.takeRecord(view, at, length)
  }

  private takeHeader(view: DataView, at: number): void {
    const major = view.getUint16(at + 4, this.little)
    const minor = view.getUint16(at + 6, this.little)
    if (major !== VERSION) {
      const what = `the capture is of pcap version ${major}.${minor} (offset 4), which is not read`
      throw new CaptureError('unsupported', 4, `${what}: convert it with editcap -F pcapng`)
    }
    // The upper bits tell of checksums behind each frame, which the lengths of IP leave out.
    this.linkType = view.getUint32(at + 20, this.little) & 0xffff
  }

  private takeRecord(view: DataView, at: number, length: number): void {
    const seconds = view.getUint32(at, this.little)
    const fraction = view.getUint32(at + 4, this.little)
    const bytes = bytesOf(view, at + RECORD_HEADER, length - RECORD_HEADER)
    this.takePacket({
      time: seconds * 1_000_000 + Math.floor(fraction / this.perMicrosecond),
      interfaceIndex: 0,
      interfaceName: '',
      linkType: this.linkType,
      direction: '',
      originalLength: view.getUint32(at + 12, this.little),
      bytes,
      ip: findIp(this.linkType, bytes),
    })
  }
}
