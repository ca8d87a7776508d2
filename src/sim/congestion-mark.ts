import { fold, sum } from '../wire/checksum.ts'
import { CE, ECN_BITS, NOT_ECT } from '../wire/packet.ts'
import { WirePacket } from './wire-packet.ts'

const MIN_IPV4_HEADER = 20

/** The packet with CE set, as a router under load does it (RFC 3168, 5); null = its ends do not speak ECN. */
export function withCongestionMark(packet: WirePacket): WirePacket | null {
  const { ip } = packet
  if (ip === null || (ip.trafficClass & ECN_BITS) === NOT_ECT) return null
  const bytes = packet.bytes.slice()
  if (ip.version === 6) {
    bytes[1] = (bytes[1] ?? 0) | (CE << 4)
    return new WirePacket(bytes)
  }
  bytes[1] = (bytes[1] ?? 0) | CE
  bytes.fill(0, 10, 12)
  const length = Math.max(MIN_IPV4_HEADER, ((bytes[0] ?? 0) & 15) * 4)
  const checksum = ~fold(sum(bytes, 0, length, 0)) & 0xffff
  bytes[10] = checksum >> 8
  bytes[11] = checksum & 0xff
  return new WirePacket(bytes)
}
