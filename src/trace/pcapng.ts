import type { Device } from '../stack/device.ts'
import type { Direction, Probe } from '../stack/probe.ts'
import type { Packet } from '../wire/packet.ts'
import { completeChecksum } from './complete-checksum.ts'
import { encodeUtf8 } from './utf8.ts'

/** What the file says of where it was made; `epoch` is the moment of time 0 in microseconds since 1970. */
export interface CaptureOrigin {
  /** As 'x86_64' or 'virtual'. */
  readonly hardware: string
  readonly os: string
  readonly application?: string
  /** Added to every `now`, so that wall-clock time shows; 0 unless given. */
  readonly epoch?: number
}

/* Block types, option codes and link types (draft-ietf-opsawg-pcapng). */
const SECTION_HEADER = 0x0a0d0d0a
const INTERFACE_DESCRIPTION = 1
const ENHANCED_PACKET = 6
const BYTE_ORDER_MAGIC = 0x1a2b3c4d

const OPT_END = 0
const OPT_COMMENT = 1
const SHB_HARDWARE = 2
const SHB_OS = 3
const SHB_USERAPPL = 4
const IF_NAME = 2
const IF_DESCRIPTION = 3
const IF_MACADDR = 6
const IF_TSRESOL = 9
const EPB_FLAGS = 2

const LINKTYPE_ETHERNET = 1
const LINKTYPE_RAW = 101

/** Timestamps are in units of 10^-6 seconds. */
const MICROSECONDS = 6
const INBOUND = 1
const OUTBOUND = 2
/** As tcpdump's: larger than any packet here, so that nothing is ever cut. */
const SNAPLEN = 262_144
const MAX_OPTION = 0xffff

/**
 * Writes packets as a pcapng file: one section, an interface for each device, every packet whole.
 * The section header goes out at once, and `sink` gets one block a call, in memory of its own.
 */
export class PcapngWriter {
  private readonly sink: (bytes: Uint8Array) => void
  private readonly epoch: number
  private readonly interfaces = new Map<Device, number>()

  constructor(sink: (bytes: Uint8Array) => void, origin: CaptureOrigin) {
    this.sink = sink
    this.epoch = origin.epoch ?? 0
    const fields = new Uint8Array(16)
    const view = viewOf(fields)
    view.setUint32(0, BYTE_ORDER_MAGIC, true)
    view.setUint16(4, 1, true) // version 1.0
    view.setBigInt64(8, -1n, true) // section length not given
    const options = [textOption(SHB_HARDWARE, origin.hardware), textOption(SHB_OS, origin.os)]
    if (origin.application !== undefined) options.push(textOption(SHB_USERAPPL, origin.application))
    this.sink(block(SECTION_HEADER, [fields, ...options, END]))
  }

  /** A probe that writes every packet of the host it is given to. */
  probe(): Probe {
    return {
      packet: (direction, device, packet, now) => this.write(direction, device, packet, now),
      segment() {},
      state() {},
    }
  }

  /** One packet, `now` in microseconds of the host's clock; `comment` shows beside it in an analyser. */
  write(direction: Direction, device: Device, packet: Packet, now: number, comment = ''): void {
    const index = this.interfaceOf(device)
    const data = packet.bytes.slice(packet.start, packet.end)
    // Where a device was to fill the checksum in, or the sender left it out, the file gets the true one.
    if (packet.checksumOffloaded || packet.segmentSize > 0) completeChecksum(data, device.medium)
    const time = Math.max(0, Math.round(this.epoch + now))
    const fields = new Uint8Array(20)
    const view = viewOf(fields)
    view.setUint32(0, index, true)
    view.setUint32(4, Math.floor(time / 0x1_0000_0000), true)
    view.setUint32(8, time >>> 0, true)
    view.setUint32(12, data.length, true)
    view.setUint32(16, data.length, true)
    const flags = option(EPB_FLAGS, Uint8Array.of(direction === 'in' ? INBOUND : OUTBOUND, 0, 0, 0))
    const options = comment === '' ? [flags, END] : [textOption(OPT_COMMENT, comment), flags, END]
    this.sink(block(ENHANCED_PACKET, [fields, padded(data), ...options]))
  }

  private interfaceOf(device: Device): number {
    const known = this.interfaces.get(device)
    if (known !== undefined) return known
    const index = this.interfaces.size
    this.interfaces.set(device, index)
    const ethernet = device.medium === 'ethernet'
    const fields = new Uint8Array(8)
    const view = viewOf(fields)
    view.setUint16(0, ethernet ? LINKTYPE_ETHERNET : LINKTYPE_RAW, true)
    view.setUint32(4, SNAPLEN, true)
    const options = [textOption(IF_NAME, device.name), textOption(IF_DESCRIPTION, `mtu ${device.mtu}`)]
    if (ethernet) options.push(option(IF_MACADDR, device.hardwareAddress.subarray(0, 6)))
    options.push(option(IF_TSRESOL, Uint8Array.of(MICROSECONDS)))
    this.sink(block(INTERFACE_DESCRIPTION, [fields, ...options, END]))
    return index
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Type, total length, the parts (each a multiple of four bytes), total length again. */
function block(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((total, part) => total + part.length, 12)
  const bytes = new Uint8Array(length)
  const view = viewOf(bytes)
  view.setUint32(0, type, true)
  view.setUint32(4, length, true)
  let at = 8
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  view.setUint32(at, length, true)
  return bytes
}

const END = option(OPT_END, new Uint8Array(0))

function option(code: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + roundUp(value.length))
  const view = viewOf(bytes)
  view.setUint16(0, code, true)
  view.setUint16(2, value.length, true)
  bytes.set(value, 4)
  return bytes
}

function textOption(code: number, text: string): Uint8Array {
  return option(code, encodeUtf8(text, MAX_OPTION))
}

function padded(data: Uint8Array): Uint8Array {
  const length = roundUp(data.length)
  if (length === data.length) return data
  const bytes = new Uint8Array(length)
  bytes.set(data)
  return bytes
}

function roundUp(length: number): number {
  return (length + 3) & ~3
}
