import { readU32, writeU16, writeU32 } from './bytes.ts'

/** The part that all ICMP messages share (RFC 792, RFC 4443), in bytes, and where the checksum stands. */
export const ICMP_HEADER = 8
export const ICMP_CHECKSUM_OFFSET = 2

/* ICMP types (RFC 792; IANA). */
export const ICMP_ECHO_REPLY = 0
export const ICMP_UNREACHABLE = 3
/** Deprecated (RFC 6633); to be ignored. */
export const ICMP_SOURCE_QUENCH = 4
export const ICMP_REDIRECT = 5
export const ICMP_ECHO_REQUEST = 8
export const ICMP_TIME_EXCEEDED = 11
export const ICMP_PARAMETER_PROBLEM = 12

/* Codes of ICMP_UNREACHABLE (RFC 792; RFC 1122, 3.2.2.1; RFC 1812, 5.2.7.1). */
export const ICMP_NETWORK_UNREACHABLE = 0
export const ICMP_HOST_UNREACHABLE = 1
export const ICMP_PROTOCOL_UNREACHABLE = 2
export const ICMP_PORT_UNREACHABLE = 3
/** The lower half of `word` is the next hop's MTU (RFC 1191, 4), or 0 from an old router. */
export const ICMP_FRAGMENTATION_NEEDED = 4
export const ICMP_SOURCE_ROUTE_FAILED = 5
export const ICMP_NETWORK_UNKNOWN = 6
export const ICMP_HOST_UNKNOWN = 7
export const ICMP_SOURCE_ISOLATED = 8
export const ICMP_NETWORK_PROHIBITED = 9
export const ICMP_HOST_PROHIBITED = 10
export const ICMP_NETWORK_UNREACHABLE_FOR_TOS = 11
export const ICMP_HOST_UNREACHABLE_FOR_TOS = 12
export const ICMP_PROHIBITED = 13

/* ICMPv6 types (RFC 4443; RFC 4861 for neighbour discovery). Below 128 are the errors. */
export const ICMPV6_UNREACHABLE = 1
/** `word` is the next hop's MTU (RFC 4443, 3.2). */
export const ICMPV6_PACKET_TOO_BIG = 2
export const ICMPV6_TIME_EXCEEDED = 3
export const ICMPV6_PARAMETER_PROBLEM = 4
export const ICMPV6_ECHO_REQUEST = 128
export const ICMPV6_ECHO_REPLY = 129
export const ICMPV6_ROUTER_SOLICITATION = 133
export const ICMPV6_ROUTER_ADVERTISEMENT = 134
export const ICMPV6_NEIGHBOUR_SOLICITATION = 135
export const ICMPV6_NEIGHBOUR_ADVERTISEMENT = 136
export const ICMPV6_REDIRECT = 137

/* Codes of ICMPV6_UNREACHABLE (RFC 4443, 3.1). */
export const ICMPV6_NO_ROUTE = 0
export const ICMPV6_PROHIBITED = 1
export const ICMPV6_BEYOND_SCOPE = 2
export const ICMPV6_ADDRESS_UNREACHABLE = 3
export const ICMPV6_PORT_UNREACHABLE = 4
export const ICMPV6_SOURCE_POLICY_FAILED = 5
export const ICMPV6_ROUTE_REJECTED = 6

/* Codes of the time-exceeded messages of both families. */
export const ICMP_HOP_LIMIT_EXCEEDED = 0
export const ICMP_REASSEMBLY_TIME_EXCEEDED = 1

/* Codes of ICMPV6_PARAMETER_PROBLEM (RFC 4443, 3.4). */
export const ICMPV6_ERRONEOUS_HEADER = 0
export const ICMPV6_UNKNOWN_NEXT_HEADER = 1
export const ICMPV6_UNKNOWN_OPTION = 2

/** One ICMP or ICMPv6 message as a record that is filled again and again; the payload is a range of `bytes`. */
export class IcmpMessage {
  type = 0
  code = 0
  /** The 32 bits behind the checksum: identifier and sequence number, an MTU, a pointer, flags. */
  word = 0
  bytes: Uint8Array = NO_BYTES
  /** Behind `word`: an echo's data, the packet an error quotes. */
  payloadStart = 0
  payloadLength = 0
}

const NO_BYTES = new Uint8Array(0)

/** Whether a type is an error message: never answered with another error (RFC 1122, 3.2.2; RFC 4443, 2.4 e). */
export function isIcmpError(version: 4 | 6, type: number): boolean {
  if (version === 6) return type < 128
  return (
    type === ICMP_UNREACHABLE ||
    type === ICMP_SOURCE_QUENCH ||
    type === ICMP_REDIRECT ||
    type === ICMP_TIME_EXCEEDED ||
    type === ICMP_PARAMETER_PROBLEM
  )
}

/**
 * Reads the ICMP or ICMPv6 message that takes up `length` bytes from `start`. False when it has less
 * than 8 bytes. The checksum is not looked at.
 */
export function parseIcmp(bytes: Uint8Array, start: number, length: number, message: IcmpMessage): boolean {
  if (start < 0 || length < ICMP_HEADER || start + length > bytes.length) return false
  message.type = bytes[start]
  message.code = bytes[start + 1]
  message.word = readU32(bytes, start + 4)
  message.bytes = bytes
  message.payloadStart = start + ICMP_HEADER
  message.payloadLength = length - ICMP_HEADER
  return true
}

/** Writes the 8 bytes before `message.payloadStart`, with a checksum of zero, and returns where they start. */
export function emitIcmp(message: IcmpMessage): number {
  const bytes = message.bytes
  const start = message.payloadStart - ICMP_HEADER
  bytes[start] = message.type
  bytes[start + 1] = message.code
  writeU16(bytes, start + ICMP_CHECKSUM_OFFSET, 0)
  writeU32(bytes, start + 4, message.word)
  return start
}
