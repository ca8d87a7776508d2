import { add, after, before } from '../wire/seq.ts'
import { ACK, FIN, RST, SYN, type TcpSegment, URG } from '../wire/tcp.ts'
import { acknowledge } from './acknowledge.ts'
import type { SkippedAck } from './counters.ts'
import { established } from './handshake.ts'
import { hasOldTimestamp, isDisorderedAck } from './paws.ts'
import { type Tcb, URGENT } from './tcb.ts'
import { receiveText, reportDuplicate } from './text.ts'
import { arriveInTimeWait } from './time-wait.ts'

/** SEGMENT ARRIVES in the states from SYN-RECEIVED on (RFC 9293, 3.10.7.4), step by step. */
export function arriveInOther(tcb: Tcb, segment: TcpSegment, now: number): void {
  const length = segment.payloadLength + (segment.flags & SYN ? 1 : 0) + (segment.flags & FIN ? 1 : 0)
  if (tcb.state === 'SYN-RECEIVED' && handshakeRepeated(tcb, segment, now)) return
  // Without any of these it can change nothing, wherever it lies (Linux drops it before all tests).
  if ((segment.flags & (ACK | RST | SYN)) === 0) {
    tcb.counters.TCPNoAck += 1
    return
  }
  if (tcb.state === 'TIME-WAIT') {
    arriveInTimeWait(tcb, segment, now)
    return
  }
  if (!sequenceAcceptable(tcb, segment, length, now)) return
  if (segment.flags & RST) {
    reset(tcb, segment, now)
    return
  }
  // Third, security: there are no compartments. Fourth, the SYN bit (RFC 5961, 4.2).
  if (segment.flags & SYN && !completesSimultaneousOpen(tcb, segment)) {
    if (tcb.state === 'SYN-RECEIVED' && tcb.passive && !tcb.fastOpen.accepted && after(segment.seq, tcb.rcv.irs)) {
      tcb.counters.TcpAttemptFails += 1
      returnToListen(tcb)
      tcb.replyReset('reset-other-syn', segment)
      return
    }
    tcb.counters.TCPSYNChallenge += 1
    tcb.challenge('challenge-syn', now)
    return
  }
  // Fifth, the ACK field.
  if ((segment.flags & ACK) === 0) {
    tcb.counters.TCPNoAck += 1
    return
  }
  if (!acknowledgment(tcb, segment, now)) return
  tcb.userTimeout.received(segment)
  // Sixth, the URG bit, whose data stays in the stream (RFC 6093, 6); seventh, the text (RFC 7323, 5.3 R4); eighth, the
  // FIN.
  switch (tcb.state) {
    case 'ESTABLISHED':
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2':
      if (tcb.orphaned && bringsText(tcb, segment)) {
        refuseText(tcb, segment)
        return
      }
      if (segment.flags & URG) urgent(tcb, segment)
      if (segment.payloadLength > 0 || segment.flags & FIN) receiveText(tcb, segment, now)
      if (tcb.state === 'FIN-WAIT-1' && tcb.finAcknowledged) {
        tcb.move('FIN-WAIT-2')
        if (tcb.orphaned) tcb.timers.timeWait = now + tcb.options.finTimeout * 1_000_000
      }
      return
    default:
      // The peer's FIN has come: what lies behind it has no meaning, what lies before it is old.
      if (length === 0 || !before(segment.seq, tcb.rcv.nxt)) return
      if (bringsText(tcb, segment)) refuseText(tcb, segment)
      else receiveText(tcb, segment, now)
  }
}

/** Whether the segment's text reaches beyond RCV.NXT. */
function bringsText(tcb: Tcb, segment: TcpSegment): boolean {
  return segment.payloadLength > 0 && after(add(segment.seq, segment.payloadLength), tcb.rcv.nxt)
}

/** Nobody will read this text (RFC 9293, 3.6.1, SHLD-3, MAY-1; RFC 2525, 2.17). */
function refuseText(tcb: Tcb, segment: TcpSegment): void {
  tcb.counters.TCPAbortOnData += 1
  tcb.finish('ECONNRESET')
  tcb.replyReset('reset-text', segment)
}

/**
 * First: PAWS (RFC 7323, 5.3 R1; not of a RST, RFC 7323, 5.2) and the window test (RFC 7323, 5.3 R2; Table 6), in the
 * form that Linux gives it.
 */
function sequenceAcceptable(tcb: Tcb, segment: TcpSegment, length: number, now: number): boolean {
  const { rcv, acks } = tcb
  const end = add(segment.seq, length)
  const isReset = (segment.flags & RST) !== 0
  const old = hasOldTimestamp(tcb, segment, now)
  if (old && !isReset && !isDisorderedAck(tcb, segment, length)) {
    tcb.counters.PAWSEstab += 1
    // An old pure ACK that was overtaken says nothing worth an answer (Linux: PAWS_OLD_ACK).
    if (length > 0 || !before(segment.seq, rcv.nxt)) unacceptable(tcb, segment, length, 'TCPACKSkippedPAWS', now)
    return false
  }
  // Zero-length segments between the last ACK sent and RCV.NXT may pass: their ACK is news.
  if (before(end, acks.lastSent) || after(segment.seq, add(rcv.nxt, tcb.rcvWnd))) {
    const skipped = tcb.state === 'SYN-RECEIVED' ? 'TCPACKSkippedSynRecv' : 'TCPACKSkippedSeq'
    if (!isReset) unacceptable(tcb, segment, length, skipped, now)
    else if (forgetsItsFin(tcb, segment)) reset(tcb, segment, now)
    return false
  }
  return true
}

/**
 * RFC 7323, 4.3; RFC 7323, 5.3 R3: what is remembered is the timestamp of the segment that draws the next ACK; of one whose own
 * ACK was found good, or who knows nothing but a place in the window could turn PAWS against the peer (as Linux).
 */
function rememberTimestamp(tcb: Tcb, segment: TcpSegment, now: number): void {
  if (!tcb.useTimestamps || !segment.hasTimestamps || hasOldTimestamp(tcb, segment, now)) return
  if (after(segment.seq, tcb.acks.lastSent) || before(segment.ack, tcb.snd.una)) return
  tcb.tsRecent = segment.tsVal
  tcb.tsRecentAt = now
}

/** An unacceptable segment draws an acknowledgment; those that could bounce for ever are limited (RFC 5961, 7), and counted as `skipped`. */
function unacceptable(tcb: Tcb, segment: TcpSegment, length: number, skipped: SkippedAck, now: number): void {
  if (segment.flags & SYN) {
    tcb.counters.TCPSYNChallenge += 1
    tcb.challenge('challenge-syn', now)
    return
  }
  const old = skipped === 'TCPACKSkippedPAWS'
  if (length === 0) {
    if (tcb.mayAnswerInvalid(skipped, now)) tcb.acks.demand(old ? 'ack-old-timestamp' : 'ack-unacceptable')
    return
  }
  const repeated = before(segment.seq, tcb.rcv.nxt)
  tcb.acks.demand(old ? 'ack-old-timestamp' : repeated ? 'ack-duplicate' : 'ack-unacceptable')
  if (repeated) {
    const end = add(segment.seq, length)
    tcb.acks.enterQuickMode(tcb.rcvWnd)
    reportDuplicate(tcb, segment.seq, after(end, tcb.rcv.nxt) ? tcb.rcv.nxt : end)
  }
}

/** In SYN-RECEIVED the SYN once more: our SYN,ACK was lost, so it goes again (as Linux: tcp_check_req). */
function handshakeRepeated(tcb: Tcb, segment: TcpSegment, now: number): boolean {
  if ((segment.flags & (SYN | ACK | RST)) !== SYN || segment.seq !== tcb.rcv.irs) return false
  tcb.ecn.repeated(segment.flags)
  if (tcb.mayAnswerInvalid('TCPACKSkippedSynRecv', now)) {
    tcb.owedSyn = 'answer-repeated-syn'
    tcb.timers.retransmit = now + tcb.rtt.rto
  }
  return true
}

/** The SYN,ACK that answers ours in a simultaneous open (RFC 9293, figure 8) counts as its ACK. */
function completesSimultaneousOpen(tcb: Tcb, segment: TcpSegment): boolean {
  return (
    tcb.state === 'SYN-RECEIVED' &&
    (segment.flags & ACK) !== 0 &&
    segment.seq === tcb.rcv.irs &&
    (segment.flags & FIN) === 0 &&
    segment.payloadLength === 0 &&
    segment.ack === tcb.snd.nxt
  )
}

/** A RST that comes one octet early: its sender had not counted its own FIN (Linux: tcp_reset_check). */
function forgetsItsFin(tcb: Tcb, segment: TcpSegment): boolean {
  const closing = tcb.state === 'CLOSE-WAIT' || tcb.state === 'CLOSING' || tcb.state === 'LAST-ACK'
  return closing && add(segment.seq, 1) === tcb.rcv.nxt
}

/**
 * Second, the RST bit, whatever data it has (SHLD-2; RFC 5961, 3.2): only the exact sequence number resets, which for a peer that
 * has sent out of order is the end of what it sent.
 */
function reset(tcb: Tcb, segment: TcpSegment, now: number): void {
  const { reassembly, rcv } = tcb
  const furthest = tcb.useSack && reassembly.pieces > 0 && segment.seq === reassembly.end
  if (segment.seq !== rcv.nxt && !furthest && !forgetsItsFin(tcb, segment)) {
    tcb.challenge('challenge-rst', now)
    return
  }
  switch (tcb.state) {
    case 'SYN-RECEIVED':
      tcb.counters.TcpAttemptFails += 1
      // By Fast Open it is a connection to its user already, and ends as one.
      if (tcb.fastOpen.accepted) tcb.finish('ECONNRESET')
      else if (tcb.passive) returnToListen(tcb)
      else tcb.finish('ECONNREFUSED')
      return
    case 'CLOSING':
    case 'LAST-ACK':
      tcb.finish('')
      return
    default:
      tcb.counters.TcpEstabResets += 1
      // MUST-12: an abort is told as an error.
      tcb.finish(tcb.state === 'CLOSE-WAIT' ? 'EPIPE' : 'ECONNRESET')
  }
}

function returnToListen(tcb: Tcb): void {
  tcb.move('LISTEN')
  tcb.sendBuffer.reset(tcb.snd.nxt)
  tcb.timers.clear()
  tcb.flight.clear()
  tcb.owedSyn = ''
  tcb.acks.waive()
}

/** Fifth, the ACK field; false = the segment goes no further. */
function acknowledgment(tcb: Tcb, segment: TcpSegment, now: number): boolean {
  const { snd } = tcb
  if (tcb.state === 'SYN-RECEIVED') {
    if (!after(segment.ack, snd.una) || after(segment.ack, snd.nxt)) {
      tcb.replyReset('reset-bad-ack', segment)
      return false
    }
    rememberTimestamp(tcb, segment, now)
    established(tcb, segment, now)
    acknowledge(tcb, segment, now)
    // The peer's SYN,ACK repeats its SYN: acknowledge it as any duplicate.
    if (segment.flags & SYN) {
      tcb.ecn.answered(segment.flags)
      reportDuplicate(tcb, segment.seq, tcb.rcv.nxt)
      tcb.acks.demand('ack-handshake')
    }
    return true
  }
  // RFC 5961, 5.2 (MAY-12): neither too old nor of the future.
  if (before(segment.ack, add(snd.una, -Math.min(snd.maxWnd, tcb.bytesAcked + (tcb.finAcknowledged ? 1 : 0))))) {
    tcb.counters.TCPOldAck += 1
    tcb.challenge('challenge-ack', now)
    return false
  }
  if (after(segment.ack, snd.nxt)) {
    tcb.counters.TCPAckUnsent += 1
    tcb.challenge('challenge-ack', now)
    return false
  }
  rememberTimestamp(tcb, segment, now)
  acknowledge(tcb, segment, now)
  if (!tcb.finAcknowledged) return true
  switch (tcb.state) {
    case 'CLOSING':
      tcb.waitTwoMsl(now)
      return false
    case 'LAST-ACK':
      tcb.finish('')
      return false
    default:
      return true
  }
}

/**
 * Sixth, the URG bit, in a zero window too (MUST-66): the pointer is one past the last urgent octet (RFC 9293, 3.8.5;
 * RFC 6093, 4).
 */
function urgent(tcb: Tcb, segment: TcpSegment): void {
  const pointer = add(segment.seq, segment.urgentPointer)
  if (segment.urgentPointer === 0 || !after(pointer, tcb.rcv.up)) return
  // MUST-32: a signal once for each continuous urgent stretch; a further pointer renews it.
  tcb.rcv.up = pointer
  if (after(pointer, add(tcb.rcv.nxt, -tcb.reassembly.readable))) tcb.events |= URGENT
}
