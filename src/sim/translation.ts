import type { Address } from '../wire/address.ts'
import { readU16, writeU16, writeU32 } from '../wire/bytes.ts'
import { fold, sum } from '../wire/checksum.ts'
import { ICMP_HEADER } from '../wire/icmp.ts'
import { parseQuotedIp } from '../wire/ip-header.ts'
import { writeAddress } from '../wire/ipv6.ts'
import { IpHeader, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/packet.ts'
import { TCP_CHECKSUM_OFFSET } from '../wire/tcp-header.ts'
import { UDP_CHECKSUM_OFFSET } from '../wire/udp.ts'
import { adjusted } from './forwarding.ts'
import { WirePacket } from './wire-packet.ts'

/** One end of a packet's way. */
export type Side = 'source' | 'destination'

const IPV4_CHECKSUM = 10

/** Where the address of a side stands in an IP header. */
function addressAt(version: 4 | 6, side: Side): number {
  if (version === 4) return side === 'source' ? 12 : 16
  return side === 'source' ? 8 : 24
}

/** Where the checksum of a transport stands that its pseudo header goes into; -1 = none. */
function checksumAt(protocol: number): number {
  if (protocol === PROTOCOL_TCP) return TCP_CHECKSUM_OFFSET
  if (protocol === PROTOCOL_UDP) return UDP_CHECKSUM_OFFSET
  return protocol === PROTOCOL_ICMPV6 ? 2 : -1
}

/** Puts another address, and another port unless it is negative, in the packet at `start`; its checksums follow. */
function rewrite(bytes: Uint8Array, start: number, ip: IpHeader, side: Side, address: Address, port: number): void {
  const at = start + addressAt(ip.version, side)
  const length = ip.version === 4 ? 4 : 16
  const addressBefore = sum(bytes, at, length, 0)
  if (ip.version === 4) writeU32(bytes, at, address.w3)
  else writeAddress(bytes, at, address)
  const addressAfter = sum(bytes, at, length, 0)
  if (ip.version === 4) patch(bytes, start + IPV4_CHECKSUM, addressBefore, addressAfter)
  const portAt = ip.payloadStart + (side === 'source' ? 0 : 2)
  const before = port < 0 ? 0 : readU16(bytes, portAt)
  if (port >= 0) writeU16(bytes, portAt, port)
  const offset = checksumAt(ip.protocol)
  // What is quoted may be cut off before it; UDP over IPv4 may do without (RFC 768).
  if (offset < 0 || ip.payloadLength < offset + 2) return
  const checksum = ip.payloadStart + offset
  if (ip.protocol === PROTOCOL_UDP && readU16(bytes, checksum) === 0) return
  patch(bytes, checksum, addressBefore + before, addressAfter + Math.max(0, port))
  if (ip.protocol === PROTOCOL_UDP && readU16(bytes, checksum) === 0) writeU16(bytes, checksum, 0xffff)
}

function patch(bytes: Uint8Array, at: number, before: number, after: number): void {
  writeU16(bytes, at, adjusted(readU16(bytes, at), before, after))
}

/** A TCP or UDP packet with another address and port on one side. */
export function translated(packet: WirePacket, ip: IpHeader, side: Side, address: Address, port: number): WirePacket {
  const bytes = packet.bytes.slice()
  rewrite(bytes, 0, ip, side, address, port)
  return new WirePacket(bytes)
}

/** The packet that an ICMP error quotes, as it was sent; null when it cannot be read. */
export function quotedIn(packet: WirePacket, ip: IpHeader): IpHeader | null {
  const quoted = new IpHeader()
  const start = ip.payloadStart + ICMP_HEADER
  const end = ip.payloadStart + ip.payloadLength
  if (!parseQuotedIp(packet.bytes, start, end, quoted) || quoted.payloadLength < 8) return null
  return quoted
}

/** An ICMP error, of which the quotation's source and its own destination become another (RFC 5508, 4.2). */
export function translatedError(
  packet: WirePacket,
  ip: IpHeader,
  quoted: IpHeader,
  address: Address,
  port: number,
): WirePacket {
  const bytes = packet.bytes.slice()
  const start = ip.payloadStart + ICMP_HEADER
  const end = ip.payloadStart + ip.payloadLength
  const before = sum(bytes, start, end - start, 0)
  rewrite(bytes, start, quoted, 'source', address, port)
  patch(bytes, ip.payloadStart + 2, fold(before), fold(sum(bytes, start, end - start, 0)))
  rewrite(bytes, 0, ip, 'destination', address, -1)
  return new WirePacket(bytes)
}
