import { add, after, before, distance } from '../wire/seq.ts'
import { ACK, FIN, RST, SYN, type TcpSegment, URG } from '../wire/tcp.ts'
import { acknowledge } from './acknowledge.ts'
import { established } from './handshake.ts'
import { type Tcb, URGENT } from './tcb.ts'
import { receiveText, reportDuplicate } from './text.ts'

/** RFC 7323, 5.5: after 24 days without a segment tsRecent says nothing any more. */
const PAWS_AGE = 24 * 24 * 3600 * 1_000_000

/** SEGMENT ARRIVES in the states from SYN-RECEIVED on (RFC 9293, 3.10.7.4), step by step. */
export function arriveInOther(tcb: Tcb, segment: TcpSegment, now: number): void {
  const length = segment.payloadLength + (segment.flags & SYN ? 1 : 0) + (segment.flags & FIN ? 1 : 0)
  if (tcb.state === 'SYN-RECEIVED' && handshakeRepeated(tcb, segment)) return
  if (!sequenceAcceptable(tcb, segment, length, now)) return
  if (segment.flags & RST) {
    reset(tcb, segment, now)
    return
  }
  // Third, security: there are no compartments. Fourth, the SYN bit (RFC 5961, 4).
  if (segment.flags & SYN && !completesSimultaneousOpen(tcb, segment)) {
    tcb.counters.TCPSYNChallenge += 1
    tcb.challenge(now)
    return
  }
  // Fifth, the ACK field.
  if ((segment.flags & ACK) === 0) {
    tcb.counters.TCPNoAck += 1
    return
  }
  if (!acknowledgment(tcb, segment, now)) return
  // Sixth, the URG bit; seventh, the text; eighth, the FIN.
  switch (tcb.state) {
    case 'ESTABLISHED':
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2':
      if (tcb.orphaned && segment.payloadLength > 0 && after(add(segment.seq, segment.payloadLength), tcb.rcv.nxt)) {
        // Nobody will read this (RFC 9293, 3.6.1; RFC 2525, 2.17).
        tcb.counters.TCPAbortOnData += 1
        tcb.owedReset = 'active'
        tcb.finish('ECONNRESET')
        return
      }
      if (segment.flags & URG) urgent(tcb, segment)
      if (segment.payloadLength > 0 || segment.flags & FIN) receiveText(tcb, segment, now)
      if (tcb.state === 'FIN-WAIT-1' && tcb.finAcknowledged) {
        tcb.move('FIN-WAIT-2')
        if (tcb.orphaned) tcb.timers.timeWait = now + tcb.options.finTimeout * 1_000_000
      }
      return
    case 'TIME-WAIT':
      // The peer has not seen our last ACK: again, and 2 MSL anew.
      if (segment.flags & FIN) {
        tcb.acks.owed = 'now'
        tcb.waitTwoMsl(now)
      }
      return
    default:
      // The peer's FIN has come: text behind it has no meaning.
      if (length > 0) tcb.acks.owed = 'now'
  }
}

/** First: PAWS (RFC 7323, 5.3) and the window test (Table 6), in the form that Linux gives it. */
function sequenceAcceptable(tcb: Tcb, segment: TcpSegment, length: number, now: number): boolean {
  const { rcv, acks } = tcb
  const end = add(segment.seq, length)
  const paws = tcb.useTimestamps && segment.hasTimestamps
  if (paws && tcb.tsRecentAt >= 0 && before(segment.tsVal, tcb.tsRecent) && (segment.flags & RST) === 0) {
    if (now - tcb.tsRecentAt < PAWS_AGE) {
      tcb.counters.PAWSEstab += 1
      unacceptable(tcb, segment, end, now)
      return false
    }
  }
  // Zero-length segments between the last ACK sent and RCV.NXT may pass: their ACK is news.
  if (before(end, acks.lastSent) || after(segment.seq, add(rcv.nxt, tcb.rcvWnd))) {
    if ((segment.flags & RST) === 0) unacceptable(tcb, segment, end, now)
    return false
  }
  // RFC 7323, 4.3, (2): what is remembered is the timestamp of the segment that draws the next ACK.
  if (paws && !after(segment.seq, acks.lastSent) && (segment.flags & RST) === 0) {
    if (tcb.tsRecentAt < 0 || !before(segment.tsVal, tcb.tsRecent) || now - tcb.tsRecentAt >= PAWS_AGE) {
      tcb.tsRecent = segment.tsVal
      tcb.tsRecentAt = now
    }
  }
  return true
}

/** An unacceptable segment draws an acknowledgment; those that could bounce for ever are limited (RFC 5961, 7). */
function unacceptable(tcb: Tcb, segment: TcpSegment, end: number, now: number): void {
  if (segment.flags & SYN || segment.payloadLength === 0) {
    if (tcb.state === 'TIME-WAIT' && segment.flags & FIN) {
      tcb.acks.owed = 'now'
      tcb.waitTwoMsl(now)
      return
    }
    if (segment.flags & FIN) tcb.acks.owed = 'now'
    else tcb.challenge(now)
    return
  }
  tcb.acks.owed = 'now'
  if (before(segment.seq, tcb.rcv.nxt)) {
    tcb.acks.enterQuickMode(tcb.rcvWnd)
    const right = after(end, tcb.rcv.nxt) ? tcb.rcv.nxt : end
    reportDuplicate(tcb, segment.seq, right, 'old')
  }
}

/** In SYN-RECEIVED the SYN once more: our SYN,ACK was lost, so it goes again (as Linux: tcp_check_req). */
function handshakeRepeated(tcb: Tcb, segment: TcpSegment): boolean {
  if ((segment.flags & (SYN | ACK | RST)) !== SYN || segment.seq !== tcb.rcv.irs) return false
  tcb.synOwed = true
  return true
}

/** The SYN,ACK that answers ours in a simultaneous open (RFC 9293, figure 8) counts as its ACK. */
function completesSimultaneousOpen(tcb: Tcb, segment: TcpSegment): boolean {
  return (
    tcb.state === 'SYN-RECEIVED' &&
    (segment.flags & ACK) !== 0 &&
    segment.seq === tcb.rcv.irs &&
    segment.payloadLength === 0 &&
    segment.ack === tcb.snd.nxt
  )
}

/** Second, the RST bit (RFC 5961, 3): only the exact sequence number resets. */
function reset(tcb: Tcb, segment: TcpSegment, now: number): void {
  const closing = tcb.state === 'CLOSE-WAIT' || tcb.state === 'CLOSING' || tcb.state === 'LAST-ACK'
  // A peer that had not counted its own FIN (Linux: tcp_reset_check).
  const exact = segment.seq === tcb.rcv.nxt || (closing && add(segment.seq, 1) === tcb.rcv.nxt)
  if (!exact) {
    if (distance(segment.seq, tcb.rcv.nxt) > 0) tcb.challenge(now)
    return
  }
  switch (tcb.state) {
    case 'SYN-RECEIVED':
      tcb.counters.TcpAttemptFails += 1
      if (tcb.passive) returnToListen(tcb)
      else tcb.finish('ECONNREFUSED')
      return
    case 'CLOSING':
    case 'LAST-ACK':
    case 'TIME-WAIT':
      tcb.finish('')
      return
    default:
      tcb.counters.TcpEstabResets += 1
      tcb.finish(tcb.state === 'CLOSE-WAIT' ? 'EPIPE' : 'ECONNRESET')
  }
}

function returnToListen(tcb: Tcb): void {
  tcb.move('LISTEN')
  tcb.timers.clear()
  tcb.flight.clear()
  tcb.synOwed = false
  tcb.acks.owed = 'none'
}

/** Fifth, the ACK field; false = the segment goes no further. */
function acknowledgment(tcb: Tcb, segment: TcpSegment, now: number): boolean {
  const { snd } = tcb
  if (tcb.state === 'SYN-RECEIVED') {
    if (!after(segment.ack, snd.una) || after(segment.ack, snd.nxt)) {
      tcb.replyReset(segment.ack)
      return false
    }
    established(tcb, segment, now)
    acknowledge(tcb, segment, now)
    return true
  }
  // RFC 5961, 5.2 (MAY-12): neither too old nor of the future.
  if (before(segment.ack, add(snd.una, -snd.maxWnd))) {
    tcb.counters.TCPOldAck += 1
    tcb.challenge(now)
    return false
  }
  if (after(segment.ack, snd.nxt)) {
    tcb.counters.TCPAckUnsent += 1
    tcb.challenge(now)
    return false
  }
  acknowledge(tcb, segment, now)
  if (!tcb.finAcknowledged) return true
  switch (tcb.state) {
    case 'CLOSING':
      tcb.waitTwoMsl(now)
      return true
    case 'LAST-ACK':
      tcb.finish('')
      return false
    default:
      return true
  }
}

/** Sixth, the URG bit: the pointer is one past the last urgent octet (RFC 9293, 3.8.5; RFC 6093). */
function urgent(tcb: Tcb, segment: TcpSegment): void {
  const pointer = add(segment.seq, segment.urgentPointer)
  if (segment.urgentPointer === 0 || !after(pointer, tcb.rcv.up)) return
  // A signal once for each continuous urgent stretch: a further pointer renews it.
  tcb.rcv.up = pointer
  if (after(pointer, add(tcb.rcv.nxt, -tcb.reassembly.readable))) tcb.events |= URGENT
}
