import { mayAnswerWithError, quotedLength } from '../ip/icmp-quote.ts'
import type { Address } from '../wire/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import { writeU16 } from '../wire/bytes.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { emitIcmp, ICMP_CHECKSUM_OFFSET, ICMP_HEADER, IcmpMessage } from '../wire/icmp.ts'
import { emitIp } from '../wire/ip-header.ts'
import { HEADROOM, IpHeader, PROTOCOL_ICMP, PROTOCOL_ICMPV6 } from '../wire/packet.ts'
import * as seq from '../wire/seq.ts'
import { ACK, FIN, RST, SYN } from '../wire/tcp.ts'
import { forge } from './forge.ts'
import type { WirePacket } from './wire-packet.ts'

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
