import { ECT0 } from '../wire/packet.ts'
import { add, after, distance } from '../wire/seq.ts'
import { ACK, CWR, ECE, FIN, PSH, RST, SYN, type TcpSegment, URG } from '../wire/tcp.ts'
import { NO_FAST_OPEN } from './fast-open.ts'
import { HAS_FIN, HAS_SYN } from './flight.ts'
import { scheduleLossProbe } from './tail-loss.ts'
import type { Tcb } from './tcb.ts'

/** SYN or SYN,ACK, for the first time or again (RFC 9293, 3.5). */
export function emitSyn(tcb: Tcb, now: number, out: TcpSegment): boolean {
  const { snd, flight, window } = tcb
  const answer = tcb.state === 'SYN-RECEIVED'
  tcb.reason = tcb.owedSyn
  begin(tcb, now, out, answer ? SYN | ACK : SYN, snd.iss)
  if (answer) out.flags |= tcb.ecn.agreed ? ECE : 0
  else out.flags |= tcb.ecn.synFlags(flight.count > 0 && tcb.config.tcp_ecn_fallback)
  // RFC 7323, 2.2: never scaled in a SYN.
  out.window = Math.min(window.offered, 65_535)
  // SHLD-5, MAY-3: in each SYN; MUST-65: in nothing else.
  // MUST-14.
  out.mss = Math.min(tcb.advertisedMss, tcb.options.maxSegment)
  out.windowScale = tcb.useScaling ? window.scale : -1
  out.sackPermitted = tcb.useSack
  out.sackCount = 0
  if (flight.count === 0) {
    flight.push(snd.iss, add(snd.iss, 1), now, HAS_SYN)
    snd.nxt = add(snd.iss, 1)
    if (tcb.fastOpen !== NO_FAST_OPEN) openFast(tcb, now, out)
  } else {
    flight.resent(0, now)
    countRetransmission(tcb, 0)
  }
  tcb.owedSyn = ''
  if (tcb.timers.retransmit === Number.POSITIVE_INFINITY) tcb.timers.retransmit = now + tcb.rtt.rto
  finishAck(tcb, now, out)
  return true
}

/** What Fast Open adds to a SYN or SYN,ACK that goes for the first time: a cookie, and data with ours (RFC 7413, 4.2.2). */
function openFast(tcb: Tcb, now: number, out: TcpSegment): void {
  const { fastOpen, sendBuffer, snd } = tcb
  out.fastOpenLength = fastOpen.cookieLength
  out.fastOpenCookie.set(fastOpen.cookie)
  const length = Math.min(fastOpen.synRoom, sendBuffer.length)
  if (length === 0) return
  tcb.reason = 'open-fast'
  sendBuffer.copy(snd.nxt, length, out.bytes, out.payloadStart)
  out.payloadLength = length
  const end = add(snd.nxt, length)
  tcb.flight.push(snd.nxt, end, now, 0)
  snd.nxt = end
  fastOpen.sent = length
  tcb.bytesSent += length
  tcb.dataSegmentsOut += 1
  tcb.lastDataSentAt = now
}

/** Sends what was never sent, for a reason that the caller notes: `length` bytes, in one segment or a super-packet, and perhaps the FIN. */
export function emitNew(tcb: Tcb, now: number, out: TcpSegment, length: number, fin: boolean, mss: number): void {
  const { snd, flight } = tcb
  const seq = snd.nxt
  fillData(tcb, now, out, seq, length, fin)
  const end = add(seq, length + (fin ? 1 : 0))
  let segments = 1
  if (length > mss) {
    segments = Math.ceil(length / mss)
    out.segmentSize = mss
    // Who joins segments should pass this on without waiting for more (as Linux).
    out.flags |= PSH
    let at = seq
    for (let left = length; left > 0; left -= mss) {
      flight.push(at, add(at, Math.min(mss, left)), now, 0)
      at = add(at, mss)
    }
  } else {
    flight.push(seq, end, now, fin ? HAS_FIN : 0)
  }
  snd.nxt = end
  if (fin) tcb.finSent = true
  if (length < mss) snd.sml = end
  tcb.bytesSent += length
  tcb.dataSegmentsOut += length > 0 ? 1 : 0
  tcb.recovery.sent(segments)
  tcb.noteUsage(flight.pipe >= tcb.congestion.cwnd)
  armRetransmit(tcb, now)
  scheduleLossProbe(tcb, false, now)
}

/**
 * Marks what was just filled with new data as ECT(0) (RFC 3168, 5), and says CWR on the first after a reduction
 * (RFC 3168, 6.1.2). Nothing else is marked: no SYN, no FIN or acknowledgment without data (RFC 3168, 6.1.4), no
 * retransmission (RFC 3168, 6.1.5), no window probe (RFC 3168, 6.1.6).
 */
export function markNew(tcb: Tcb, out: TcpSegment): void {
  if (!tcb.ecn.marking || out.payloadLength === 0) return
  out.ecn = ECT0
  if (!tcb.owesCwr) return
  out.flags |= CWR
  tcb.recovery.announced(add(out.seq, out.payloadLength))
}

/** Sends segment `index` of the flight again; what is longer than the path now carries, in part. */
export function emitAgain(tcb: Tcb, now: number, out: TcpSegment, index: number, probe = false): void {
  const { flight } = tcb
  tcb.reason = probe ? 'loss-probe' : tcb.recovery.reason
  const seq = flight.seq(index)
  // The path, or the peer's window, may have become narrower since.
  let limit = tcb.currentMss()
  const usable = distance(tcb.windowEnd, seq)
  if (usable > 0 && usable < limit) limit = usable
  let length = distance(flight.end(index), seq) - (flight.flags(index) & HAS_FIN ? 1 : 0)
  if (length > limit) {
    flight.split(index, add(seq, limit))
    length = limit
  }
  fillData(tcb, now, out, seq, length, (flight.flags(index) & HAS_FIN) !== 0)
  countRetransmission(tcb, length)
  if (probe) {
    flight.probed(index, now)
    return
  }
  flight.resent(index, now)
  tcb.recovery.resent(now)
  // A fast retransmission of the head begins the timer anew (Linux: tcp_xmit_retransmit_queue).
  if (index === 0 && tcb.recovery.phase === 'Recovery') {
    tcb.timers.retransmit = Number.POSITIVE_INFINITY
    tcb.timers.lossProbe = Number.POSITIVE_INFINITY
  }
  armRetransmit(tcb, now)
}

/**
 * The sequence number of a segment without text. Where the peer has taken back its window, SND.NXT would
 * be unacceptable to it (Linux: tcp_acceptable_seq); what rounding (RFC 7323, 2.4) to the scale does is allowed for.
 */
function acceptableSeq(tcb: Tcb): number {
  const beyond = distance(tcb.snd.nxt, tcb.windowEnd)
  const slack = tcb.useScaling ? 1 << tcb.window.scale : 0
  return beyond <= 0 || beyond < slack ? tcb.snd.nxt : tcb.windowEnd
}

/** A segment with nothing but the acknowledgment. */
export function emitAck(tcb: Tcb, now: number, out: TcpSegment): void {
  begin(tcb, now, out, ACK, acceptableSeq(tcb))
  const { owed, reason, duplicates } = tcb.acks
  tcb.reason = owed === 'now' ? reason : 'ack-out-of-order'
  finishAck(tcb, now, out)
  if (duplicates > 1) tcb.acks.duplicates = duplicates - 1
}

/** RST: of this connection (RFC 9293, 3.10.5), or in answer to a segment it cannot have drawn (3.5.2). */
export function emitReset(tcb: Tcb, now: number, out: TcpSegment): boolean {
  tcb.reason = tcb.resetReason
  if (tcb.owedReset === 'active') {
    begin(tcb, now, out, RST | ACK, acceptableSeq(tcb))
    out.window = offer(tcb)
  } else {
    const refusal = tcb.owedReset === 'refusal'
    begin(tcb, now, out, refusal ? RST | ACK : RST, refusal ? 0 : tcb.resetNumber)
    out.ack = refusal ? tcb.resetNumber : 0
    out.hasTimestamps = false
    out.sackCount = 0
    out.window = 0
  }
  tcb.owedReset = 'none'
  tcb.counters.TcpOutRsts += 1
  tcb.segmentsOut += 1
  return true
}

function fillData(tcb: Tcb, now: number, out: TcpSegment, seq: number, length: number, fin: boolean): void {
  const { snd, sendBuffer } = tcb
  let flags = ACK
  if (fin) flags |= FIN
  // MUST-61: PSH where nothing more waits behind; with PUSH flags there is nothing to do (MAY-15).
  if (length > 0 && add(seq, length) === sendBuffer.end) flags |= PSH
  begin(tcb, now, out, flags, seq)
  if (length > 0) {
    sendBuffer.copy(seq, length, out.bytes, out.payloadStart)
    out.payloadLength = length
    tcb.lastDataSentAt = now
    tcb.acks.dataSent(now)
  }
  if (after(snd.up, seq)) {
    // MUST-62; RFC 6093, 4.
    out.flags |= URG
    // MUST-31: what it cannot say yet a later segment will.
    out.urgentPointer = Math.min(distance(snd.up, seq), 65_535)
  }
  finishAck(tcb, now, out)
}

/** What every segment has. */
export function begin(tcb: Tcb, now: number, out: TcpSegment, flags: number, seq: number): void {
  out.seq = seq
  out.flags = flags
  out.ack = flags & ACK ? tcb.rcv.nxt : 0
  out.clear()
  out.hasTimestamps = tcb.useTimestamps // RFC 7323, 3.2
  if (tcb.useTimestamps) {
    out.tsVal = tcb.timestamp(now)
    // RFC 7323, 3.2 c: without ACK it means nothing and is 0; in a SYN it is what a predecessor has heard (as Linux).
    out.tsEcr = flags & (ACK | SYN) ? tcb.tsRecent : 0
  }
  if (tcb.options.offeredUserTimeout > 0 && (flags & RST) === 0) {
    tcb.userTimeout.send(tcb.options.offeredUserTimeout, out)
  }
  // RFC 2018, 4 d.
  if (tcb.useSack && tcb.reassembly.sackCount > 0 && flags & ACK) {
    out.sackCount = tcb.reassembly.sackBlocks(out.sackEdges, tcb.useTimestamps ? 3 : 4)
  }
  if ((flags & (SYN | RST)) === 0) out.window = offer(tcb)
  if (tcb.ecn.echoing && (flags & (SYN | ACK)) === ACK) out.flags |= ECE
}

/** The window field for an acknowledgment of RCV.NXT. */
function offer(tcb: Tcb): number {
  return tcb.window.offer(tcb.acks.lastSent, tcb.rcv.nxt, tcb.reassembly.readable, tcb.acks.receiveMss)
}

/** A segment with ACK has gone: what it acknowledges is not owed any more. */
export function finishAck(tcb: Tcb, now: number, out: TcpSegment): void {
  tcb.segmentsOut += 1
  if ((out.flags & ACK) === 0) return
  tcb.acks.sent(tcb.rcv.nxt)
  tcb.reassembly.hasDuplicate = false
  tcb.timers.delayedAck = Number.POSITIVE_INFINITY
  if (out.payloadLength === 0) tcb.lastAckSentAt = now
}

function countRetransmission(tcb: Tcb, length: number): void {
  tcb.counters.TcpRetransSegs += 1
  tcb.segmentsRetransmitted += 1
  tcb.bytesRetransmitted += length
  if (tcb.recovery.phase === 'Loss') tcb.counters.TCPSlowStartRetrans += 1
  else if (tcb.recovery.phase === 'Recovery') tcb.counters.TCPFastRetrans += 1
}

/** RFC 6298, 5.1: the timer runs while anything is in flight. */
function armRetransmit(tcb: Tcb, now: number): void {
  if (tcb.timers.retransmit === Number.POSITIVE_INFINITY) tcb.timers.retransmit = now + tcb.rtt.rto
  tcb.timers.persist = Number.POSITIVE_INFINITY
}
