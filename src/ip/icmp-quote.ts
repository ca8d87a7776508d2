import { ICMP_HEADER, isIcmpError } from '../wire/icmp.ts'
import { IPV4_HEADER } from '../wire/ipv4.ts'
import { IPV6_HEADER } from '../wire/ipv6.ts'
import { type IpHeader, PROTOCOL_ICMP, PROTOCOL_ICMPV6 } from '../wire/packet.ts'
import { isLimitedBroadcast, isLoopback, isMulticast, isUnspecified } from './scope.ts'

/** An error over IPv4 has at most 576 bytes in all (RFC 1812, 4.3.2.3), over IPv6 at most 1,280 (RFC 4443, 2.4 c). */
const MAX_ERROR_V4 = 576
const MAX_ERROR_V6 = 1280

/** How much of a packet of `length` bytes an ICMP error quotes, in bytes. */
export function quotedLength(version: 4 | 6, length: number): number {
  const room = version === 4 ? MAX_ERROR_V4 - IPV4_HEADER : MAX_ERROR_V6 - IPV6_HEADER
  return Math.min(length, room - ICMP_HEADER)
}

/**
 * Whether a packet may be answered with an ICMP error (RFC 1122, 3.2.2; RFC 4443, 2.4 e): not when it
 * is an ICMP error itself, nor a fragment but the first, nor from or to more than one host. That the
 * link did not broadcast it is the caller's to know.
 */
export function mayAnswerWithError(ip: IpHeader, bytes: Uint8Array): boolean {
  const { source, destination } = ip
  if (ip.fragmentOffset > 0) return false
  if (isUnspecified(source) || isMulticast(source) || isLimitedBroadcast(source)) return false
  if (isMulticast(destination) || isLimitedBroadcast(destination)) return false
  if (isLoopback(source) && !isLoopback(destination)) return false
  if (ip.protocol === PROTOCOL_ICMP || ip.protocol === PROTOCOL_ICMPV6) {
    return ip.payloadLength > 0 && !isIcmpError(ip.version, bytes[ip.payloadStart])
  }
  return true
}

/**
 * Where the next-header field stands that names `ip.protocol`, in bytes from the start of the IPv6
 * packet: the pointer of a parameter problem (RFC 4443, 3.4). `ip` was read from `start`.
 */
export function nextHeaderPointer(bytes: Uint8Array, start: number, ip: IpHeader): number {
  let field = start + 6
  let at = start + IPV6_HEADER
  // The parser has walked the same way, so that every step lies within the packet.
  while (at < ip.payloadStart) {
    const length = bytes[field] === 44 ? 8 : (bytes[at + 1] + 1) << 3
    field = at
    at += length
  }
  return field - start
}
