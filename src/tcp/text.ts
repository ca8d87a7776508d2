import { add, after, before, distance } from '../wire/seq.ts'
import { FIN, PSH, SYN, type TcpSegment } from '../wire/tcp.ts'
import { ENDED, READABLE, type Tcb } from './tcb.ts'

/**
 * Seventh and eighth: the segment text and the FIN (RFC 9293, 3.10.7.4), for a segment that has
 * passed the tests before them, in a state that may receive.
 */
export function receiveText(tcb: Tcb, segment: TcpSegment, now: number): void {
  const { rcv, counters } = tcb
  const fin = (segment.flags & FIN) !== 0
  let seq = segment.flags & SYN ? add(segment.seq, 1) : segment.seq
  let start = segment.payloadStart
  let length = segment.payloadLength
  const end = add(seq, length)

  // What lies before RCV.NXT was received already.
  const behind = distance(rcv.nxt, seq)
  if (behind > 0) {
    if (behind > length || (behind === length && !fin)) {
      repeated(tcb, seq, end)
      return
    }
    if (length > 0) reportDuplicate(tcb, seq, rcv.nxt, 'old')
    seq = rcv.nxt
    start += behind
    length -= behind
  }
  // What lies beyond the window is not taken (the sender overruns what was offered).
  const excess = distance(add(seq, length), add(rcv.nxt, tcb.rcvWnd))
  if (excess > 0) {
    if (tcb.rcvWnd === 0) counters.TCPZeroWindowDrop += 1
    else counters.TCPBeyondWindow += 1
    length = Math.max(0, length - excess)
    tcb.acks.enterQuickMode(tcb.rcvWnd)
    tcb.acks.owed = 'now'
  }
  if (length > 0) {
    if (seq === rcv.nxt) inOrder(tcb, segment, seq, start, length, now)
    else outOfOrder(tcb, segment, seq, start, length, now)
  }
  if (fin && excess <= 0) {
    rcv.hasFin = true
    rcv.finAt = end
    if (after(end, rcv.nxt)) tcb.acks.owed = 'now'
  }
  if (rcv.hasFin && rcv.finAt === rcv.nxt) receiveFin(tcb, now)
}

function inOrder(tcb: Tcb, segment: TcpSegment, seq: number, start: number, length: number, now: number): void {
  const { rcv, acks, reassembly, window } = tcb
  const filling = reassembly.pieces > 0
  const moved = reassembly.insert(seq, segment.bytes, start, length)
  rcv.nxt = add(rcv.nxt, moved)
  tcb.bytesReceived += moved
  tcb.events |= READABLE
  learn(tcb, segment, now)
  // A hole was filled: the sender in recovery needs to know (RFC 9293, 3.8.6.3; RFC 5681, 4.2).
  if (filling) {
    if (reassembly.pieces === 0) acks.enterQuickMode(tcb.rcvWnd)
    acks.owed = 'now'
    return
  }
  decide(tcb, now)
  if (window.rtt === 0 || !tcb.useTimestamps) window.sampleByWindow(rcv.nxt, now)
}

function outOfOrder(tcb: Tcb, segment: TcpSegment, seq: number, start: number, length: number, now: number): void {
  const { reassembly, acks, counters } = tcb
  const end = add(seq, length)
  learn(tcb, segment, now)
  acks.owed = 'now'
  // Without SACK the sender counts duplicates, so each segment draws one (RFC 5681, 3.2).
  if (!tcb.useSack) acks.duplicates = Math.min(acks.duplicates + 1, 64)
  if (reassembly.holds(seq, end)) {
    reportDuplicate(tcb, seq, end, 'waiting')
    return
  }
  if (reassembly.insert(seq, segment.bytes, start, length) < 0) {
    counters.TCPOFODrop += 1
    return
  }
  counters.TCPOFOQueue += 1
  tcb.outOfOrderIn += 1
}

/** What data teaches about pace and sizes, wherever it lies. */
function learn(tcb: Tcb, segment: TcpSegment, now: number): void {
  const length = segment.segmentSize > 0 ? segment.segmentSize : segment.payloadLength
  const pushed = (segment.flags & PSH) !== 0
  tcb.acks.dataReceived(length, pushed, tcb.rcvWnd, tcb.advertisedMss, tcb.rtt.rto, now)
  tcb.window.grow(segment.payloadLength, tcb.advertisedMss, tcb.reassembly.readable)
  tcb.dataSegmentsIn += 1
  if (tcb.useTimestamps && segment.hasTimestamps && segment.tsEcr !== 0 && length >= tcb.acks.receiveMss) {
    const elapsed = distance(tcb.timestamp(now), segment.tsEcr)
    if (elapsed >= 0) tcb.window.sampleRtt(Math.max(1, elapsed) * 1000)
  }
}

/** Acknowledge now, or after a delay (RFC 9293, 3.8.6.3; Linux: __tcp_ack_snd_check). */
function decide(tcb: Tcb, now: number): void {
  const { acks, rcv, window, reassembly } = tcb
  const unacknowledged = distance(rcv.nxt, acks.lastSent)
  if (acks.inQuickMode) {
    acks.owed = 'now'
  } else if (unacknowledged > acks.receiveMss) {
    const remaining = tcb.rcvWnd
    const opens = window.select(remaining, reassembly.readable, acks.receiveMss) >= window.offered
    if (opens || reassembly.readable < tcb.options.receiveLowWater) acks.owed = 'now'
  }
  if (acks.owed !== 'delayed') return
  const at = now + acks.delay(tcb.rtt.srtt)
  if (at < tcb.timers.delayedAck) tcb.timers.delayedAck = at
}

/** A segment that holds nothing new: say so at once (RFC 2883, 4.1). */
function repeated(tcb: Tcb, seq: number, end: number): void {
  tcb.acks.enterQuickMode(tcb.rcvWnd)
  tcb.acks.owed = 'now'
  if (seq !== end) reportDuplicate(tcb, seq, end, 'old')
}

export function reportDuplicate(tcb: Tcb, left: number, right: number, where: 'old' | 'waiting'): void {
  if (!tcb.useSack || !tcb.config.tcp_dsack || !before(left, right)) return
  if (where === 'old') tcb.counters.TCPDSACKOldSent += 1
  else tcb.counters.TCPDSACKOfoSent += 1
  tcb.reassembly.reportDuplicate(left, right)
}

/** Eighth, the FIN (RFC 9293, 3.10.7.4). */
function receiveFin(tcb: Tcb, now: number): void {
  const { rcv, acks } = tcb
  rcv.nxt = add(rcv.nxt, 1)
  rcv.hasFin = false
  acks.owed = 'now'
  acks.interactive = true
  tcb.events |= ENDED | READABLE
  switch (tcb.state) {
    case 'ESTABLISHED':
      tcb.move('CLOSE-WAIT')
      return
    case 'FIN-WAIT-1':
      // Acknowledged perhaps by this very segment: then straight to TIME-WAIT.
      if (tcb.finAcknowledged) tcb.waitTwoMsl(now)
      else tcb.move('CLOSING')
      return
    case 'FIN-WAIT-2':
      tcb.waitTwoMsl(now)
      return
    default:
  }
}
