import { Address } from './address.ts'
import { readU32, writeU16, writeU32 } from './bytes.ts'
import { ICMPV6_NEIGHBOUR_ADVERTISEMENT, ICMPV6_NEIGHBOUR_SOLICITATION } from './icmp.ts'
import { readAddress, writeAddress } from './ipv6.ts'

/** A neighbour message without options, and with a link-layer address of 6 bytes. */
const MESSAGE_LENGTH = 24
const OPTION_LENGTH = 8
export const NEIGHBOUR_MESSAGE_MAX = MESSAGE_LENGTH + OPTION_LENGTH

/* Option types (RFC 4861, 4.6.1). */
const SOURCE_LINK_ADDRESS = 1
const TARGET_LINK_ADDRESS = 2

const FLAG_ROUTER = 0x8000_0000
const FLAG_SOLICITED = 0x4000_0000
const FLAG_OVERRIDE = 0x2000_0000

/** A neighbour solicitation or advertisement (RFC 4861, 4.3 and 4.4); filled again and again. */
export class NeighbourMessage {
  /** `ICMPV6_NEIGHBOUR_SOLICITATION` or `ICMPV6_NEIGHBOUR_ADVERTISEMENT`. */
  type = ICMPV6_NEIGHBOUR_SOLICITATION
  /** The address asked about or answered for. */
  readonly target = new Address()
  /** The three flags of an advertisement; false in a solicitation. */
  router = false
  solicited = false
  override = false
  /** The sender's own in a solicitation, the target's in an advertisement. */
  hasLinkAddress = false
  readonly linkAddress = new Uint8Array(6)
}

/**
 * Reads the ICMPv6 message that takes up `length` bytes from `start`. False for other types and when a
 * check of RFC 4861, 7.1.1 and 7.1.2 fails that the message alone can tell: code 0, 24 bytes or more,
 * no multicast target, no option without length or beyond the end. That the hop limit was 255, the
 * checksum and the rules on addresses of the packet are the caller's. Unknown options are skipped.
 */
export function parseNeighbour(bytes: Uint8Array, start: number, length: number, message: NeighbourMessage): boolean {
  if (start < 0 || length < MESSAGE_LENGTH || start + length > bytes.length) return false
  const type = bytes[start]
  const advertisement = type === ICMPV6_NEIGHBOUR_ADVERTISEMENT
  if ((!advertisement && type !== ICMPV6_NEIGHBOUR_SOLICITATION) || bytes[start + 1] !== 0) return false
  if (bytes[start + 8] === 0xff) return false
  const flags = advertisement ? readU32(bytes, start + 4) : 0
  message.type = type
  message.router = (flags & FLAG_ROUTER) !== 0
  message.solicited = (flags & FLAG_SOLICITED) !== 0
  message.override = (flags & FLAG_OVERRIDE) !== 0
  readAddress(bytes, start + 8, message.target)
  message.hasLinkAddress = false
  const wanted = advertisement ? TARGET_LINK_ADDRESS : SOURCE_LINK_ADDRESS
  return readOptions(bytes, start + MESSAGE_LENGTH, start + length, wanted, message)
}

function readOptions(
  bytes: Uint8Array,
  start: number,
  end: number,
  wanted: number,
  message: NeighbourMessage,
): boolean {
  let at = start
  while (at < end) {
    if (end - at < OPTION_LENGTH) return false
    const length = bytes[at + 1] << 3
    if (length === 0 || length > end - at) return false
    if (bytes[at] === wanted && length === OPTION_LENGTH) {
      message.hasLinkAddress = true
      for (let i = 0; i < 6; i++) message.linkAddress[i] = bytes[at + 2 + i]
    }
    at += length
  }
  return true
}

/**
 * Writes the whole ICMPv6 message from `start` on, with a checksum of zero, and returns one past its
 * last byte: 24 bytes, or 32 with the link-layer address.
 */
export function emitNeighbour(message: NeighbourMessage, bytes: Uint8Array, start: number): number {
  const advertisement = message.type === ICMPV6_NEIGHBOUR_ADVERTISEMENT
  let flags = 0
  if (advertisement && message.router) flags |= FLAG_ROUTER
  if (advertisement && message.solicited) flags |= FLAG_SOLICITED
  if (advertisement && message.override) flags |= FLAG_OVERRIDE
  writeU16(bytes, start, message.type << 8)
  writeU16(bytes, start + 2, 0)
  writeU32(bytes, start + 4, flags)
  writeAddress(bytes, start + 8, message.target)
  if (!message.hasLinkAddress) return start + MESSAGE_LENGTH
  const at = start + MESSAGE_LENGTH
  bytes[at] = advertisement ? TARGET_LINK_ADDRESS : SOURCE_LINK_ADDRESS
  bytes[at + 1] = 1
  for (let i = 0; i < 6; i++) bytes[at + 2 + i] = message.linkAddress[i]
  return at + OPTION_LENGTH
}

/** Sets `out` to the solicited-node multicast address of `target`, ff02::1:ffxx:xxxx (RFC 4291, 2.7.1). */
export function solicitedNode(target: Address, out: Address): void {
  out.w0 = 0xff02_0000
  out.w1 = 0
  out.w2 = 1
  out.w3 = (0xff00_0000 | (target.w3 & 0xff_ffff)) >>> 0
}
