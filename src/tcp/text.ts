import { add, after, before, distance } from '../wire/seq.ts'
import { FIN, PSH, type TcpSegment } from '../wire/tcp.ts'
import { makeRoom } from './prune.ts'
import { ENDED, READABLE, type Tcb } from './tcb.ts'

/** Segments acknowledged at once after a mark (Linux: __tcp_ecn_check_ce). */
const MARKED_QUICK_ACKS = 2

/**
 * Seventh and eighth: the segment text and the FIN (RFC 9293, 3.10.7.4), for a segment that has
 * passed the tests before them.
 */
export function receiveText(tcb: Tcb, segment: TcpSegment, now: number): void {
  const { rcv, counters } = tcb
  const fin = (segment.flags & FIN) !== 0
  let { seq } = segment
  let start = segment.payloadStart
  let length = segment.payloadLength
  const end = add(seq, length)
  const finalEnd = fin ? add(end, 1) : end

  // What lies before RCV.NXT was received already.
  const behind = distance(rcv.nxt, seq)
  if (behind > 0) {
    if (!after(finalEnd, rcv.nxt)) {
      repeated(tcb, seq, finalEnd)
      return
    }
    if (length > 0) reportDuplicate(tcb, seq, rcv.nxt)
    seq = rcv.nxt
    start += behind
    length -= behind
  }
  // What lies beyond the window is not taken (the sender overruns what was offered).
  const excess = distance(add(seq, length), add(rcv.nxt, tcb.rcvWnd))
  if (excess > 0) {
    if (tcb.rcvWnd === 0) counters.TCPZeroWindowDrop += 1
    else counters.TCPBeyondWindow += 1
    tcb.drops += 1
    length = Math.max(0, length - excess)
    tcb.acks.enterQuickMode(tcb.rcvWnd)
    tcb.acks.demand('ack-beyond-window')
  }
  let taken = true
  if (length > 0) {
    if (seq === rcv.nxt) taken = inOrder(tcb, segment, seq, start, length, now)
    else taken = outOfOrder(tcb, segment, seq, start, length, now)
  }
  if (fin && taken && excess <= 0 && after(end, rcv.nxt)) {
    tcb.reassembly.insertFin(end)
    tcb.acks.demand('ack-out-of-order')
  }
  if ((fin && end === rcv.nxt) || tcb.reassembly.finReached) receiveFin(tcb, now)
  decide(tcb, now)
}

/** Text that RCV.NXT reaches; false = it was dropped, for want of memory. */
function inOrder(tcb: Tcb, segment: TcpSegment, seq: number, start: number, length: number, now: number): boolean {
  const { rcv, acks, reassembly, window } = tcb
  if (!makeRoom(tcb, seq, length) && reassembly.readable > 0) {
    starve(tcb)
    return false
  }
  const filling = reassembly.pieces > 0
  if (filling) reportOverlap(tcb, seq, add(seq, length))
  const moved = reassembly.insert(seq, segment.bytes, start, length)
  if (moved < 0) return false
  rcv.nxt = add(rcv.nxt, moved)
  tcb.bytesReceived += moved
  tcb.events |= READABLE
  learn(tcb, segment, now)
  window.grow(segment.payloadLength, tcb.advertisedMss, reassembly.readable)
  // A hole was filled: the sender in recovery needs to know (RFC 9293, 3.8.6.3; RFC 5681, 4.2).
  if (filling) {
    if (reassembly.pieces === 0) acks.enterQuickMode(tcb.rcvWnd)
    acks.demand('ack-hole-filled')
  } else if (window.rtt === 0 || !tcb.useTimestamps) {
    window.sampleByWindow(rcv.nxt, now)
  }
  return true
}

/** Nothing is lost by it: the text was not acknowledged, and comes again when the user has read (Linux: tcp_data_queue). */
function starve(tcb: Tcb): void {
  tcb.counters.TCPRcvQDrop += 1
  tcb.drops += 1
  tcb.window.starved = true
  tcb.acks.demand('ack-no-memory')
  tcb.events |= READABLE
}

/** Text beyond a hole; false = it was dropped. */
/** MAY-13: acknowledged at once; SHLD-31, RFC 7323, 5.3 R5: kept; RFC 2018, 4 e. */
function outOfOrder(tcb: Tcb, segment: TcpSegment, seq: number, start: number, length: number, now: number): boolean {
  const { reassembly, acks, counters } = tcb
  const end = add(seq, length)
  learn(tcb, segment, now)
  acks.demand('ack-out-of-order')
  // Without SACK the sender counts duplicates, so each segment draws one (RFC 5681, 3.2).
  if (!tcb.useSack) acks.duplicates = Math.min(acks.duplicates + 1, 64)
  reportOverlap(tcb, seq, end)
  if (reassembly.holds(seq, end)) {
    // The block that holds it comes first nevertheless (RFC 2883, 4.1.2).
    reassembly.noteSack(seq)
    return true
  }
  if (!makeRoom(tcb, seq, length) || reassembly.insert(seq, segment.bytes, start, length) < 0) {
    counters.TCPOFODrop += 1
    tcb.drops += 1
    return false
  }
  counters.TCPOFOQueue += 1
  tcb.outOfOrderIn += 1
  return true
}

/** What data teaches about pace and sizes, wherever it lies. */
function learn(tcb: Tcb, segment: TcpSegment, now: number): void {
  const length = segment.segmentSize > 0 ? segment.segmentSize : segment.payloadLength
  const pushed = (segment.flags & PSH) !== 0
  tcb.acks.dataReceived(length, pushed, tcb.rcvWnd, tcb.advertisedMss, tcb.rtt.rto, now)
  tcb.dataSegmentsIn += 1
  if (tcb.ecn.received(segment.ecn)) tcb.acks.enterQuickMode(tcb.rcvWnd, MARKED_QUICK_ACKS)
  if (tcb.useTimestamps && segment.hasTimestamps && segment.tsEcr !== 0 && length >= tcb.acks.receiveMss) {
    const elapsed = distance(tcb.timestamp(now), segment.tsEcr)
    if (elapsed >= 0) tcb.window.sampleRtt(Math.max(1, elapsed) * 1000)
  }
}

/**
 * Acknowledge now, for every second full segment at least (SHLD-19), or after a delay (RFC 9293, 3.8.6.3, SHLD-18;
 * Linux: __tcp_ack_snd_check).
 */
function decide(tcb: Tcb, now: number): void {
  const { acks, rcv, window, reassembly, timers } = tcb
  if (acks.owed !== 'delayed') return
  const unacknowledged = distance(rcv.nxt, acks.lastSent)
  if (acks.inQuickMode) {
    acks.demand('ack-quick')
  } else if (unacknowledged > acks.receiveMss) {
    const remaining = tcb.rcvWnd
    const opens = window.select(remaining, reassembly.readable, acks.receiveMss) >= window.offered
    if (opens || reassembly.readable < tcb.options.receiveLowWater) acks.demand('ack-every-second')
  }
  if (acks.owed !== 'delayed') return
  const delay = acks.delay(tcb.rtt.srtt)
  // A delay that is nearly over, or none, is not worth a timer (Linux: tcp_send_delayed_ack).
  if (delay === 0 || timers.delayedAck <= now + delay / 4) acks.demand('ack-delayed')
  else timers.delayedAck = Math.min(timers.delayedAck, now + delay)
}

/** A segment that holds nothing new: say so at once (RFC 2883, 4.1). */
function repeated(tcb: Tcb, seq: number, end: number): void {
  tcb.acks.enterQuickMode(tcb.rcvWnd)
  tcb.acks.demand('ack-duplicate')
  reportDuplicate(tcb, seq, end)
}

/** Of `left`..`right`, just received, what was held already (RFC 2883, 4.2). */
function reportOverlap(tcb: Tcb, left: number, right: number): void {
  if (!tcb.useSack || !tcb.config.tcp_dsack) return
  if (tcb.reassembly.reportOverlap(left, right)) tcb.counters.TCPDSACKOfoSent += 1
}

/** `left`..`right` was received before RCV.NXT reached there. */
export function reportDuplicate(tcb: Tcb, left: number, right: number): void {
  if (!tcb.useSack || !tcb.config.tcp_dsack || !before(left, right)) return
  tcb.counters.TCPDSACKOldSent += 1
  tcb.reassembly.reportDuplicate(left, right)
}

/** Eighth, the FIN (RFC 9293, 3.10.7.4). */
function receiveFin(tcb: Tcb, now: number): void {
  const { rcv, acks } = tcb
  rcv.nxt = add(rcv.nxt, 1)
  // Behind the FIN there is nothing.
  tcb.reassembly.forgetWaiting()
  tcb.events |= ENDED | READABLE
  // Of all that it acknowledges this is what its reader looks for.
  acks.reason = 'ack-fin'
  switch (tcb.state) {
    case 'ESTABLISHED':
      // The user is likely to close, too, and the ACK may ride on that FIN.
      acks.interactive = true
      if (acks.owed === 'none') acks.owed = 'delayed'
      tcb.move('CLOSE-WAIT')
      return
    case 'FIN-WAIT-1':
      acks.demand('ack-fin')
      // Acknowledged perhaps by this very segment: then straight to TIME-WAIT.
      if (tcb.finAcknowledged) tcb.waitTwoMsl(now)
      else tcb.move('CLOSING')
      return
    case 'FIN-WAIT-2':
      acks.demand('ack-fin')
      tcb.waitTwoMsl(now)
      return
    default:
  }
}
