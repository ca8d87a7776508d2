import type { Device } from '../stack/device.ts'
import { readU16, writeU16 } from '../wire/bytes.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { ETHERNET_HEADER, ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from '../wire/ethernet.ts'
import { parseIp } from '../wire/ip-header.ts'
import { IpHeader, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/packet.ts'
import { TCP_CHECKSUM_OFFSET, TCP_MIN_HEADER } from '../wire/tcp-header.ts'
import { UDP_CHECKSUM_OFFSET, UDP_HEADER } from '../wire/udp.ts'

/**
 * Writes the transport checksum into `bytes`, one whole packet of a device of that medium. What holds
 * no TCP or UDP header, a fragment for one, is left as it is.
 */
export function completeChecksum(bytes: Uint8Array, medium: Device['medium']): void {
  const ip = new IpHeader()
  const start = medium === 'ethernet' ? ETHERNET_HEADER : 0
  if (medium === 'ethernet' && !holdsIp(bytes)) return
  if (!parseIp(bytes, start, bytes.length, ip) || ip.moreFragments || ip.fragmentOffset > 0) return
  const { protocol, payloadStart, payloadLength } = ip
  if (protocol === PROTOCOL_TCP && payloadLength >= TCP_MIN_HEADER) {
    writeU16(bytes, payloadStart + TCP_CHECKSUM_OFFSET, checksum(bytes, ip, TCP_CHECKSUM_OFFSET))
  } else if (protocol === PROTOCOL_UDP && payloadLength >= UDP_HEADER) {
    // RFC 768: zero would say that there is none.
    writeU16(bytes, payloadStart + UDP_CHECKSUM_OFFSET, checksum(bytes, ip, UDP_CHECKSUM_OFFSET) || 0xffff)
  }
}

function holdsIp(bytes: Uint8Array): boolean {
  if (bytes.length < ETHERNET_HEADER) return false
  const etherType = readU16(bytes, ETHERNET_HEADER - 2)
  return etherType === ETHERTYPE_IPV4 || etherType === ETHERTYPE_IPV6
}

function checksum(bytes: Uint8Array, ip: IpHeader, offset: number): number {
  writeU16(bytes, ip.payloadStart + offset, 0)
  const pseudo = pseudoHeaderSum(ip.source, ip.destination, ip.protocol, ip.payloadLength)
  return ~fold(sum(bytes, ip.payloadStart, ip.payloadLength, pseudo)) & 0xffff
}
