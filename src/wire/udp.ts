import { readU16, writeU16 } from './bytes.ts'

/** The UDP header (RFC 768), in bytes, and where the checksum stands in it. */
export const UDP_HEADER = 8
export const UDP_CHECKSUM_OFFSET = 6

/** One UDP datagram as a record that is filled again and again; the payload is a range of `bytes`. */
export class UdpDatagram {
  sourcePort = 0
  destinationPort = 0
  /** The checksum field is not zero: IPv4 may leave it out, IPv6 must not (RFC 8200, 8.1). */
  hasChecksum = false
  bytes: Uint8Array = NO_BYTES
  payloadStart = 0
  payloadLength = 0
}

const NO_BYTES = new Uint8Array(0)

/**
 * Reads the UDP header (RFC 768) of the datagram that takes up `length` bytes from `start`. Bytes past
 * the length field are not payload. False when the header is cut short or the length field is below 8
 * or beyond `length`. The checksum itself is not looked at.
 */
export function parseUdp(bytes: Uint8Array, start: number, length: number, datagram: UdpDatagram): boolean {
  if (start < 0 || length < UDP_HEADER || start + length > bytes.length) return false
  const total = readU16(bytes, start + 4)
  if (total < UDP_HEADER || total > length) return false
  datagram.sourcePort = readU16(bytes, start)
  datagram.destinationPort = readU16(bytes, start + 2)
  datagram.hasChecksum = readU16(bytes, start + UDP_CHECKSUM_OFFSET) !== 0
  datagram.bytes = bytes
  datagram.payloadStart = start + UDP_HEADER
  datagram.payloadLength = total - UDP_HEADER
  return true
}

/**
 * Writes the UDP header right before `datagram.payloadStart`, with a checksum of zero, and returns
 * where it starts. Who fills the checksum in writes 0xffff for a result of zero (RFC 768).
 */
export function emitUdp(datagram: UdpDatagram): number {
  const bytes = datagram.bytes
  const start = datagram.payloadStart - UDP_HEADER
  writeU16(bytes, start, datagram.sourcePort)
  writeU16(bytes, start + 2, datagram.destinationPort)
  writeU16(bytes, start + 4, UDP_HEADER + datagram.payloadLength)
  writeU16(bytes, start + UDP_CHECKSUM_OFFSET, 0)
  return start
}
