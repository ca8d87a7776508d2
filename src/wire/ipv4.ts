import { readU16, readU32, writeU16, writeU32 } from './bytes.ts'
import { fold, sum } from './checksum.ts'
import type { IpHeader } from './packet.ts'

/** An IPv4 header without options (RFC 791, 3.1), in bytes. */
export const IPV4_HEADER = 20

const DONT_FRAGMENT = 0x4000
const MORE_FRAGMENTS = 0x2000
const OFFSET_MASK = 0x1fff

/**
 * Reads the IPv4 header (RFC 791, 3.1) of the packet in `start` .. `end` and sets every field of
 * `header`. Options are skipped; bytes past the total length are link padding and not in the payload.
 *
 * False when the header or the packet is cut short, a length contradicts another, or the header
 * checksum is wrong (RFC 1122, 3.2.1.2).
 */
export function parseIpv4(bytes: Uint8Array, start: number, end: number, header: IpHeader): boolean {
  if (!readFields(bytes, start, end, header)) return false
  const headerLength = header.payloadStart - start
  const totalLength = readU16(bytes, start + 2)
  if (totalLength < headerLength || totalLength > end - start) return false
  if (fold(sum(bytes, start, headerLength, 0)) !== 0xffff) return false
  header.payloadLength = totalLength - headerLength
  return true
}

/**
 * The same for a packet that is quoted in an ICMP error (RFC 792; RFC 1812, 4.3.2.3): it may be cut
 * off anywhere behind its header, and its header checksum is not looked at, for some routers change
 * the TTL and leave it. The payload is what the quotation holds of it.
 */
export function parseQuotedIpv4(bytes: Uint8Array, start: number, end: number, header: IpHeader): boolean {
  if (!readFields(bytes, start, end, header)) return false
  const headerLength = header.payloadStart - start
  const totalLength = readU16(bytes, start + 2)
  if (totalLength < headerLength) return false
  header.payloadLength = Math.min(totalLength, end - start) - headerLength
  return true
}

function readFields(bytes: Uint8Array, start: number, end: number, header: IpHeader): boolean {
  if (start < 0 || end > bytes.length || end - start < IPV4_HEADER || bytes[start] >>> 4 !== 4) return false
  const headerLength = (bytes[start] & 0x0f) << 2
  if (headerLength < IPV4_HEADER || headerLength > end - start) return false
  const fragment = readU16(bytes, start + 6)
  header.version = 4
  header.trafficClass = bytes[start + 1]
  header.flowLabel = 0
  header.identification = readU16(bytes, start + 4)
  header.dontFragment = (fragment & DONT_FRAGMENT) !== 0
  header.moreFragments = (fragment & MORE_FRAGMENTS) !== 0
  header.fragmentOffset = (fragment & OFFSET_MASK) << 3
  header.hasFragmentHeader = false
  header.hopLimit = bytes[start + 8]
  header.protocol = bytes[start + 9]
  const { source, destination } = header
  source.w0 = source.w1 = destination.w0 = destination.w1 = 0
  source.w2 = destination.w2 = 0xffff
  source.w3 = readU32(bytes, start + 12)
  destination.w3 = readU32(bytes, start + 16)
  header.payloadStart = start + headerLength
  return true
}

/** The options Loose and Strict Source and Record Route (RFC 791, 3.1), and those of a single octet. */
const LOOSE_SOURCE_ROUTE = 131
const STRICT_SOURCE_ROUTE = 137
const END_OF_OPTIONS = 0
const NO_OPERATION = 1

/**
 * Whether the options in `start` .. `end` of an IPv4 header have a source route; where they are malformed the search
 * ends.
 */
export function hasSourceRoute(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start
  while (at < end) {
    const type = bytes[at]
    if (type === LOOSE_SOURCE_ROUTE || type === STRICT_SOURCE_ROUTE) return true
    if (type === END_OF_OPTIONS) return false
    const length = type === NO_OPERATION ? 1 : at + 1 < end ? bytes[at + 1] : 0
    if (type !== NO_OPERATION && length < 2) return false
    at += length
  }
  return false
}

/**
 * Writes an IPv4 header of 20 bytes, checksum included, right before `payloadStart` and returns where
 * it starts. The total length comes from `header.payloadLength`, at most 65,515.
 */
export function emitIpv4(header: IpHeader, bytes: Uint8Array, payloadStart: number): number {
  const start = payloadStart - IPV4_HEADER
  const fragment =
    (header.dontFragment ? DONT_FRAGMENT : 0) |
    (header.moreFragments ? MORE_FRAGMENTS : 0) |
    ((header.fragmentOffset >>> 3) & OFFSET_MASK)
  bytes[start] = 0x45
  bytes[start + 1] = header.trafficClass
  writeU16(bytes, start + 2, IPV4_HEADER + header.payloadLength)
  writeU16(bytes, start + 4, header.identification)
  writeU16(bytes, start + 6, fragment)
  bytes[start + 8] = header.hopLimit
  bytes[start + 9] = header.protocol
  writeU16(bytes, start + 10, 0)
  writeU32(bytes, start + 12, header.source.w3)
  writeU32(bytes, start + 16, header.destination.w3)
  writeU16(bytes, start + 10, ~fold(sum(bytes, start, IPV4_HEADER, 0)))
  return start
}
