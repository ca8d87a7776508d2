import { Address } from '../wire/address.ts'
import { readU16, readU32 } from '../wire/bytes.ts'
import {
  ICMP_ECHO_REQUEST,
  ICMP_FRAGMENTATION_NEEDED,
  ICMP_HOST_PROHIBITED,
  ICMP_HOST_UNKNOWN,
  ICMP_HOST_UNREACHABLE,
  ICMP_HOST_UNREACHABLE_FOR_TOS,
  ICMP_NETWORK_PROHIBITED,
  ICMP_NETWORK_UNKNOWN,
  ICMP_NETWORK_UNREACHABLE,
  ICMP_NETWORK_UNREACHABLE_FOR_TOS,
  ICMP_PARAMETER_PROBLEM,
  ICMP_PORT_UNREACHABLE,
  ICMP_PROHIBITED,
  ICMP_PROTOCOL_UNREACHABLE,
  ICMP_SOURCE_ISOLATED,
  ICMP_SOURCE_ROUTE_FAILED,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  ICMPV6_ADDRESS_UNREACHABLE,
  ICMPV6_ECHO_REQUEST,
  ICMPV6_NO_ROUTE,
  ICMPV6_PACKET_TOO_BIG,
  ICMPV6_PARAMETER_PROBLEM,
  ICMPV6_PORT_UNREACHABLE,
  ICMPV6_TIME_EXCEEDED,
  ICMPV6_UNKNOWN_NEXT_HEADER,
  ICMPV6_UNREACHABLE,
  type IcmpMessage,
} from '../wire/icmp.ts'
import { parseQuotedIp } from '../wire/ip-header.ts'
import { IpHeader, PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/packet.ts'
import { plateauBelow } from './path-mtu.ts'

/** What became of a packet of ours. */
export type IcmpErrorKind =
  | 'network-unreachable'
  | 'host-unreachable'
  | 'protocol-unreachable'
  | 'port-unreachable'
  | 'packet-too-big'
  | 'source-route-failed'
  | 'prohibited'
  | 'time-exceeded'
  | 'parameter-problem'

/** A transport reads its ports from the first 8 bytes, and every node quotes those (RFC 792; RFC 1122, 3.2.2). */
const LEAST_QUOTE = 8

/** An error that the network reports about a packet we sent; filled again and again. */
export class IcmpError {
  kind: IcmpErrorKind = 'host-unreachable'
  version: 4 | 6 = 4
  /** Of the quoted packet: its upper-layer protocol. */
  protocol = 0
  /** 'packet-too-big': what the next hop takes, in bytes; else 0. */
  mtu = 0
  /** Who reports it: a router on the way, the destination, or ourselves. */
  readonly from = new Address()
  /** Of the quoted packet: `source` is ours. */
  readonly source = new Address()
  readonly destination = new Address()
  /** TCP and UDP: the quoted ports. Echo requests: the identifier, and 0. */
  sourcePort = 0
  destinationPort = 0
  /** TCP: the quoted sequence number. Echo requests: theirs. UDP: 0. */
  seq = 0
  private readonly quoted = new IpHeader()

  /**
   * Reads an error message of the IP version `version`. False when it is no error that a transport
   * could take up: an unknown type or code, a quotation of less than 8 bytes of transport or of a
   * fragment that is not the first, no MTU to be made out. Who sent it (`from`) and whether the
   * quoted source is ours are the caller's business.
   */
  read(version: 4 | 6, message: IcmpMessage): boolean {
    const kind = version === 4 ? kindOfV4(message) : kindOfV6(message)
    if (kind === null) return false
    const { bytes, payloadStart, payloadLength } = message
    if (!this.readQuotation(bytes, payloadStart, payloadStart + payloadLength) || this.version !== version) return false
    this.kind = kind
    this.mtu = 0
    if (kind === 'packet-too-big') {
      // RFC 1191, 5: an old router tells no MTU; the next plateau below what did not fit is tried.
      this.mtu = version === 6 ? message.word : message.word & 0xffff
      if (this.mtu === 0 && version === 4) this.mtu = plateauBelow(readU16(bytes, payloadStart + 2))
      if (this.mtu === 0) return false
    }
    return true
  }

  /** Sets all but `kind`, `mtu` and `from` from a packet of ours in `start` .. `end`, which may be cut short. */
  readQuotation(bytes: Uint8Array, start: number, end: number): boolean {
    const { quoted } = this
    if (!parseQuotedIp(bytes, start, end, quoted)) return false
    if (quoted.fragmentOffset !== 0 || quoted.payloadLength < LEAST_QUOTE) return false
    const at = quoted.payloadStart
    this.version = quoted.version
    this.protocol = quoted.protocol
    this.source.set(quoted.source)
    this.destination.set(quoted.destination)
    const isIcmp = quoted.protocol === (quoted.version === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6)
    // Of all ICMP messages only echo requests have somebody who waits.
    if (isIcmp && bytes[at] !== (quoted.version === 4 ? ICMP_ECHO_REQUEST : ICMPV6_ECHO_REQUEST)) return false
    const hasPorts = quoted.protocol === PROTOCOL_TCP || quoted.protocol === PROTOCOL_UDP
    // An echo request has its identifier and sequence number behind type, code and checksum.
    this.sourcePort = readU16(bytes, hasPorts ? at : at + 4)
    this.destinationPort = hasPorts ? readU16(bytes, at + 2) : 0
    if (quoted.protocol === PROTOCOL_TCP) this.seq = readU32(bytes, at + 4)
    else this.seq = quoted.protocol === PROTOCOL_UDP ? 0 : readU16(bytes, at + 6)
    return true
  }
}

function kindOfV4(message: IcmpMessage): IcmpErrorKind | null {
  switch (message.type) {
    case ICMP_UNREACHABLE:
      return unreachableKindOfV4(message.code)
    case ICMP_TIME_EXCEEDED:
      return message.code <= 1 ? 'time-exceeded' : null
    case ICMP_PARAMETER_PROBLEM:
      return 'parameter-problem'
    default:
      return null
  }
}

/** RFC 1122, 3.2.2.1; codes that are unknown say nothing. */
function unreachableKindOfV4(code: number): IcmpErrorKind | null {
  switch (code) {
    case ICMP_NETWORK_UNREACHABLE:
    case ICMP_NETWORK_UNKNOWN:
    case ICMP_NETWORK_UNREACHABLE_FOR_TOS:
      return 'network-unreachable'
    case ICMP_HOST_UNREACHABLE:
    case ICMP_HOST_UNKNOWN:
    case ICMP_SOURCE_ISOLATED:
    case ICMP_HOST_UNREACHABLE_FOR_TOS:
      return 'host-unreachable'
    case ICMP_PROTOCOL_UNREACHABLE:
      return 'protocol-unreachable'
    case ICMP_PORT_UNREACHABLE:
      return 'port-unreachable'
    case ICMP_FRAGMENTATION_NEEDED:
      return 'packet-too-big'
    case ICMP_SOURCE_ROUTE_FAILED:
      return 'source-route-failed'
    case ICMP_NETWORK_PROHIBITED:
    case ICMP_HOST_PROHIBITED:
    case ICMP_PROHIBITED:
    case 14: // host precedence violation (RFC 1812, 5.2.7.1)
    case 15: // precedence cutoff in effect
      return 'prohibited'
    default:
      return null
  }
}

function kindOfV6(message: IcmpMessage): IcmpErrorKind | null {
  switch (message.type) {
    case ICMPV6_UNREACHABLE:
      if (message.code === ICMPV6_NO_ROUTE) return 'network-unreachable'
      if (message.code === ICMPV6_ADDRESS_UNREACHABLE) return 'host-unreachable'
      if (message.code === ICMPV6_PORT_UNREACHABLE) return 'port-unreachable'
      // Prohibited, beyond scope, source policy, route rejected (RFC 4443, 3.1).
      return message.code <= 6 ? 'prohibited' : null
    case ICMPV6_PACKET_TOO_BIG:
      return 'packet-too-big'
    case ICMPV6_TIME_EXCEEDED:
      return message.code <= 1 ? 'time-exceeded' : null
    case ICMPV6_PARAMETER_PROBLEM:
      // RFC 4443, 3.4: the next header that is not known is the transport's.
      return message.code === ICMPV6_UNKNOWN_NEXT_HEADER ? 'protocol-unreachable' : 'parameter-problem'
    default:
      return null
  }
}
