import { add, after, distance } from '../wire/seq.ts'
import { ACK, FIN, RST, SYN, type TcpSegment } from '../wire/tcp.ts'
import { type EndTrack, numbersOf, windowOf } from './end-track.ts'

/**
 * What analysts say of a segment.
 *
 * - `retransmission`: numbers that had been seen, or that fill a gap too late to have been overtaken;
 *   `fast retransmission`: the first one of what the peer has asked for by two duplicate acknowledgments or more.
 * - `out-of-order`: fills a gap, and was sent before what showed the gap: by its timestamp, else by having come
 *   within a round trip of the handshake (3 ms where that is unknown).
 * - `previous segment lost`: begins beyond what has been seen.
 * - `duplicate ack`: nothing but the acknowledgment number of before, with the window of before or new SACK blocks,
 *   while data are outstanding; `window update`: the same with another window.
 * - `zero window`; `window full`: the payload ends where the peer's window does.
 * - `keepalive`: at most one byte, at a number that has been acknowledged, and `keepalive ack`, its answer;
 *   `zero window probe`: the same, or one byte more, into a window of zero.
 * - `reused port`: a SYN that begins another connection between ports that had one.
 */
export type SegmentMark =
  | 'retransmission'
  | 'fast retransmission'
  | 'out-of-order'
  | 'duplicate ack'
  | 'zero window'
  | 'window full'
  | 'keepalive'
  | 'keepalive ack'
  | 'zero window probe'
  | 'window update'
  | 'previous segment lost'
  | 'reused port'

/** So many duplicate acknowledgments ask for what is missing. */
const DUPLICATES = 2
/** What fills a gap sooner has been overtaken, microseconds, where the round-trip time is not known. */
const SOON = 3000

/** The marks of a segment of `sender`, before either end has taken note of it; `roundTrip` in microseconds, 0 for unknown. */
export function marksOf(
  sender: EndTrack,
  receiver: EndTrack,
  segment: TcpSegment,
  time: number,
  roundTrip: number,
): SegmentMark[] {
  const { flags, payloadLength, window } = segment
  if (flags & RST) return []
  const marks: SegmentMark[] = []
  const probe = probeOf(sender, receiver, segment)
  if (probe !== '') marks.push(probe)
  else {
    const order = orderOf(sender, receiver, segment, time, roundTrip)
    if (order !== '') marks.push(order)
    const answer = answerOf(sender, receiver, segment)
    if (answer !== '') marks.push(answer)
  }
  if (window === 0 && flags & ACK && !(flags & (SYN | FIN))) marks.push('zero window')
  if (payloadLength > 0 && probe === '' && fills(receiver, segment)) marks.push('window full')
  return marks
}

/** Whether a segment is sent for nothing but an answer; '' if not. */
export function probeOf(sender: EndTrack, receiver: EndTrack, segment: TcpSegment): EndTrack['probing'] {
  const { flags, payloadLength, seq } = segment
  if (!sender.sent.known || payloadLength > 1 || flags & (SYN | FIN | RST)) return ''
  const ahead = distance(seq, sender.sent.nxt)
  const shut = receiver.hasAck && receiver.window === 0
  if (shut && (ahead === -1 || (ahead === 0 && payloadLength === 1))) return 'zero window probe'
  // One byte that has not been acknowledged is the last one again.
  const acknowledged = receiver.hasAck && receiver.lastAck === sender.sent.nxt
  return ahead === -1 && (payloadLength === 0 || acknowledged) ? 'keepalive' : ''
}

function orderOf(
  sender: EndTrack,
  receiver: EndTrack,
  segment: TcpSegment,
  time: number,
  roundTrip: number,
): SegmentMark | '' {
  const { seq, hasTimestamps, tsVal, flags } = segment
  // Both have asked at the same time: the answer takes the number of the question.
  if (sender.state === 'SYN-SENT' && (flags & (SYN | ACK)) === (SYN | ACK)) return ''
  const length = numbersOf(segment)
  const novelty = sender.sent.novelty(seq, length)
  if (novelty === 'gap') return 'previous segment lost'
  if (novelty === 'next' || length === 0) return ''
  const hole = sender.sent.holeOf(seq, length)
  if (hole !== null) {
    const sooner = hasTimestamps && hole.tsVal >= 0 ? distance(tsVal, hole.tsVal) : 0
    if (sooner < 0) return 'out-of-order'
    if (sooner === 0 && time - hole.time < (roundTrip || SOON)) return 'out-of-order'
  }
  const asked = receiver.duplicates >= DUPLICATES && receiver.lastAck === seq
  return asked && !(sender.hurried && sender.hurriedSeq === seq) ? 'fast retransmission' : 'retransmission'
}

/** Of a segment that says nothing but what has arrived, when it says nothing new of that. */
function answerOf(sender: EndTrack, receiver: EndTrack, segment: TcpSegment): SegmentMark | '' {
  const { flags, ack, seq, window, sackCount } = segment
  if (!(flags & ACK) || numbersOf(segment) > 0 || !sender.hasAck || ack !== sender.lastAck) return ''
  if (receiver.probing === 'keepalive') return 'keepalive ack'
  if (seq !== sender.sent.nxt || window === 0) return ''
  const same = windowOf(sender, receiver, segment) === sender.window
  if ((same || sackCount > 0) && after(receiver.sent.nxt, ack)) return 'duplicate ack'
  return same ? '' : 'window update'
}

function fills(receiver: EndTrack, segment: TcpSegment): boolean {
  if (!receiver.hasAck || !receiver.windowKnown || receiver.window === 0) return false
  return add(segment.seq, segment.payloadLength) === add(receiver.lastAck, receiver.window)
}
