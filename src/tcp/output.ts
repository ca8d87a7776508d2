import { after, before, distance } from '../wire/seq.ts'
import { FIN, type TcpSegment } from '../wire/tcp.ts'
import { persistDelay } from './acknowledge.ts'
import { emitAck, emitAgain, emitNew, emitReset, emitSyn, markNew } from './emit.ts'
import { emitLossProbe, emitProbe } from './probes.ts'
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
      return tcb.owedSyn !== '' && emitSyn(tcb, now, out)
    case 'SYN-RECEIVED':
      if (tcb.owedSyn !== '') return emitSyn(tcb, now, out)
      // A client known by its cookie is answered before its third ACK (RFC 7413, 4.2.2); our FIN waits for that.
      if (tcb.fastOpen.accepted && after(tcb.sendBuffer.end, tcb.snd.nxt) && sendNew(tcb, now, out)) {
        tcb.reason = 'data-fast'
        return true
      }
      break
    case 'TIME-WAIT':
      break
    default:
      if (tcb.recovery.newFirst && asksWithNew(tcb, now, out)) return true
      if (tcb.flight.lostOut > 0 && !tcb.recovery.newFirst && retransmit(tcb, now, out)) return true
      if (sendNew(tcb, now, out)) return true
      if (tcb.probe.owed && emitLossProbe(tcb, now, out)) return true
      if (tcb.owedProbe !== '') return emitProbe(tcb, now, out)
  }
  if (tcb.acks.owed !== 'now' && tcb.acks.duplicates === 0) return false
  emitAck(tcb, now, out)
  return true
}

/** After a timeout that may be spurious new data goes first; where none can go, retransmissions do (RFC 5682, 3.1, 2b). */
function asksWithNew(tcb: Tcb, now: number, out: TcpSegment): boolean {
  if (sendNew(tcb, now, out)) {
    tcb.reason = 'data-first'
    return true
  }
  const { recovery, snd } = tcb
  if (!after(snd.nxt, recovery.highSeq)) {
    recovery.newFirst = false
    recovery.suspect = false
  }
  return false
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
  // SHLD-16; MAY-7, MUST-35: beyond a window that was taken back only the head goes, to probe it (Linux: __tcp_retransmit_skb).
  if (!before(seq, tcb.windowEnd) && seq !== snd.una) return false
  emitAgain(tcb, now, out, index)
  return true
}

/**
 * New data and the FIN: as the windows (SHLD-15; RFC 7323, 2.4 b), Nagle and the silly-window rules allow (RFC 9293,
 * 3.7.4, 3.8.6.2.1), in full segments as far as there is data (SHLD-27, SHLD-28, MAY-16).
 */
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
  const left = tcb.sendBuffer.maxSegments - flight.count
  if (left <= 0) return false
  const mss = tcb.currentMss()
  const data = tcb.finQueued ? unsent - 1 : unsent
  // Negative where the peer has taken its window back (MUST-34).
  const usable = distance(tcb.windowEnd, snd.nxt)
  let length = Math.min(data, mss)
  const last = length === data
  const fin = last && tcb.finQueued && tcb.state !== 'SYN-RECEIVED'
  // MUST-38: no part of a segment for a window that has no room for it.
  if (length + (fin ? 1 : 0) > usable) {
    if (flight.count === 0) armPersist(tcb, now)
    return false
  }
  // MUST-60: what is held back goes at the latest with the persist timer.
  if (last && length < mss && holdBack(tcb, fin)) {
    if (flight.count === 0) armPersist(tcb, now)
    return false
  }
  // CWR is for one segment, so that it goes alone (RFC 3168, 6.1.2).
  const alone = last || tcb.owesCwr
  if (!alone && tcb.segmentationLimit > mss) length = superLength(tcb, data, usable, mss, Math.min(room, left))
  emitNew(tcb, now, out, length, fin && length === data, mss)
  markNew(tcb, out)
  tcb.reason = (out.flags & FIN) === 0 ? 'data' : length > 0 ? 'data-fin' : 'fin'
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

/**
 * Nagle's algorithm (RFC 9293, 3.7.4, SHLD-7) as Linux has it: a short segment waits only for another short one
 * (Minshall).
 */
function holdBack(tcb: Tcb, fin: boolean): boolean {
  if (fin) return false
  if (tcb.options.cork) return true
  if (tcb.options.noDelay || tcb.flight.count === 0) return false
  // Urgent data never waits.
  if (after(tcb.snd.up, tcb.snd.una)) return false
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

function armPersist(tcb: Tcb, now: number): void {
  if (tcb.timers.persist !== Number.POSITIVE_INFINITY || tcb.owedProbe !== '') return
  tcb.persistBackoff = 0
  tcb.timers.persist = now + persistDelay(tcb)
}
