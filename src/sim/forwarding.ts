import { Fragmenter, fragmentPayload } from '../ip/fragmenter.ts'
import { readU16, writeU16 } from '../wire/bytes.ts'
import { fold, sum } from '../wire/checksum.ts'
import { IpHeader } from '../wire/packet.ts'
import { WirePacket } from './wire-packet.ts'

const MORE_FRAGMENTS = 0x2000
/** Where the header checksum stands in an IPv4 header, and the word with the TTL. */
const CHECKSUM = 10
const TTL_WORD = 8

/** A checksum when words of what it covers have changed, whose sums these are (RFC 1624, eqn. 3): a wrong one stays wrong. */
export function adjusted(checksum: number, before: number, after: number): number {
  const taken = ~fold(before) & 0xffff
  return ~fold((~checksum & 0xffff) + taken + fold(after)) & 0xffff
}

/** The packet with one hop less to live (RFC 791, 3.2; RFC 8200, 3). */
export function oneHopLess(packet: WirePacket): WirePacket {
  const bytes = packet.bytes.slice()
  if (packet.ip?.version === 6) {
    bytes[7] -= 1
    return new WirePacket(bytes)
  }
  const before = readU16(bytes, TTL_WORD)
  writeU16(bytes, TTL_WORD, before - 0x100)
  writeU16(bytes, CHECKSUM, adjusted(readU16(bytes, CHECKSUM), before, before - 0x100))
  return new WirePacket(bytes)
}

/** An IPv4 packet in pieces that an MTU has room for (RFC 791, 3.2), options in each; none of IPv6, where routers cut nothing. */
export function fragmentsOf(packet: WirePacket, mtu: number): Uint8Array[] {
  const { ip, bytes } = packet
  if (ip === null || ip.version === 6) return []
  const { payloadStart, payloadLength } = ip
  const fragmenter = new Fragmenter()
  const fields = new IpHeader()
  const pieces: Uint8Array[] = []
  if (!fragmenter.begin(payloadLength, fragmentPayload(mtu, payloadStart))) return []
  while (fragmenter.next(fields)) {
    const piece = new Uint8Array(payloadStart + fragmenter.length)
    piece.set(bytes.subarray(0, payloadStart))
    const from = payloadStart + fragmenter.offset
    piece.set(bytes.subarray(from, from + fragmenter.length), payloadStart)
    writeU16(piece, 2, piece.length)
    // What is cut again may be a piece itself.
    const more = fields.moreFragments || ip.moreFragments
    writeU16(piece, 6, ((ip.fragmentOffset + fragmenter.offset) >> 3) | (more ? MORE_FRAGMENTS : 0))
    writeU16(piece, CHECKSUM, 0)
    writeU16(piece, CHECKSUM, ~fold(sum(piece, 0, payloadStart, 0)) & 0xffff)
    pieces.push(piece)
  }
  return pieces
}
