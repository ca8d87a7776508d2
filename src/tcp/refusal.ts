import { add } from '../wire/seq.ts'
import { ACK, FIN, RST, SYN, type TcpSegment } from '../wire/tcp.ts'

/**
 * SEGMENT ARRIVES in CLOSED (RFC 9293, 3.10.7.1 and 3.5.2): fills `out` with the RST that a segment
 * for no connection draws; false when it draws none, being a RST itself.
 */
export function refusal(segment: TcpSegment, out: TcpSegment): boolean {
  if (segment.flags & RST) return false
  out.sourcePort = segment.destinationPort
  out.destinationPort = segment.sourcePort
  if (segment.flags & ACK) {
    out.seq = segment.ack
    out.ack = 0
    out.flags = RST
  } else {
    const length = segment.payloadLength + (segment.flags & SYN ? 1 : 0) + (segment.flags & FIN ? 1 : 0)
    out.seq = 0
    out.ack = add(segment.seq, length)
    out.flags = RST | ACK
  }
  out.window = 0
  out.clear()
  return true
}
