import {
  ICMP_FRAGMENTATION_NEEDED,
  ICMP_HOP_LIMIT_EXCEEDED,
  ICMP_HOST_UNREACHABLE,
  ICMP_NETWORK_UNREACHABLE,
  ICMP_PORT_UNREACHABLE,
  ICMP_PROHIBITED,
  ICMP_PROTOCOL_UNREACHABLE,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  ICMPV6_ADDRESS_UNREACHABLE,
  ICMPV6_NO_ROUTE,
  ICMPV6_PACKET_TOO_BIG,
  ICMPV6_PARAMETER_PROBLEM,
  ICMPV6_PORT_UNREACHABLE,
  ICMPV6_PROHIBITED,
  ICMPV6_TIME_EXCEEDED,
  ICMPV6_UNKNOWN_NEXT_HEADER,
  ICMPV6_UNREACHABLE,
} from '../../wire/icmp.ts'
import { icmpErrorFor } from '../answers.ts'
import { WirePacket } from '../wire-packet.ts'

type Kind = readonly [type: number, code: number]

/** What a router or the peer may say of a packet, with type and code over IPv4 (RFC 792, RFC 1191, RFC 1812) and IPv6 (RFC 4443). */
export const ICMP_ERRORS: Readonly<Record<string, { readonly v4: Kind; readonly v6: Kind }>> = {
  'network-unreachable': {
    v4: [ICMP_UNREACHABLE, ICMP_NETWORK_UNREACHABLE],
    v6: [ICMPV6_UNREACHABLE, ICMPV6_NO_ROUTE],
  },
  'host-unreachable': {
    v4: [ICMP_UNREACHABLE, ICMP_HOST_UNREACHABLE],
    v6: [ICMPV6_UNREACHABLE, ICMPV6_ADDRESS_UNREACHABLE],
  },
  'protocol-unreachable': {
    v4: [ICMP_UNREACHABLE, ICMP_PROTOCOL_UNREACHABLE],
    v6: [ICMPV6_PARAMETER_PROBLEM, ICMPV6_UNKNOWN_NEXT_HEADER],
  },
  'port-unreachable': {
    v4: [ICMP_UNREACHABLE, ICMP_PORT_UNREACHABLE],
    v6: [ICMPV6_UNREACHABLE, ICMPV6_PORT_UNREACHABLE],
  },
  'packet-too-big': { v4: [ICMP_UNREACHABLE, ICMP_FRAGMENTATION_NEEDED], v6: [ICMPV6_PACKET_TOO_BIG, 0] },
  prohibited: { v4: [ICMP_UNREACHABLE, ICMP_PROHIBITED], v6: [ICMPV6_UNREACHABLE, ICMPV6_PROHIBITED] },
  'time-exceeded': {
    v4: [ICMP_TIME_EXCEEDED, ICMP_HOP_LIMIT_EXCEEDED],
    v6: [ICMPV6_TIME_EXCEEDED, ICMP_HOP_LIMIT_EXCEEDED],
  },
}

/** Where the next header is named in an IPv6 header: what a parameter problem points at. */
const NEXT_HEADER = 6

/** The packet with that error about `bytes`, a packet of the host's, from where it went to; null = there is no such error. `mtu`: for packet-too-big. */
export function icmpError(name: string, mtu: number, bytes: Uint8Array): Uint8Array | null {
  const packet = new WirePacket(bytes)
  const { ip } = packet
  const kinds = ICMP_ERRORS[name]
  if (ip === null || kinds === undefined) return null
  const [type, code] = ip.version === 4 ? kinds.v4 : kinds.v6
  const word = ip.version === 6 && type === ICMPV6_PARAMETER_PROBLEM ? NEXT_HEADER : mtu
  return icmpErrorFor(packet, ip.destination, type, code, word)
}
