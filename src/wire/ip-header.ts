import { emitIpv4, IPV4_HEADER, parseIpv4, parseQuotedIpv4 } from './ipv4.ts'
import { emitIpv6, ipv6HeaderLength, parseIpv6, parseQuotedIpv6 } from './ipv6.ts'
import type { IpHeader } from './packet.ts'

/**
 * Reads the IP packet in `start` .. `end`, of either version by its first nibble, and sets every field
 * of `header`, the payload's range included. False when it is malformed; see `parseIpv4` (header
 * checksum verified) and `parseIpv6` (extension headers walked).
 */
export function parseIp(bytes: Uint8Array, start: number, end: number, header: IpHeader): boolean {
  if (start < 0 || start >= end || end > bytes.length) return false
  return bytes[start] >>> 4 === 6 ? parseIpv6(bytes, start, end, header) : parseIpv4(bytes, start, end, header)
}

/** The same for a packet quoted in an ICMP error, which may be cut off behind its headers. */
export function parseQuotedIp(bytes: Uint8Array, start: number, end: number, header: IpHeader): boolean {
  if (start < 0 || start >= end || end > bytes.length) return false
  return bytes[start] >>> 4 === 6
    ? parseQuotedIpv6(bytes, start, end, header)
    : parseQuotedIpv4(bytes, start, end, header)
}

/** Length in bytes of what `emitIp` writes: 20 for IPv4, 40 for IPv6, 48 with a fragment header. */
export function ipHeaderLength(header: IpHeader): number {
  return header.version === 6 ? ipv6HeaderLength(header) : IPV4_HEADER
}

/**
 * Writes the header right before `payloadStart` and returns where it starts. Lengths come from
 * `header.payloadLength`; `header.payloadStart` is not looked at.
 */
export function emitIp(header: IpHeader, bytes: Uint8Array, payloadStart: number): number {
  return header.version === 6 ? emitIpv6(header, bytes, payloadStart) : emitIpv4(header, bytes, payloadStart)
}
