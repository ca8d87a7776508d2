import type { Packet } from '../../wire/packet.ts'
import { PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from '../../wire/packet.ts'

/**
 * `struct virtio_net_hdr` (Virtual I/O Device 1.2, 5.1.6), which stands before every packet of a TUN device opened
 * with IFF_VNET_HDR and says what was left undone. Little-endian:
 *
 *     0 flags   1 gso_type   2 hdr_len   4 gso_size   6 csum_start   8 csum_offset
 */
export const VIRTIO_HEADER_LENGTH = 10

const NEEDS_CSUM = 1
const DATA_VALID = 2

const GSO_NONE = 0
const GSO_TCPV4 = 1
const GSO_TCPV6 = 4
/** Added to the type where the segment carries CWR, which only the first piece may then keep (RFC 3168, 6.1.2). */
const GSO_ECN = 0x80

const TCP_DATA_OFFSET = 12
const TCP_FLAGS = 13
const CWR = 0x80

/**
 * Reads the header at `start` into `packet.checksumOffloaded` and `packet.segmentSize`. False: the packet must be
 * dropped, for it is of a segmentation that was never agreed upon.
 */
export function parseVirtioHeader(bytes: Uint8Array, start: number, packet: Packet): boolean {
  // Either the sender is this machine, and nothing between could damage the packet, or its checksum was verified.
  packet.checksumOffloaded = (bytes[start] & (NEEDS_CSUM | DATA_VALID)) !== 0
  const type = bytes[start + 1] & ~GSO_ECN
  if (type === GSO_NONE) {
    packet.segmentSize = 0
    return true
  }
  packet.segmentSize = bytes[start + 4] | (bytes[start + 5] << 8)
  return (type === GSO_TCPV4 || type === GSO_TCPV6) && packet.segmentSize > 0
}

/**
 * Writes the header right before the IP packet at `start`..`end`, which has to leave that room. Where `offloaded` or
 * `segmentSize` asks for it, the checksum field of the TCP, UDP or ICMPv6 header gets the pseudo-header sum that the
 * kernel completes, whatever stood there. False: there is no such header, or segmentation is asked for what is not TCP.
 */
export function emitVirtioHeader(
  bytes: Uint8Array,
  start: number,
  end: number,
  offloaded: boolean,
  segmentSize: number,
): boolean {
  const header = start - VIRTIO_HEADER_LENGTH
  bytes.fill(0, header, start)
  if (!offloaded && segmentSize === 0) return true

  const isV4 = bytes[start] >> 4 === 4
  const transport = start + (isV4 ? (bytes[start] & 15) * 4 : 40)
  const protocol = bytes[isV4 ? start + 9 : start + 6]
  const checksumOffset = checksumOffsetOf(protocol)
  if (checksumOffset < 0 || transport + checksumOffset + 2 > end) return false

  const length = end - transport
  const sum = isV4
    ? addressSum(bytes, start + 12, start + 20) + protocol + length
    : addressSum(bytes, start + 8, start + 40) + protocol + length
  const folded = fold(sum)
  bytes[transport + checksumOffset] = folded >> 8
  bytes[transport + checksumOffset + 1] = folded & 0xff

  bytes[header] = NEEDS_CSUM
  writeU16(bytes, header + 6, transport - start)
  writeU16(bytes, header + 8, checksumOffset)
  if (segmentSize === 0) return true

  if (protocol !== PROTOCOL_TCP) return false
  const headerLength = transport - start + (bytes[transport + TCP_DATA_OFFSET] >> 4) * 4
  // What fits into one segment is an ordinary packet.
  if (end - start - headerLength <= segmentSize) return true
  const ecn = (bytes[transport + TCP_FLAGS] & CWR) !== 0 ? GSO_ECN : 0
  bytes[header + 1] = (isV4 ? GSO_TCPV4 : GSO_TCPV6) | ecn
  writeU16(bytes, header + 2, headerLength)
  writeU16(bytes, header + 4, segmentSize)
  return true
}

/** Where the checksum stands in the header of `protocol`; -1 for one that the kernel cannot complete. */
function checksumOffsetOf(protocol: number): number {
  switch (protocol) {
    case PROTOCOL_TCP:
      return 16
    case PROTOCOL_UDP:
      return 6
    case PROTOCOL_ICMPV6:
      return 2
    default:
      return -1
  }
}

function addressSum(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i += 2) sum += (bytes[i] << 8) | bytes[i + 1]
  return sum
}

/** To 16 bits, not complemented: one's-complement addition (RFC 1071). */
function fold(sum: number): number {
  let folded = (sum & 0xffff) + (sum >>> 16)
  folded = (folded & 0xffff) + (folded >>> 16)
  return folded
}

function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value & 0xff
  bytes[at + 1] = value >> 8
}
