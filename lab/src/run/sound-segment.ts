import { fold, IpHeader, PROTOCOL_TCP, parseIp, pseudoHeaderSum, sum } from 'estab/wire'

/** Whether a packet is a TCP segment, whole, whose IP header and checksums are in order. */
export function soundSegment(bytes: Uint8Array): boolean {
  const ip = new IpHeader()
  if (!parseIp(bytes, 0, bytes.length, ip) || ip.protocol !== PROTOCOL_TCP || ip.fragmentOffset > 0) return false
  const pseudo = pseudoHeaderSum(ip.source, ip.destination, PROTOCOL_TCP, ip.payloadLength)
  return fold(sum(bytes, ip.payloadStart, ip.payloadLength, pseudo)) === 0xffff
}
