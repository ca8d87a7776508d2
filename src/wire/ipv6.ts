import type { Address } from './address.ts'
import { readU16, readU32, writeU16, writeU32 } from './bytes.ts'
import type { IpHeader } from './packet.ts'

/** The IPv6 header (RFC 8200, 3) and the fragment header (4.5), in bytes. */
export const IPV6_HEADER = 40
export const IPV6_FRAGMENT_HEADER = 8

/* Next-header values of the extension headers (RFC 8200, 4). */
const HOP_BY_HOP = 0
const ROUTING = 43
const FRAGMENT = 44
const DESTINATION_OPTIONS = 60
/** Nothing follows (RFC 8200, 4.7); whatever does is ignored. */
export const PROTOCOL_NONE = 59

/** More extension headers than this are no honest packet (RFC 8504, 5.3 allows such limits). */
const MAX_EXTENSION_HEADERS = 16

const OPTION_PAD1 = 0
const OPTION_PADN = 1

/**
 * Reads the IPv6 header (RFC 8200, 3) of the packet in `start` .. `end`, walks its extension headers
 * and sets every field of `header`. Bytes past the payload length are link padding, not payload.
 *
 * The walk ends at the first next header that is none of hop-by-hop options, routing, fragment and
 * destination options; that is the protocol. It also ends behind a fragment header unless that is
 * atomic (RFC 6946): there the payload is a part of something that `walkExtensions` takes on once it
 * has been put together.
 *
 * False when something is cut short; when hop-by-hop options stand anywhere but first; for a routing
 * header with segments left, an option that asks to be understood (RFC 8200, 4.2), a second fragment
 * header, or more than 16 extension headers. A jumbogram (RFC 2675) has a payload length of zero and
 * so no room for its hop-by-hop header.
 */
export function parseIpv6(bytes: Uint8Array, start: number, end: number, header: IpHeader): boolean {
  if (!readFields(bytes, start, end, header)) return false
  const payloadEnd = start + IPV6_HEADER + readU16(bytes, start + 4)
  return payloadEnd <= end && walkFirst(bytes, start, payloadEnd, header)
}

/**
 * The same for a packet that is quoted in an ICMPv6 error and may be cut off behind its headers
 * (RFC 4443, 2.4 c). The payload is what the quotation holds of it.
 */
export function parseQuotedIpv6(bytes: Uint8Array, start: number, end: number, header: IpHeader): boolean {
  if (!readFields(bytes, start, end, header)) return false
  const payloadEnd = Math.min(end, start + IPV6_HEADER + readU16(bytes, start + 4))
  return walkFirst(bytes, start, payloadEnd, header)
}

function readFields(bytes: Uint8Array, start: number, end: number, header: IpHeader): boolean {
  if (start < 0 || end > bytes.length || end - start < IPV6_HEADER || bytes[start] >>> 4 !== 6) return false
  const first = readU32(bytes, start)
  header.version = 6
  header.trafficClass = (first >>> 20) & 0xff
  header.flowLabel = first & 0xfffff
  header.hopLimit = bytes[start + 7]
  readAddress(bytes, start + 8, header.source)
  readAddress(bytes, start + 24, header.destination)
  header.identification = 0
  header.dontFragment = false
  header.moreFragments = false
  header.fragmentOffset = 0
  header.hasFragmentHeader = false
  return true
}

/** Hop-by-hop options are allowed right behind the IPv6 header only (RFC 8200, 4.1). */
function walkFirst(bytes: Uint8Array, start: number, end: number, header: IpHeader): boolean {
  const next = bytes[start + 6]
  const at = start + IPV6_HEADER
  if (next !== HOP_BY_HOP) return walkExtensions(bytes, at, end, next, header)
  const length = extensionLength(bytes, at, end)
  if (length < 0 || !optionsAcceptable(bytes, at + 2, at + length)) return false
  return walkExtensions(bytes, at + length, end, bytes[at], header)
}

/**
 * Walks the extension headers in `start` .. `end`, the first of which is `nextHeader`, and sets
 * `header.protocol` and the payload's range, and the fragment fields where there is a fragment header.
 * False as for `parseIpv6`. A reassembled packet is taken on with `header.hasFragmentHeader` still
 * set, so that fragments within fragments are refused.
 */
export function walkExtensions(
  bytes: Uint8Array,
  start: number,
  end: number,
  nextHeader: number,
  header: IpHeader,
): boolean {
  let at = start
  let next = nextHeader
  for (let count = 0; isExtension(next); count++) {
    if (count === MAX_EXTENSION_HEADERS || next === HOP_BY_HOP) return false
    if (next === FRAGMENT) {
      if (header.hasFragmentHeader || end - at < IPV6_FRAGMENT_HEADER) return false
      readFragmentHeader(bytes, at, header)
      next = bytes[at]
      at += IPV6_FRAGMENT_HEADER
      if (header.moreFragments || header.fragmentOffset > 0) break
      continue
    }
    const length = extensionLength(bytes, at, end)
    if (length < 0) return false
    if (next === DESTINATION_OPTIONS && !optionsAcceptable(bytes, at + 2, at + length)) return false
    // Segments left: the packet is not yet where it is going, and this is no router (RFC 8200, 4.4).
    if (next === ROUTING && bytes[at + 3] !== 0) return false
    next = bytes[at]
    at += length
  }
  header.protocol = next
  header.payloadStart = at
  header.payloadLength = end - at
  return true
}

function isExtension(next: number): boolean {
  return next === HOP_BY_HOP || next === ROUTING || next === FRAGMENT || next === DESTINATION_OPTIONS
}

/** Length in bytes of an extension header that tells it in units of 8 beyond the first; -1 when cut short. */
function extensionLength(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 8) return -1
  const length = (bytes[at + 1] + 1) << 3
  return length <= end - at ? length : -1
}

function readFragmentHeader(bytes: Uint8Array, at: number, header: IpHeader): void {
  const field = readU16(bytes, at + 2)
  header.hasFragmentHeader = true
  header.fragmentOffset = field & 0xfff8
  header.moreFragments = (field & 1) !== 0
  header.identification = readU32(bytes, at + 4)
}

/** The two highest bits of an option's type say what to do if it is unknown: 00 is to skip it (RFC 8200, 4.2). */
function optionsAcceptable(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start
  while (at < end) {
    const type = bytes[at]
    if (type === OPTION_PAD1) {
      at++
      continue
    }
    if (at + 1 >= end || at + 2 + bytes[at + 1] > end) return false
    if (type !== OPTION_PADN && type >>> 6 !== 0) return false
    at += 2 + bytes[at + 1]
  }
  return true
}

/** Length in bytes of what `emitIpv6` writes: 40, or 48 with a fragment header. */
export function ipv6HeaderLength(header: IpHeader): number {
  return header.hasFragmentHeader ? IPV6_HEADER + IPV6_FRAGMENT_HEADER : IPV6_HEADER
}

/**
 * Writes the IPv6 header, and a fragment header where `hasFragmentHeader` asks for one, right before
 * `payloadStart` and returns where it starts. `header.payloadLength` is the payload's alone.
 */
export function emitIpv6(header: IpHeader, bytes: Uint8Array, payloadStart: number): number {
  const headerLength = ipv6HeaderLength(header)
  const start = payloadStart - headerLength
  writeU32(bytes, start, 0x6000_0000 | ((header.trafficClass & 0xff) << 20) | (header.flowLabel & 0xfffff))
  writeU16(bytes, start + 4, header.payloadLength + headerLength - IPV6_HEADER)
  bytes[start + 6] = header.hasFragmentHeader ? FRAGMENT : header.protocol
  bytes[start + 7] = header.hopLimit
  writeAddress(bytes, start + 8, header.source)
  writeAddress(bytes, start + 24, header.destination)
  if (header.hasFragmentHeader) {
    bytes[start + 40] = header.protocol
    bytes[start + 41] = 0
    writeU16(bytes, start + 42, (header.fragmentOffset & 0xfff8) | (header.moreFragments ? 1 : 0))
    writeU32(bytes, start + 44, header.identification)
  }
  return start
}

/** 16 bytes to an address. */
export function readAddress(bytes: Uint8Array, at: number, address: Address): void {
  address.w0 = readU32(bytes, at)
  address.w1 = readU32(bytes, at + 4)
  address.w2 = readU32(bytes, at + 8)
  address.w3 = readU32(bytes, at + 12)
}

/** An address as 16 bytes. */
export function writeAddress(bytes: Uint8Array, at: number, address: Address): void {
  writeU32(bytes, at, address.w0)
  writeU32(bytes, at + 4, address.w1)
  writeU32(bytes, at + 8, address.w2)
  writeU32(bytes, at + 12, address.w3)
}
