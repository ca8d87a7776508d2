import { IpHeader, PROTOCOL_TCP, parseIp, parseTcp, TcpSegment } from 'estab/wire'
import type { Packet } from '../run/packets.ts'

/** The segment in a packet; null when it is no TCP. Where its headers are cut or damaged: what was noted of it. */
export function segmentOf(packet: Packet): TcpSegment | null {
  if (packet.protocol !== PROTOCOL_TCP) return null
  const { bytes } = packet
  const ip = new IpHeader()
  const segment = new TcpSegment()
  const whole = parseIp(bytes, 0, bytes.length, ip) && parseTcp(bytes, ip.payloadStart, ip.payloadLength, segment)
  if (whole) segment.ecn = ip.trafficClass & 3
  else {
    const { flags, seq, ack, window, length } = packet
    Object.assign(segment, { flags, seq, ack, window, payloadLength: length })
  }
  return segment
}
