import { Address } from './address.ts'
import { readU16, readU32, writeU16, writeU32 } from './bytes.ts'
import { ETHERTYPE_IPV4 } from './ethernet.ts'

/** An ARP packet for IPv4 over Ethernet (RFC 826), in bytes. */
export const ARP_LENGTH = 28

export const ARP_REQUEST = 1
export const ARP_REPLY = 2

const HARDWARE_ETHERNET = 1
/** Hardware address length 6, protocol address length 4. */
const LENGTHS = 0x0604

/** An ARP packet for IPv4 over Ethernet (RFC 826); filled again and again. */
export class ArpPacket {
  /** `ARP_REQUEST`, `ARP_REPLY`, or another operation to be ignored. */
  operation = 0
  readonly senderLink = new Uint8Array(6)
  readonly senderAddress = new Address(0, 0, 0xffff, 0)
  readonly targetLink = new Uint8Array(6)
  readonly targetAddress = new Address(0, 0, 0xffff, 0)
}

/** Reads the packet in `start` .. `end` (padding may follow). False when it is cut short or not IPv4 over Ethernet. */
export function parseArp(bytes: Uint8Array, start: number, end: number, packet: ArpPacket): boolean {
  if (start < 0 || end > bytes.length || end - start < ARP_LENGTH) return false
  if (readU16(bytes, start) !== HARDWARE_ETHERNET || readU16(bytes, start + 2) !== ETHERTYPE_IPV4) return false
  if (readU16(bytes, start + 4) !== LENGTHS) return false
  packet.operation = readU16(bytes, start + 6)
  for (let i = 0; i < 6; i++) {
    packet.senderLink[i] = bytes[start + 8 + i]
    packet.targetLink[i] = bytes[start + 18 + i]
  }
  setV4(packet.senderAddress, readU32(bytes, start + 14))
  setV4(packet.targetAddress, readU32(bytes, start + 24))
  return true
}

function setV4(address: Address, word: number): void {
  address.w0 = 0
  address.w1 = 0
  address.w2 = 0xffff
  address.w3 = word
}

/** Writes the packet from `start` on and returns one past its last byte. */
export function emitArp(packet: ArpPacket, bytes: Uint8Array, start: number): number {
  writeU16(bytes, start, HARDWARE_ETHERNET)
  writeU16(bytes, start + 2, ETHERTYPE_IPV4)
  writeU16(bytes, start + 4, LENGTHS)
  writeU16(bytes, start + 6, packet.operation)
  for (let i = 0; i < 6; i++) {
    bytes[start + 8 + i] = packet.senderLink[i]
    bytes[start + 18 + i] = packet.targetLink[i]
  }
  writeU32(bytes, start + 14, packet.senderAddress.w3)
  writeU32(bytes, start + 24, packet.targetAddress.w3)
  return start + ARP_LENGTH
}
