import { NOT_ECT } from './packet.ts'

/** TCP header flags (RFC 9293, 3.1; AE from RFC 9768) as bits of one number. */
export const FIN = 0x001
export const SYN = 0x002
export const RST = 0x004
export const PSH = 0x008
export const ACK = 0x010
export const URG = 0x020
export const ECE = 0x040
export const CWR = 0x080
export const AE = 0x100

/** At most four SACK blocks fit into 40 bytes of options (RFC 2018, 3). */
export const MAX_SACK_BLOCKS = 4

/**
 * One TCP segment as a record that is filled again and again: by `parseTcp` on the way in, by a
 * connection's `poll` on the way out. Every field always has its type; absent is 0, -1 or false.
 *
 * The payload is a range of `bytes`, never a copy. On the way out the stack sets `bytes` and
 * `payloadStart`, the connection copies its payload there, and the headers are written before it.
 */
export class TcpSegment {
  sourcePort = 0
  destinationPort = 0
  seq = 0
  ack = 0
  /** Bits from FIN to AE. */
  flags = 0
  /** The window field as it stands in the header: 16 bits, not scaled. */
  window = 0
  urgentPointer = 0
  /** ECN codepoint of the IP header around it: NOT_ECT, ECT1, ECT0 or CE. The TCP header does not hold it. */
  ecn: number = NOT_ECT

  /** Maximum segment size option; 0 = absent. */
  mss = 0
  /** Window scale option (RFC 7323), 0..255 as sent; -1 = absent. */
  windowScale = -1
  sackPermitted = false
  /** Timestamps option (RFC 7323). */
  hasTimestamps = false
  tsVal = 0
  tsEcr = 0
  /** SACK option (RFC 2018): left and right edge by turns, `sackCount` pairs. */
  sackCount = 0
  readonly sackEdges = new Uint32Array(2 * MAX_SACK_BLOCKS)
  /** Fast Open option (RFC 7413): cookie length 0 (a request) or 4..16; -1 = absent. */
  fastOpenLength = -1
  readonly fastOpenCookie = new Uint8Array(16)

  /** User timeout option (RFC 5482), seconds; 0 = absent. */
  userTimeout = 0

  bytes: Uint8Array = NO_BYTES
  payloadStart = 0
  payloadLength = 0
  /** More than 0: a super-segment, cut below or joined above into pieces of this many payload bytes. */
  segmentSize = 0

  /** Nothing but the header: no option, no payload, no mark. */
  clear(): void {
    this.urgentPointer = 0
    this.ecn = NOT_ECT
    this.mss = 0
    this.windowScale = -1
    this.sackPermitted = false
    this.hasTimestamps = false
    this.sackCount = 0
    this.fastOpenLength = -1
    this.userTimeout = 0
    this.payloadLength = 0
    this.segmentSize = 0
  }
}

const NO_BYTES = new Uint8Array(0)
