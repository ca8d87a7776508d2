import type { State } from '../tcp/states.ts'
import { add, between } from '../wire/seq.ts'
import { ACK, FIN, RST, SYN, type TcpSegment } from '../wire/tcp.ts'
import type { EndTrack } from './end-track.ts'

/** Told of each move of an end along an arc. */
export type TellMove = (end: EndTrack, from: State | '', to: State) => void

/**
 * Moves both ends as a segment of `sender` shows, which both have taken note of (RFC 9293, 3.10).
 *
 * One rule serves at every place on the way. Segments of one end reach the other in the order in which they pass, so
 * that its moves are in that order, too. What a segment makes its receiver answer (a SYN, a FIN), the receiver has
 * done when its answer passes: not before, for the segment may be lost behind this place. What is never answered (the
 * acknowledgment of its SYN or FIN, a RST) it has done when that passes, but behind what it has still to answer.
 *
 * So a bystander is wrong where such a segment is lost behind this place, or crosses a FIN that its receiver has sent
 * before; tells FIN-WAIT-1 and LAST-ACK when the FIN passes, which waits for the data before it; and knows nothing of
 * timeouts, of an abort whose RST is lost before this place, nor of ICMP.
 */
export function follow(sender: EndTrack, receiver: EndTrack, segment: TcpSegment, tell: TellMove): void {
  const move = (end: EndTrack, ...states: State[]) => {
    for (const to of states) {
      const from = end.state
      end.state = to
      tell(end, from, to)
    }
  }
  const { flags } = segment
  if (flags & RST) followReset(sender, receiver, segment, move)
  else if (flags & SYN) followSyn(sender, receiver, segment, move)
  else if (flags & ACK && !isOver(sender)) followOther(sender, receiver, segment, move)
}

/** Nothing of a connection is left there; what it sends is of one before. */
export function isOver({ state }: EndTrack): boolean {
  return state === 'CLOSED' || state === 'LISTEN'
}

type Move = (end: EndTrack, ...states: State[]) => void

function followSyn(sender: EndTrack, receiver: EndTrack, { flags, ack }: TcpSegment, move: Move): void {
  if ((flags & ACK) === 0) {
    if (sender.state === '') sender.state = 'CLOSED'
    // Refused, it would not ask again: the refusal was lost.
    if (sender.state === 'CLOSED' && (!sender.opened || sender.synRepeated)) move(sender, 'SYN-SENT')
    sender.opened = true
    return
  }
  if (receiver.state === '') move(receiver, 'SYN-SENT')
  if (sender.state === 'SYN-SENT') {
    // RFC 9293, 3.5, figure 8: both have asked at the same time.
    move(sender, 'SYN-RECEIVED')
    if (sender.synAcknowledged) move(sender, 'ESTABLISHED')
  } else if (!sender.opened) {
    // Whatever it had before is over, or it could not answer so.
    if (sender.state !== '' && !isOver(sender)) move(sender, 'CLOSED')
    sender.state = 'LISTEN'
    sender.passive = true
    move(sender, 'SYN-RECEIVED')
  }
  sender.opened = true
  noteSynAcknowledged(receiver, ack, move)
}

function noteSynAcknowledged(end: EndTrack, ack: number, move: Move): void {
  if (!end.isSynAcknowledged(ack)) return
  if (end.state === 'SYN-RECEIVED') move(end, 'ESTABLISHED')
  else if (end.state === 'SYN-SENT') end.synAcknowledged = true
}

function followOther(sender: EndTrack, receiver: EndTrack, segment: TcpSegment, move: Move): void {
  const { flags, ack } = segment
  if (sender.state === '' || sender.state === 'SYN-SENT') move(sender, 'ESTABLISHED')
  if (receiver.isFinAcknowledged(ack)) noteFinTaken(sender, move)
  if (flags & FIN) noteFinSent(sender, move)
  noteSynAcknowledged(receiver, ack, move)
  if (receiver.isFinAcknowledged(ack)) noteFinAcknowledged(receiver, sender, flags, move)
}

/** Whether its FIN has passed with all that was before it. */
function isPast(end: EndTrack): boolean {
  return end.hasFin && end.sent.contiguous === end.finEnd
}

/** It has answered the peer's FIN. */
function noteFinTaken(end: EndTrack, move: Move): void {
  switch (end.state) {
    case 'SYN-RECEIVED':
      move(end, 'ESTABLISHED', 'CLOSE-WAIT')
      break
    case 'ESTABLISHED':
      move(end, 'CLOSE-WAIT')
      break
    case 'FIN-WAIT-1':
      if (end.finAcknowledged === 'with fin') move(end, 'TIME-WAIT')
      else move(end, 'CLOSING')
      if (end.finAcknowledged === 'after fin') move(end, 'TIME-WAIT')
      break
    case 'FIN-WAIT-2':
      move(end, 'TIME-WAIT')
      break
  }
}

function noteFinSent(end: EndTrack, move: Move): void {
  if (end.state === 'ESTABLISHED' || end.state === 'SYN-RECEIVED') move(end, 'FIN-WAIT-1')
  else if (end.state === 'CLOSE-WAIT') move(end, 'LAST-ACK')
}

/** The peer's segment with these flags acknowledges the FIN of `end`. */
function noteFinAcknowledged(end: EndTrack, peer: EndTrack, flags: number, move: Move): void {
  switch (end.state) {
    case 'FIN-WAIT-1':
      if (!isPast(peer)) move(end, 'FIN-WAIT-2')
      else if (end.finAcknowledged === '') end.finAcknowledged = flags & FIN ? 'with fin' : 'after fin'
      break
    case 'CLOSING':
      move(end, 'TIME-WAIT')
      break
    case 'LAST-ACK':
      move(end, 'CLOSED')
      break
  }
}

/** RFC 9293, 3.10.7; RFC 5961, 3.2: a RST counts at exactly the number that its receiver awaits. */
function followReset(sender: EndTrack, receiver: EndTrack, segment: TcpSegment, move: Move): void {
  const { seq, flags, ack } = segment
  const opening = receiver.state === 'SYN-SENT'
  const refuses = opening && (flags & ACK) !== 0 && receiver.isSynAcknowledged(ack)
  const counts = refuses || (!opening && isAwaited(sender, receiver, seq))
  // An end that opens sends one to what is not of its connection, and goes on (RFC 9293, 3.5.2, 1).
  const opens = sender.state === 'SYN-SENT' || sender.state === 'SYN-RECEIVED'
  const own = opens ? seq === sender.sent.nxt : isAwaited(sender, receiver, seq)
  if (own && sender.state !== '' && !isOver(sender)) {
    if (flags & ACK && receiver.isFinAcknowledged(ack)) noteFinTaken(sender, move)
    move(sender, 'CLOSED')
  }
  if (!counts || isOver(receiver)) return
  // The FIN has passed before, and what has passed has come in order: it was taken first, if never answered.
  if (isPast(sender) && !sender.isFinAcknowledged(receiver.lastAck)) noteFinTaken(receiver, move)
  move(receiver, receiver.state === 'SYN-RECEIVED' && receiver.passive ? 'LISTEN' : 'CLOSED')
}

/**
 * What the receiver awaits is between what it has acknowledged and what has passed it without a gap. The highest number
 * that has passed will do where it has told of gaps by SACK, and that of a FIN before it, too (both as Linux).
 */
function isAwaited(sender: EndTrack, receiver: EndTrack, seq: number): boolean {
  const { sent, hasFin, finEnd } = sender
  if (!sent.known) return receiver.hasAck && seq === receiver.lastAck
  if (seq === sent.top || (hasFin && add(seq, 1) === finEnd)) return true
  return receiver.hasAck && between(seq, receiver.lastAck, sent.contiguous)
}
