import { writeU16 } from '../../wire/bytes.ts'
import { fold, sum } from '../../wire/checksum.ts'
import {
  emitIcmp,
  ICMP_CHECKSUM_OFFSET,
  ICMP_FRAGMENTATION_NEEDED,
  ICMP_HEADER,
  ICMP_HOP_LIMIT_EXCEEDED,
  ICMP_HOST_UNREACHABLE,
  ICMP_NETWORK_UNREACHABLE,
  ICMP_PORT_UNREACHABLE,
  ICMP_PROHIBITED,
  ICMP_PROTOCOL_UNREACHABLE,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  IcmpMessage,
} from '../../wire/icmp.ts'
import { emitIp, parseIp } from '../../wire/ip-header.ts'
import { HEADROOM, IpHeader, PROTOCOL_ICMP } from '../../wire/packet.ts'

/** What a router or the peer may say of a packet, with type and code (RFC 792, RFC 1191, RFC 1812). */
export const ICMP_ERRORS: Readonly<Record<string, readonly [type: number, code: number]>> = {
  'network-unreachable': [ICMP_UNREACHABLE, ICMP_NETWORK_UNREACHABLE],
  'host-unreachable': [ICMP_UNREACHABLE, ICMP_HOST_UNREACHABLE],
  'protocol-unreachable': [ICMP_UNREACHABLE, ICMP_PROTOCOL_UNREACHABLE],
  'port-unreachable': [ICMP_UNREACHABLE, ICMP_PORT_UNREACHABLE],
  'packet-too-big': [ICMP_UNREACHABLE, ICMP_FRAGMENTATION_NEEDED],
  prohibited: [ICMP_UNREACHABLE, ICMP_PROHIBITED],
  'time-exceeded': [ICMP_TIME_EXCEEDED, ICMP_HOP_LIMIT_EXCEEDED],
}

/** Quoted of a packet: its header with the first of what it carries. */
const QUOTATION = 64

/** The IPv4 packet with that error about `packet`, from where it went to. `mtu`: for packet-too-big. */
export function icmpError(name: string, mtu: number, packet: Uint8Array): Uint8Array {
  const quotation = packet.subarray(0, QUOTATION)
  const bytes = new Uint8Array(HEADROOM + ICMP_HEADER + quotation.length)
  bytes.set(quotation, HEADROOM + ICMP_HEADER)
  const message = new IcmpMessage()
  const [type = 0, code = 0] = ICMP_ERRORS[name] ?? []
  message.type = type
  message.code = code
  message.word = mtu
  message.bytes = bytes
  message.payloadStart = HEADROOM + ICMP_HEADER
  message.payloadLength = quotation.length
  const start = emitIcmp(message)
  const length = bytes.length - start
  writeU16(bytes, start + ICMP_CHECKSUM_OFFSET, ~fold(sum(bytes, start, length, 0)) & 0xffff)
  const about = new IpHeader()
  parseIp(packet, 0, packet.length, about)
  const ip = new IpHeader()
  ip.source.set(about.destination)
  ip.destination.set(about.source)
  ip.protocol = PROTOCOL_ICMP
  ip.payloadLength = length
  return bytes.slice(emitIp(ip, bytes, start))
}
