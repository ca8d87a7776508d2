import { mayAnswerWithError, quotedLength } from '../ip/icmp-quote.ts'
import { isMulticast, isUnspecified } from '../ip/scope.ts'
import type { Address } from '../wire/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import { readU16, writeU16 } from '../wire/bytes.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import {
  emitIcmp,
  ICMP_CHECKSUM_OFFSET,
  ICMP_ECHO_REPLY,
  ICMP_ECHO_REQUEST,
  ICMP_HEADER,
  ICMPV6_ECHO_REPLY,
  ICMPV6_ECHO_REQUEST,
  IcmpMessage,
} from '../wire/icmp.ts'
import { emitIp } from '../wire/ip-header.ts'
import { HEADROOM, IpHeader, PROTOCOL_ICMP, PROTOCOL_ICMPV6 } from '../wire/packet.ts'
import * as seq from '../wire/seq.ts'
import { ACK, FIN, RST, SYN } from '../wire/tcp.ts'
import { forge } from './forge.ts'
import { adjusted } from './forwarding.ts'
import type { WirePacket } from './wire-packet.ts'

/** Of a packet that begins here. */
const HOP_LIMIT = 64
/** Where they stand in the headers: the words with TTL and checksum, source and destination. */
const IPV4_TTL = 8
const IPV4_CHECKSUM = 10
const IPV4_ADDRESSES = 12
const IPV6_HOP_LIMIT = 7
const IPV6_ADDRESSES = 8

/** An ICMP error about a packet, from `source` to its sender; null where there must be none (RFC 1122, 3.2.2; RFC 4443, 2.4 e). */
export function icmpErrorFor(packet: WirePacket, source: Address, type: number, code: number, word = 0) {
  const { ip, bytes: quoted } = packet
  if (ip === null || !mayAnswerWithError(ip, quoted)) return null
  const length = ICMP_HEADER + quotedLength(ip.version, quoted.length)
  const message = new IcmpMessage()
  message.type = type
  message.code = code
  message.word = word
  message.bytes = new Uint8Array(HEADROOM + length)
  message.payloadStart = HEADROOM + ICMP_HEADER
  message.bytes.set(quoted.subarray(0, length - ICMP_HEADER), message.payloadStart)
  const start = emitIcmp(message)
  const header = new IpHeader()
  header.version = ip.version
  header.source.set(source)
  header.destination.set(ip.source)
  header.protocol = ip.version === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6
  header.payloadLength = length
  const pseudo = ip.version === 4 ? 0 : pseudoHeaderSum(source, ip.source, PROTOCOL_ICMPV6, length)
  writeU16(message.bytes, start + ICMP_CHECKSUM_OFFSET, ~fold(sum(message.bytes, start, length, pseudo)) & 0xffff)
  return message.bytes.slice(emitIp(header, message.bytes, start))
}

/** The answer to an echo request in the name of its destination (RFC 792; RFC 4443, 4.2); null for anything else, and for pieces. */
export function echoReplyFor(packet: WirePacket): Uint8Array | null {
  const { ip, bytes: asked } = packet
  if (ip === null || !isEchoRequest(ip, asked)) return null
  const { version, payloadStart } = ip
  const bytes = asked.slice()
  // The sums stay right when the addresses change places.
  const at = version === 4 ? IPV4_ADDRESSES : IPV6_ADDRESSES
  const length = version === 4 ? 4 : 16
  bytes.copyWithin(at, at + length, at + 2 * length)
  bytes.set(asked.subarray(at, at + length), at + length)
  const reply = version === 4 ? ICMP_ECHO_REPLY : ICMPV6_ECHO_REPLY
  replaceU16(bytes, payloadStart, reply << 8, payloadStart + ICMP_CHECKSUM_OFFSET)
  if (version === 6) bytes[IPV6_HOP_LIMIT] = HOP_LIMIT
  else replaceU16(bytes, IPV4_TTL, (HOP_LIMIT << 8) | ip.protocol, IPV4_CHECKSUM)
  return bytes
}

/** One that is whole. */
function isEchoRequest(ip: IpHeader, bytes: Uint8Array): boolean {
  const { version, source, destination, protocol, payloadStart, payloadLength } = ip
  if (protocol !== (version === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6) || payloadLength < ICMP_HEADER) return false
  if (ip.moreFragments || ip.fragmentOffset > 0 || isMulticast(source) || isUnspecified(source)) return false
  if (bytes[payloadStart] !== (version === 4 ? ICMP_ECHO_REQUEST : ICMPV6_ECHO_REQUEST)) return false
  const pseudo = version === 4 ? 0 : pseudoHeaderSum(source, destination, protocol, payloadLength)
  return fold(sum(bytes, payloadStart, payloadLength, pseudo)) === 0xffff
}

/** Puts another word at `at`; the checksum at `checksum` follows. */
function replaceU16(bytes: Uint8Array, at: number, word: number, checksum: number): void {
  const before = readU16(bytes, at)
  writeU16(bytes, at, word)
  writeU16(bytes, checksum, adjusted(readU16(bytes, checksum), before, word))
}

/** The RST that answers a segment in the name of its destination (RFC 9293, 3.10.7.1); null for what is no segment, or an RST. */
export function resetFor(packet: WirePacket): Uint8Array | null {
  const { ip, tcp } = packet
  if (ip === null || tcp === null || tcp.flags & RST) return null
  const length = tcp.payloadLength + (tcp.flags & SYN ? 1 : 0) + (tcp.flags & FIN ? 1 : 0)
  const way = {
    from: formatAddress(ip.destination),
    to: formatAddress(ip.source),
    sourcePort: tcp.destinationPort,
    destinationPort: tcp.sourcePort,
    window: 0,
  }
  if (tcp.flags & ACK) return forge({ ...way, seq: tcp.ack, flags: RST })
  return forge({ ...way, ack: seq.add(tcp.seq, length), flags: RST | ACK })
}
