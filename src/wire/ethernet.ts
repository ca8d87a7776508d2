import type { Address } from './address.ts'
import { readU16, writeU16 } from './bytes.ts'

/** An Ethernet header without a VLAN tag, in bytes. */
export const ETHERNET_HEADER = 14

/* EtherTypes (IANA, IEEE 802 numbers). */
export const ETHERTYPE_IPV4 = 0x0800
export const ETHERTYPE_ARP = 0x0806
export const ETHERTYPE_IPV6 = 0x86dd

/** An Ethernet header (RFC 894, RFC 2464); filled again and again. */
export class EthernetHeader {
  readonly destination = new Uint8Array(6)
  readonly source = new Uint8Array(6)
  etherType = 0
}

/** Reads the header of the frame in `start` .. `end`; its payload starts 14 bytes on. False when it is cut short. */
export function parseEthernet(bytes: Uint8Array, start: number, end: number, header: EthernetHeader): boolean {
  if (start < 0 || end > bytes.length || end - start < ETHERNET_HEADER) return false
  for (let i = 0; i < 6; i++) {
    header.destination[i] = bytes[start + i]
    header.source[i] = bytes[start + 6 + i]
  }
  header.etherType = readU16(bytes, start + 12)
  return true
}

/** Writes the header right before `payloadStart` and returns where it starts. */
export function emitEthernet(header: EthernetHeader, bytes: Uint8Array, payloadStart: number): number {
  const start = payloadStart - ETHERNET_HEADER
  for (let i = 0; i < 6; i++) {
    bytes[start + i] = header.destination[i]
    bytes[start + 6 + i] = header.source[i]
  }
  writeU16(bytes, start + 12, header.etherType)
  return start
}

/**
 * Sets `out` to the Ethernet address that an IP multicast address is sent to: 33:33 and its last 32
 * bits for IPv6 (RFC 2464, 7), 01:00:5e and its last 23 bits for IPv4 (RFC 1112, 6.4).
 */
export function multicastLinkAddress(destination: Address, out: Uint8Array): void {
  const low = destination.w3
  const v4 = destination.isV4
  out[0] = v4 ? 0x01 : 0x33
  out[1] = v4 ? 0x00 : 0x33
  out[2] = v4 ? 0x5e : low >>> 24
  out[3] = v4 ? (low >>> 16) & 0x7f : low >>> 16
  out[4] = low >>> 8
  out[5] = low
}
