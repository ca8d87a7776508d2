import { add, after, before, distance } from '../wire/seq.ts'
import { ACK, FIN, PSH, RST, SYN, type TcpSegment, URG } from '../wire/tcp.ts'
import { persistDelay } from './acknowledge.ts'
import { HAS_FIN, HAS_SYN } from './flight.ts'
import type { Tcb } from './tcb.ts'

/**
 * The one way out: fills `out` with the next segment owed, of which the caller has said where its
 * payload goes (`bytes`, `payloadStart`); false = nothing is owed. What it returns counts as sent.
 */
export function nextSegment(tcb: Tcb, now: number, out: TcpSegment): boolean {
  if (tcb.owedReset !== 'none') return emitReset(tcb, now, out)
  switch (tcb.state) {
    case 'CLOSED':
    case 'LISTEN':
      return false
    case 'SYN-SENT':
      return tcb.synOwed && emitSyn(tcb, now, out)
    case 'SYN-RECEIVED':
      if (tcb.synOwed) return emitSyn(tcb, now, out)
      break
    case 'TIME-WAIT':
      break
    default:
      if (tcb.flight.lostOut > 0 && retransmit(tcb, now, out)) return true
      if (sendNew(tcb, now, out)) return true
      if (tcb.probeOwed) return emitProbe(tcb, now, out)
  }
  if (tcb.acks.owed !== 'now' && tcb.acks.duplicates === 0) return false
  emitAck(tcb, now, out)
  return true
}

/** SYN or SYN,ACK, for the first time or again (RFC 9293, 3.5). */
function emitSyn(tcb: Tcb, now: number, out: TcpSegment): boolean {
  const { snd, flight, window } = tcb
  const answer = tcb.state === 'SYN-RECEIVED'
  begin(tcb, now, out, answer ? SYN | ACK : SYN, snd.iss)
  // RFC 7323, 2.2: never scaled in a SYN.
  out.window = Math.min(window.offered, 65_535)
  out.mss = Math.min(tcb.advertisedMss, tcb.options.maxSegment)
  out.windowScale = tcb.useScaling ? window.scale : -1
  out.sackPermitted = tcb.useSack
  out.sackCount = 0
  if (flight.count === 0) flight.push(snd.iss, add(snd.iss, 1), now, HAS_SYN)
  else {
    flight.resent(0, now)
    countRetransmission(tcb, 0)
  }
  if (snd.nxt === snd.iss) snd.nxt = add(snd.iss, 1)
  tcb.synOwed = false
  if (tcb.timers.retransmit === Number.POSITIVE_INFINITY) tcb.timers.retransmit = now + tcb.rtt.rto
  finishAck(tcb, now, out)
  return true
}

/** The first segment that is lost and not sent again, as far as the congestion window allows. */
function retransmit(tcb: Tcb, now: number, out: TcpSegment): boolean {
  const { flight, snd } = tcb
  const index = flight.nextLost()
  if (index < 0) return false
  if (flight.pipe >= tcb.congestion.cwnd) {
    tcb.noteUsage(true)
    return false
  }
  const seq = flight.seq(index)
  // Beyond a window that was taken back only the head goes (Linux: __tcp_retransmit_skb).
  if (!before(seq, tcb.windowEnd) && seq !== snd.una) return false
  const flags = flight.flags(index)
  const mss = tcb.currentMss()
  let length = distance(flight.end(index), seq) - (flags & HAS_FIN ? 1 : 0)
  if (length > mss) {
    // The path has become narrower since.
    flight.split(index, add(seq, mss))
    length = mss
  }
  const fin = (flight.flags(index) & HAS_FIN) !== 0
  fillData(tcb, now, out, seq, length, fin)
  flight.resent(index, now)
  countRetransmission(tcb, length)
  tcb.recovery.sent()
  armRetransmit(tcb, now)
  return true
}

/** New data and the FIN: as the windows, Nagle and the silly-window rules allow (RFC 9293, 3.7.4, 3.8.6.2.1). */
function sendNew(tcb: Tcb, now: number, out: TcpSegment): boolean {
  const unsent = tcb.unsent
  if (unsent === 0) return false
  const { snd, flight, congestion } = tcb
  if (flight.count === 0) restartAfterIdle(tcb, now)
  const room = congestion.cwnd - flight.pipe
  if (room <= 0) {
    tcb.noteUsage(true)
    return false
  }
  const mss = tcb.currentMss()
  const data = tcb.finQueued ? unsent - 1 : unsent
  const usable = distance(tcb.windowEnd, snd.nxt)
  let length = Math.min(data, mss)
  const last = length === data
  const fin = last && tcb.finQueued
  if (length + (fin ? 1 : 0) > usable) {
    if (flight.count === 0) armPersist(tcb, now)
    return false
  }
  if (last && length < mss && holdBack(tcb, fin)) {
    if (flight.count === 0) armPersist(tcb, now)
    return false
  }
  if (!last && tcb.segmentationLimit > mss) length = superLength(tcb, data, usable, mss, room)
  emitNew(tcb, now, out, length, fin && length === data, mss)
  return true
}

/** Whole segments for one super-packet: no more than the windows and the device allow. */
function superLength(tcb: Tcb, data: number, usable: number, mss: number, room: number): number {
  const segments = Math.min(
    Math.floor(data / mss),
    Math.floor(usable / mss),
    room,
    Math.floor(tcb.segmentationLimit / mss),
  )
  return Math.max(1, segments) * mss
}

function emitNew(tcb: Tcb, now: number, out: TcpSegment, length: number, fin: boolean, mss: number): void {
  const { snd, flight } = tcb
  const seq = snd.nxt
  fillData(tcb, now, out, seq, length, fin)
  const end = add(seq, length + (fin ? 1 : 0))
  if (length > mss) {
    out.segmentSize = mss
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
  tcb.recovery.sent()
  tcb.noteUsage(flight.pipe >= tcb.congestion.cwnd)
  armRetransmit(tcb, now)
}

/** Nagle's algorithm (RFC 9293, 3.7.4) as Linux has it: a short segment waits only for another short one (Minshall). */
function holdBack(tcb: Tcb, fin: boolean): boolean {
  if (fin) return false
  if (tcb.options.cork) return true
  if (tcb.options.noDelay || tcb.flight.count === 0) return false
  // Urgent data never waits.
  if (after(tcb.snd.up, tcb.snd.una) && after(tcb.snd.up, tcb.snd.nxt)) return false
  return after(tcb.snd.sml, tcb.snd.una) && !after(tcb.snd.sml, tcb.snd.nxt)
}

/** RFC 5681, 4.1: after an idle time the old window says nothing of the network (Linux: tcp_cwnd_restart). */
function restartAfterIdle(tcb: Tcb, now: number): void {
  if (!tcb.config.tcp_slow_start_after_idle || tcb.lastDataSentAt === 0) return
  const rto = tcb.rtt.rto
  let idle = now - tcb.lastDataSentAt
  if (idle <= rto) return
  const window = tcb.congestion
  const restart = Math.min(tcb.config.tcp_init_cwnd, window.cwnd)
  window.ssthresh = Math.max(window.ssthresh, (window.cwnd >> 1) + (window.cwnd >> 2))
  while (idle > rto && window.cwnd > restart) {
    window.cwnd >>= 1
    idle -= rto
  }
  window.cwnd = Math.max(window.cwnd, restart)
  tcb.lastDataSentAt = now
}

/** A probe: of a closed window, or of a peer that has gone silent (RFC 9293, 3.8.6.1, 3.8.4). */
function emitProbe(tcb: Tcb, now: number, out: TcpSegment): boolean {
  const { snd } = tcb
  tcb.probeOwed = false
  const data = tcb.unsent - (tcb.finQueued && !tcb.finSent ? 1 : 0)
  const usable = distance(tcb.windowEnd, snd.nxt)
  if (tcb.flight.count === 0 && usable > 0 && tcb.unsent > 0) {
    // The window is open a little, or the segment was held back: send what fits.
    const mss = tcb.currentMss()
    const length = Math.min(data, usable, mss)
    const fin = tcb.finQueued && length === data && usable > length
    emitNew(tcb, now, out, length, fin, mss)
    if (length > 0) out.flags |= PSH
    return true
  }
  // An octet that was acknowledged long ago: the peer must answer, and takes nothing (as Linux does).
  begin(tcb, now, out, ACK, add(snd.una, -1))
  finishAck(tcb, now, out)
  return true
}

function emitAck(tcb: Tcb, now: number, out: TcpSegment): void {
  begin(tcb, now, out, ACK, tcb.snd.nxt)
  const more = tcb.acks.duplicates > 1 ? tcb.acks.duplicates - 1 : 0
  finishAck(tcb, now, out)
  tcb.acks.duplicates = more
}

/** RST: of this connection (RFC 9293, 3.10.5), or in answer to a segment it cannot have drawn (3.5.2). */
function emitReset(tcb: Tcb, now: number, out: TcpSegment): boolean {
  if (tcb.owedReset === 'active') {
    begin(tcb, now, out, RST | ACK, tcb.snd.nxt)
  } else {
    begin(tcb, now, out, RST, tcb.resetSeq)
    out.ack = 0
    out.hasTimestamps = false
    out.sackCount = 0
  }
  out.window = 0
  tcb.owedReset = 'none'
  tcb.counters.TcpOutRsts += 1
  tcb.segmentsOut += 1
  return true
}

function fillData(tcb: Tcb, now: number, out: TcpSegment, seq: number, length: number, fin: boolean): void {
  const { snd, sendBuffer } = tcb
  let flags = ACK
  if (fin) flags |= FIN
  // SHLD-30 and Linux: PSH where nothing more waits behind.
  if (length > 0 && add(seq, length) === sendBuffer.end) flags |= PSH
  begin(tcb, now, out, flags, seq)
  if (length > 0) {
    sendBuffer.copy(seq, length, out.bytes, out.payloadStart)
    out.payloadLength = length
    tcb.lastDataSentAt = now
    tcb.acks.dataSent(now)
  }
  if (after(snd.up, seq)) {
    out.flags |= URG
    out.urgentPointer = Math.min(distance(snd.up, seq), 65_535)
  }
  finishAck(tcb, now, out)
}

/** What every segment has. */
function begin(tcb: Tcb, now: number, out: TcpSegment, flags: number, seq: number): void {
  out.seq = seq
  out.flags = flags
  out.ack = flags & ACK ? tcb.rcv.nxt : 0
  out.urgentPointer = 0
  out.mss = 0
  out.windowScale = -1
  out.sackPermitted = false
  out.fastOpenLength = -1
  out.payloadLength = 0
  out.segmentSize = 0
  out.hasTimestamps = tcb.useTimestamps
  if (tcb.useTimestamps) {
    out.tsVal = tcb.timestamp(now)
    out.tsEcr = flags & ACK ? tcb.tsRecent : 0
  }
  out.sackCount = 0
  if (tcb.useSack && tcb.reassembly.sackCount > 0 && flags & ACK) {
    out.sackCount = tcb.reassembly.sackBlocks(out.sackEdges, tcb.useTimestamps ? 3 : 4)
  }
  if ((flags & (SYN | RST)) === 0) {
    out.window = tcb.window.offer(tcb.acks.lastSent, tcb.rcv.nxt, tcb.reassembly.readable, tcb.acks.receiveMss)
  }
}

/** A segment with ACK has gone: what it acknowledges is not owed any more. */
function finishAck(tcb: Tcb, now: number, out: TcpSegment): void {
  tcb.segmentsOut += 1
  if ((out.flags & ACK) === 0) return
  if (tcb.acks.owed === 'delayed' && out.payloadLength === 0) tcb.counters.DelayedACKs += 1
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

function armPersist(tcb: Tcb, now: number): void {
  if (tcb.timers.persist !== Number.POSITIVE_INFINITY || tcb.probeOwed) return
  tcb.persistBackoff = 0
  tcb.timers.persist = now + persistDelay(tcb)
}
