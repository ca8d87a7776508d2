import {
  ICMP_ECHO_REPLY,
  ICMP_ECHO_REQUEST,
  ICMP_FRAGMENTATION_NEEDED,
  ICMP_PARAMETER_PROBLEM,
  ICMP_REDIRECT,
  ICMP_SOURCE_QUENCH,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  ICMPV6_ECHO_REPLY,
  ICMPV6_ECHO_REQUEST,
  ICMPV6_NEIGHBOUR_ADVERTISEMENT,
  ICMPV6_NEIGHBOUR_SOLICITATION,
  ICMPV6_PACKET_TOO_BIG,
  ICMPV6_PARAMETER_PROBLEM,
  ICMPV6_REDIRECT,
  ICMPV6_ROUTER_ADVERTISEMENT,
  ICMPV6_ROUTER_SOLICITATION,
  ICMPV6_TIME_EXCEEDED,
  ICMPV6_UNREACHABLE,
  isIcmpError,
} from '../wire/icmp.ts'
import type { Field } from './field.ts'
import { byteCount, FieldCursor, hex16 } from './field-cursor.ts'

/** In the words of RFC 792. */
const TYPES_V4: ReadonlyMap<number, string> = new Map([
  [ICMP_ECHO_REPLY, 'Echo Reply'],
  [ICMP_UNREACHABLE, 'Destination Unreachable'],
  [ICMP_SOURCE_QUENCH, 'Source Quench'],
  [ICMP_REDIRECT, 'Redirect'],
  [ICMP_ECHO_REQUEST, 'Echo'],
  [ICMP_TIME_EXCEEDED, 'Time Exceeded'],
  [ICMP_PARAMETER_PROBLEM, 'Parameter Problem'],
])

/** In the words of RFC 4443 and RFC 4861. */
const TYPES_V6: ReadonlyMap<number, string> = new Map([
  [ICMPV6_UNREACHABLE, 'Destination Unreachable'],
  [ICMPV6_PACKET_TOO_BIG, 'Packet Too Big'],
  [ICMPV6_TIME_EXCEEDED, 'Time Exceeded'],
  [ICMPV6_PARAMETER_PROBLEM, 'Parameter Problem'],
  [ICMPV6_ECHO_REQUEST, 'Echo Request'],
  [ICMPV6_ECHO_REPLY, 'Echo Reply'],
  [ICMPV6_ROUTER_SOLICITATION, 'Router Solicitation'],
  [ICMPV6_ROUTER_ADVERTISEMENT, 'Router Advertisement'],
  [ICMPV6_NEIGHBOUR_SOLICITATION, 'Neighbor Solicitation'],
  [ICMPV6_NEIGHBOUR_ADVERTISEMENT, 'Neighbor Advertisement'],
  [ICMPV6_REDIRECT, 'Redirect'],
])

/** What is quoted in an error: its fields, and all of it in short. */
export interface Quote {
  readonly fields: readonly Field[]
  readonly summary: string
}

/** The ICMP or ICMPv6 message in the bytes from `start` to `end`; `quote` reads the packet an error is about. */
export function dissectIcmp(
  bytes: Uint8Array,
  start: number,
  end: number,
  ok: boolean | undefined,
  version: 4 | 6,
  quote: (start: number, end: number) => Quote,
): readonly Field[] {
  const cursor = new FieldCursor(bytes, start, end, 'icmp')
  const names = version === 6 ? TYPES_V6 : TYPES_V4
  const type = cursor.number('icmp.type', 8, (value) => named(value, names))
  const code = cursor.number('icmp.code', 8)
  cursor.number('icmp.checksum', 16, hex16, ok)
  if (version === 6) wordV6(cursor, type)
  else wordV4(cursor, type, code)
  if (cursor.left > 0 && isIcmpError(version, type)) {
    cursor.nested('icmp.quote', cursor.left * 8, (inner) => {
      const { fields, summary } = quote(inner.at, end)
      inner.adopt(fields, end)
      return summary
    })
  }
  const payload = new FieldCursor(bytes, cursor.at, end, 'payload')
  payload.data('payload.data', payload.left, byteCount)
  cursor.adopt(payload.fields, end)
  return cursor.fields
}

function named(value: number, names: ReadonlyMap<number, string>): string {
  const name = names.get(value)
  return name === undefined ? String(value) : `${value} (${name})`
}

/** The four bytes behind the checksum (RFC 792; RFC 1191, 4). */
function wordV4(cursor: FieldCursor, type: number, code: number): void {
  if (type === ICMP_ECHO_REQUEST || type === ICMP_ECHO_REPLY) {
    cursor.number('icmp.identifier', 16)
    cursor.number('icmp.sequence', 16)
  } else if (type === ICMP_UNREACHABLE && code === ICMP_FRAGMENTATION_NEEDED) {
    cursor.number('icmp.unused', 16)
    cursor.number('icmp.mtu', 16)
  } else if (type === ICMP_PARAMETER_PROBLEM) {
    cursor.number('icmp.pointer', 8)
    cursor.number('icmp.unused', 24)
  } else if (type === ICMP_REDIRECT) cursor.address('icmp.gateway', 4)
  else cursor.number(isIcmpError(4, type) ? 'icmp.unused' : 'icmp.rest', 32)
}

/** The four bytes behind the checksum (RFC 4443), and an address where one is told about (RFC 4861, 4.3 and 4.4). */
function wordV6(cursor: FieldCursor, type: number): void {
  if (type === ICMPV6_ECHO_REQUEST || type === ICMPV6_ECHO_REPLY) {
    cursor.number('icmp.identifier', 16)
    cursor.number('icmp.sequence', 16)
  } else if (type === ICMPV6_PACKET_TOO_BIG) cursor.number('icmp.mtu', 32)
  else if (type === ICMPV6_PARAMETER_PROBLEM) cursor.number('icmp.pointer', 32)
  else cursor.number(isIcmpError(6, type) ? 'icmp.unused' : 'icmp.rest', 32)
  if (type === ICMPV6_NEIGHBOUR_SOLICITATION || type === ICMPV6_NEIGHBOUR_ADVERTISEMENT) {
    cursor.address('icmp.target', 16)
  }
}
