import { fold, sum } from '../wire/checksum.ts'
import { IPV4_HEADER } from '../wire/ipv4.ts'
import { PROTOCOL_NONE } from '../wire/ipv6.ts'
import { PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/packet.ts'
import { dissectOptions, type OptionForm, plainData } from './dissect-options.ts'
import type { FieldName } from './field.ts'
import { FieldCursor, hex16 } from './field-cursor.ts'

/** An IP header that has been dissected, and what it says of the rest. */
export interface IpPart {
  readonly cursor: FieldCursor
  /** Of the payload; for IPv6 behind the extension headers. */
  readonly protocol: number
  /** Where the packet ends by what it says; may be beyond what is there. */
  readonly end: number
  /** A part of a datagram, and not the first. */
  readonly later: boolean
  /** No fragment, and its destination is the last one: sums over its payload can be checked. */
  readonly whole: boolean
}

const PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [PROTOCOL_ICMP, 'ICMP'],
  [PROTOCOL_TCP, 'TCP'],
  [PROTOCOL_UDP, 'UDP'],
  [PROTOCOL_ICMPV6, 'ICMPv6'],
  [PROTOCOL_NONE, 'none'],
])

const IP_OPTION_NAMES: ReadonlyMap<number, FieldName> = new Map([
  [7, 'ip.option.record_route'],
  [68, 'ip.option.timestamp'],
  [131, 'ip.option.loose_source_route'],
  [137, 'ip.option.strict_source_route'],
  [148, 'ip.option.router_alert'],
])

const IP_OPTIONS: OptionForm = {
  end: 'ip.option.end',
  nop: 'ip.option.nop',
  kind: 'ip.option.kind',
  length: 'ip.option.length',
  padding: 'ip.option.padding',
  malformed: 'ip.option.malformed',
  name: (kind) => IP_OPTION_NAMES.get(kind) ?? 'ip.option.unknown',
  data: (_, length, inner) => plainData('ip.option.data', length, inner),
}

const ROUTING = 43
const FRAGMENT = 44

/** Extension headers of the common form (RFC 8200, 4); the fragment header has its own. */
const EXTENSIONS: ReadonlyMap<number, FieldName> = new Map([
  [0, 'ip.extension.hop_by_hop'],
  [ROUTING, 'ip.extension.routing'],
  [60, 'ip.extension.destination'],
])

/** ECN codepoints by their number (RFC 3168, 5). */
const CODEPOINTS = ['Not-ECT', 'ECT(1)', 'ECT(0)', 'CE']

const codepoint = (value: number) => CODEPOINTS[value] ?? ''
const protocolName = (value: number) => {
  const name = PROTOCOLS.get(value)
  return name === undefined ? String(value) : `${value} (${name})`
}

/** The IPv4 header at `start` with its options (RFC 791, 3.1). */
export function dissectIpv4(bytes: Uint8Array, start: number, end: number): IpPart {
  const cursor = new FieldCursor(bytes, start, end, 'ip')
  cursor.number('ip.version', 4)
  const length = cursor.number('ip.ihl', 4, (words) => `${words} (${4 * words} B)`) * 4
  const complete = length >= IPV4_HEADER && length <= end - start
  cursor.number('ip.dscp', 6)
  cursor.number('ip.ecn', 2, codepoint)
  const total = cursor.number('ip.total_length', 16)
  cursor.number('ip.identification', 16, hex16)
  let more = false
  cursor.nested('ip.flags', 3, (inner) => {
    inner.number('ip.flags.reserved', 1)
    const kept = inner.number('ip.flags.df', 1) === 1
    more = inner.number('ip.flags.mf', 1) === 1
    return [kept ? 'DF' : '', more ? 'MF' : ''].filter((flag) => flag !== '').join(', ')
  })
  const offset = cursor.number('ip.fragment_offset', 13, (eights) => String(eights * 8))
  cursor.number('ip.ttl', 8)
  const protocol = cursor.number('ip.protocol', 8, protocolName)
  const ok = complete ? fold(sum(bytes, start, length, 0)) === 0xffff : undefined
  cursor.number('ip.checksum', 16, hex16, ok)
  cursor.address('ip.source', 4)
  cursor.address('ip.destination', 4)
  dissectOptions(cursor, Math.min(length - IPV4_HEADER, cursor.left), IP_OPTIONS)
  // A total length of 0 is what machines write that leave the cutting to their devices: all that is there.
  const told = total >= length ? start + total : end
  return { cursor, protocol, end: Math.max(told, cursor.at), later: offset > 0, whole: offset === 0 && !more }
}

/** The IPv6 header at `start` with its extension headers (RFC 8200). */
export function dissectIpv6(bytes: Uint8Array, start: number, end: number): IpPart {
  const cursor = new FieldCursor(bytes, start, end, 'ip')
  cursor.number('ip.version', 4)
  cursor.number('ip.dscp', 6)
  cursor.number('ip.ecn', 2, codepoint)
  cursor.number('ip.flow_label', 20, (value) => `0x${value.toString(16).padStart(5, '0')}`)
  const length = cursor.number('ip.payload_length', 16)
  let protocol = cursor.number('ip.next_header', 8, protocolName)
  cursor.number('ip.hop_limit', 8)
  cursor.address('ip.source', 16)
  cursor.address('ip.destination', 16)
  const told = start + 40 + length
  let offset = 0
  let more = false
  let onTheWay = false
  while (cursor.left > 0 && offset === 0 && cursor.at < told) {
    const next = cursor.bytes[cursor.at]
    if (protocol === FRAGMENT) {
      cursor.nested('ip.extension.fragment', 64, (inner) => {
        inner.number('ip.next_header', 8, protocolName)
        inner.number('ip.extension.reserved', 8)
        offset = inner.number('ip.fragment_offset', 13, (eights) => String(eights * 8)) * 8
        inner.number('ip.extension.reserved', 2)
        more = inner.number('ip.flags.mf', 1) === 1
        inner.number('ip.identification', 32, (value) => `0x${value.toString(16).padStart(8, '0')}`)
        return String(offset)
      })
    } else {
      const name = EXTENSIONS.get(protocol)
      if (name === undefined) break
      if (protocol === ROUTING && cursor.left > 3) onTheWay ||= cursor.bytes[cursor.at + 3] !== 0
      const size = cursor.left > 1 ? (cursor.bytes[cursor.at + 1] + 1) * 8 : 8
      cursor.nested(name, size * 8, (inner) => {
        inner.number('ip.next_header', 8, protocolName)
        inner.number('ip.extension.length', 8)
        return plainData('ip.extension.data', size - 2, inner)
      })
    }
    protocol = next
  }
  return {
    cursor,
    protocol,
    end: Math.max(told, cursor.at),
    later: offset > 0,
    whole: offset === 0 && !more && !onTheWay,
  }
}
