import { ACK, FIN, RST, SYN, type TcpSegment } from '../wire/tcp.ts'

/** What a segment or packet is known by, where it leaves and where it arrives. */
export interface Sighting {
  /** What makes two sightings one segment; copies and bare retransmissions share it. */
  readonly key: string
  /** What else tells alike ones apart, as a retransmission from its original. A middlebox may change it too, so that it only breaks ties. */
  readonly fingerprint: string
  readonly seq: number
  /** Bytes of payload by which a piece of a super-segment is known; 0 for what is never cut or joined. */
  readonly length: number
  readonly segmentSize: number
}

export function sightingOf(segment: TcpSegment): Sighting {
  const { seq, ack, flags, payloadLength, segmentSize, window, urgentPointer, tsVal, tsEcr } = segment
  const sack = segment.sackEdges.subarray(0, 2 * segment.sackCount)
  return {
    key: `${seq} ${ack} ${flags & (SYN | FIN | RST | ACK)} ${payloadLength}`,
    fingerprint: `${flags} ${window} ${urgentPointer} ${tsVal} ${tsEcr} ${sack}`,
    seq,
    length: payloadLength,
    segmentSize,
  }
}

/** Of what is neither cut nor joined, nor changed by being sent again. */
export function sightingOfPacket(key: string): Sighting {
  return { key, fingerprint: '', seq: 0, length: 0, segmentSize: 0 }
}
