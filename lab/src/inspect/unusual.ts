import { dissect, type Field } from 'estab/trace'
import { ACK, AE, CWR, ECE, FIN, PROTOCOL_TCP, PSH, RST, SYN, seq, type TcpSegment, URG } from 'estab/wire'
import { MARKS, type Packet, type Packets } from '../run/packets.ts'
import { type History, historyOf } from './history.ts'
import { segmentOf } from './read-packet.ts'
import { originalOf, sentBefore } from './related.ts'

/** What can be out of the ordinary about a packet; words for each in words/unusual.ts. */
export const UNUSUAL = [
  // what happened to it
  'lost',
  'retransmission',
  'duplicate',
  'out-of-order',
  'out-of-window',
  'forged',
  'corrupted',
  'rewritten',
  'touched',
  // checksums and the IP header
  'wrong-ip-checksum',
  'wrong-checksum',
  'no-checksum',
  'congestion-experienced',
  'fragment',
  'cut',
  // flags
  'no-flags',
  'impossible-flags',
  'no-ack-flag',
  'reserved-bits',
  'reset',
  'reset-acking',
  'urgent',
  'urgent-without-flag',
  'ecn-asked',
  'ecn-granted',
  'ecn-echo',
  'window-reduced',
  'accurate-ecn',
  // numbers and window
  'keepalive-shape',
  'window-probe-shape',
  'duplicate-ack',
  'acks-unsent',
  'zero-window',
  'wraps',
  // options
  'mss-tiny',
  'mss-absent',
  'scale-absent',
  'scale-refused',
  'scale-huge',
  'sack-absent',
  'sack',
  'dsack',
  'fast-open-request',
  'fast-open-cookie',
  'data-in-syn',
  'malformed-option',
] as const
export type UnusualName = (typeof UNUSUAL)[number]

export interface Unusual {
  readonly name: UnusualName
  /** Another packet that has to do with it, by its index. */
  readonly packet?: number
  /** What stands in the braces of its words. */
  readonly values?: Readonly<Record<string, string | number>>
}

/** RFC 9293, 3.7.1: what every host can take unless it says otherwise. */
const DEFAULT_MSS = 536
/** RFC 7323, 2.3. */
const GREATEST_SCALE = 14
/** RFC 5681, 3.2. */
const DUPLICATE_ACKS = 3

/** Everything about a packet that a reader should stumble over, what happened to it first. */
export function unusualOf(packets: Packets, index: number): Unusual[] {
  const packet = packets.at(index)
  const fields = dissect(packet.bytes)
  const found = [...ofMarks(packets, packet), ...ofFields(fields)]
  const segment = segmentOf(packet)
  if (segment === null || packet.protocol !== PROTOCOL_TCP) return found
  const history = historyOf(packets, index)
  return [
    ...found,
    ...ofFlags(segment),
    ...ofEcn(segment),
    ...ofNumbers(packet, segment, history),
    ...ofOptions(packets, segment, history),
  ]
}

function ofMarks(packets: Packets, packet: Packet): Unusual[] {
  const { index, marks, bytes, changedAt, changedTo } = packet
  const found: Unusual[] = []
  if (marks & MARKS.lost) found.push({ name: 'lost' })
  const before = marks & MARKS.retransmission ? sentBefore(packets, index) : []
  if (marks & MARKS.retransmission) {
    const times = { count: before.length + 1 }
    found.push({ name: 'retransmission', values: times, ...(before.length > 0 ? { packet: before[0] } : {}) })
  }
  if (marks & MARKS.duplicate) {
    const original = originalOf(packets, index)
    found.push({ name: 'duplicate', ...(original < 0 ? {} : { packet: original }) })
  }
  if (marks & MARKS.outOfOrder) found.push({ name: 'out-of-order' })
  if (marks & MARKS.outOfWindow) found.push({ name: 'out-of-window' })
  if (marks & MARKS.forged) found.push({ name: 'forged' })
  if (marks & (MARKS.corrupted | MARKS.rewritten)) {
    const hex = (byte: number | undefined) =>
      byte === undefined || byte < 0 ? '?' : byte.toString(16).padStart(2, '0')
    found.push({
      name: marks & MARKS.corrupted ? 'corrupted' : 'rewritten',
      values: { byte: changedAt < 0 ? '?' : changedAt, was: hex(bytes[changedAt]), is: hex(changedTo) },
    })
  }
  if (marks & MARKS.touched) found.push({ name: 'touched' })
  return found
}

function ofFields(fields: readonly Field[]): Unusual[] {
  const found: Unusual[] = []
  for (const { name, ok, value } of fields) {
    if (ok === false) found.push({ name: name === 'ip.checksum' ? 'wrong-ip-checksum' : 'wrong-checksum' })
    else if (name === 'udp.checksum' && value === '0x0000') found.push({ name: 'no-checksum' })
    else if (name === 'ip.ecn' && value === 'CE') found.push({ name: 'congestion-experienced' })
    else if (name === 'payload.fragment') found.push({ name: 'fragment' })
    else if (name.endsWith('.cut')) found.push({ name: 'cut' })
    else if (name.endsWith('.option.malformed')) found.push({ name: 'malformed-option' })
    else if (name === 'tcp.reserved' && Number(value) !== 0) found.push({ name: 'reserved-bits' })
  }
  return found
}

function ofFlags({ flags, urgentPointer }: TcpSegment): Unusual[] {
  const found: Unusual[] = []
  const main = flags & (SYN | FIN | RST)
  if ((flags & (SYN | FIN | RST | ACK | PSH | URG)) === 0) found.push({ name: 'no-flags' })
  else if ((main & (main - 1)) !== 0) found.push({ name: 'impossible-flags' })
  else if (!(flags & (SYN | RST | ACK))) found.push({ name: 'no-ack-flag' })
  if (flags & RST && main === RST) found.push({ name: flags & ACK ? 'reset-acking' : 'reset' })
  if (flags & URG) found.push({ name: 'urgent', values: { pointer: urgentPointer } })
  else if (urgentPointer !== 0) found.push({ name: 'urgent-without-flag', values: { pointer: urgentPointer } })
  return found
}

function ofEcn({ flags }: TcpSegment): Unusual[] {
  const found: Unusual[] = []
  if (flags & AE) found.push({ name: 'accurate-ecn' })
  if (flags & SYN) {
    const asks = flags & (ECE | CWR)
    if (!(flags & ACK) && asks === (ECE | CWR)) found.push({ name: 'ecn-asked' })
    if (flags & ACK && asks === ECE) found.push({ name: 'ecn-granted' })
    return found
  }
  if (flags & ECE) found.push({ name: 'ecn-echo' })
  if (flags & CWR) found.push({ name: 'window-reduced' })
  return found
}

function ofNumbers(packet: Packet, segment: TcpSegment, history: History): Unusual[] {
  const { flags, length, ack, window } = packet
  const { sent, peerSent, peerWindow, sameAcks } = history
  const found: Unusual[] = []
  const plain = (flags & (SYN | FIN | RST)) === 0
  const probes = plain && flags & ACK && length <= 1 && sent >= 0 && seq.distance(packet.seq, sent) === -1
  if (probes) found.push({ name: peerWindow === 0 ? 'window-probe-shape' : 'keepalive-shape' })
  const outstanding = peerSent >= 0 && seq.before(ack, peerSent)
  if (plain && !probes && flags & ACK && length === 0 && sameAcks > 0 && outstanding) {
    found.push({ name: 'duplicate-ack', values: { count: sameAcks, needed: DUPLICATE_ACKS } })
  }
  if (flags & ACK && !(flags & RST) && peerSent >= 0 && seq.after(ack, peerSent)) found.push({ name: 'acks-unsent' })
  if (window === 0 && flags & ACK && !(flags & RST)) found.push({ name: 'zero-window' })
  if (segment.seq + length > 0x1_0000_0000) found.push({ name: 'wraps' })
  return found
}

function ofOptions(packets: Packets, segment: TcpSegment, { peerSyn }: History): Unusual[] {
  const { flags, mss, windowScale, sackPermitted, sackCount, fastOpenLength, payloadLength } = segment
  const found: Unusual[] = []
  if (sackCount > 0) found.push({ name: isDsack(segment) ? 'dsack' : 'sack', values: { count: sackCount } })
  if (!(flags & SYN) || flags & RST) return found
  if (mss === 0) found.push({ name: 'mss-absent', values: { least: DEFAULT_MSS } })
  else if (mss < DEFAULT_MSS) found.push({ name: 'mss-tiny', values: { mss, least: DEFAULT_MSS } })
  const offered = peerSyn < 0 || !(flags & ACK) ? null : segmentOf(packets.at(peerSyn))
  if (windowScale < 0)
    found.push({ name: offered !== null && offered.windowScale < 0 ? 'scale-refused' : 'scale-absent' })
  else if (windowScale > GREATEST_SCALE)
    found.push({ name: 'scale-huge', values: { shift: windowScale, most: GREATEST_SCALE } })
  if (!sackPermitted && (offered === null || offered.sackPermitted)) found.push({ name: 'sack-absent' })
  if (fastOpenLength === 0) found.push({ name: 'fast-open-request' })
  if (fastOpenLength > 0) found.push({ name: 'fast-open-cookie', values: { length: fastOpenLength } })
  if (payloadLength > 0) found.push({ name: 'data-in-syn', values: { length: payloadLength } })
  return found
}

/** RFC 2883, 4: the first block lies before the acknowledgment number, or within the second. */
function isDsack({ ack, sackCount, sackEdges }: TcpSegment): boolean {
  const [left, right, outerLeft, outerRight] = sackEdges
  if (seq.before(left, ack)) return true
  return sackCount > 1 && !seq.before(left, outerLeft) && !seq.after(right, outerRight)
}
