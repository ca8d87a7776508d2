import { readU16 } from '../wire/bytes.ts'
import { parseQuotedIp } from '../wire/ip-header.ts'
import { IPV6_HEADER } from '../wire/ipv6.ts'
import { ECN_BITS, type IpHeader, PROTOCOL_TCP } from '../wire/packet.ts'
import type { TcpSegment } from '../wire/tcp.ts'
import { parseTcp } from '../wire/tcp-header.ts'
import type { CapturedPacket } from './captured-packet.ts'

/**
 * Reads the TCP segment in a captured packet, which the capture may have cut short behind its headers: both
 * `payloadLength`s are what was on the wire, of which the bytes may hold less. Checksums are not looked at, for many
 * captures have those that a device was still to fill in. False for what is no TCP segment, a part of one, or one of
 * which the headers are not there.
 */
export function parseCapturedSegment(packet: CapturedPacket, ip: IpHeader, segment: TcpSegment): boolean {
  const { bytes, ip: start } = packet
  if (start < 0 || !parseQuotedIp(bytes, start, bytes.length, ip)) return false
  if (ip.protocol !== PROTOCOL_TCP || ip.moreFragments || ip.fragmentOffset > 0) return false
  if (!parseTcp(bytes, ip.payloadStart, ip.payloadLength, segment)) return false
  const end = ip.version === 6 ? start + IPV6_HEADER + readU16(bytes, start + 4) : start + readU16(bytes, start + 2)
  const missing = end - ip.payloadStart - ip.payloadLength
  ip.payloadLength += missing
  segment.payloadLength += missing
  segment.ecn = ip.trafficClass & ECN_BITS
  return true
}
