import type { TcpCounters } from '../tcp/counters.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { ECN_BITS, type IpHeader, type Packet, PROTOCOL_TCP } from '../wire/packet.ts'
import type { TcpSegment } from '../wire/tcp.ts'
import { parseTcp } from '../wire/tcp-header.ts'

/** Fills `segment` from a TCP packet for this host; false = it is malformed or was changed on the way, and is counted. */
export function readSegment(ip: IpHeader, packet: Packet, segment: TcpSegment, counters: TcpCounters): boolean {
  const { bytes } = packet
  const { payloadStart, payloadLength } = ip
  counters.TcpInSegs += 1
  // RFC 9293, 3.1, MUST-3.
  if (!packet.checksumOffloaded) {
    const pseudo = pseudoHeaderSum(ip.source, ip.destination, PROTOCOL_TCP, payloadLength)
    if (fold(sum(bytes, payloadStart, payloadLength, pseudo)) !== 0xffff) {
      counters.TcpInCsumErrors += 1
      counters.TcpInErrs += 1
      return false
    }
  }
  if (!parseTcp(bytes, payloadStart, payloadLength, segment)) {
    counters.TcpInErrs += 1
    return false
  }
  segment.ecn = ip.trafficClass & ECN_BITS
  segment.segmentSize = packet.segmentSize
  return true
}
