import { add, distance } from '../wire/seq.ts'
import { ACK, PSH, type TcpSegment } from '../wire/tcp.ts'
import { begin, emitAgain, emitNew, finishAck, markNew } from './emit.ts'
import { newDataFits } from './tail-loss.ts'
import type { Tcb } from './tcb.ts'

/** A probe: of a closed window, or of a peer that has gone silent (RFC 9293, 3.8.6.1, 3.8.4). */
export function emitProbe(tcb: Tcb, now: number, out: TcpSegment): boolean {
  const { snd } = tcb
  tcb.reason = tcb.owedProbe
  tcb.owedProbe = ''
  const data = tcb.unsent - (tcb.finQueued && !tcb.finSent ? 1 : 0)
  const usable = distance(tcb.windowEnd, snd.nxt)
  if (tcb.flight.count === 0 && usable > 0 && tcb.unsent > 0) {
    // The window is open a little, or the segment was held back: send what fits.
    const mss = tcb.currentMss()
    const length = Math.min(data, usable, mss)
    const fin = tcb.finQueued && length === data && usable > length
    emitNew(tcb, now, out, length, fin, mss)
    if (length > 0) out.flags |= PSH
    tcb.reason = 'data-held'
    // The timer alone watches over it (Linux: tcp_write_wakeup).
    tcb.timers.lossProbe = Number.POSITIVE_INFINITY
    return true
  }
  // An octet that was acknowledged long ago, without text (SHLD-12, MAY-6): the peer must answer (as Linux does).
  begin(tcb, now, out, ACK, add(snd.una, -1))
  finishAck(tcb, now, out)
  return true
}

/** A tail loss probe (RFC 8985, 7.3): new data where the window has room for it, else the last segment again. */
export function emitLossProbe(tcb: Tcb, now: number, out: TcpSegment): boolean {
  const { snd, flight, probe, counters } = tcb
  probe.owed = false
  if (flight.count === 0) return false
  const mss = tcb.currentMss()
  const data = tcb.unsent - (tcb.finQueued && !tcb.finSent ? 1 : 0)
  const length = Math.min(data, mss)
  const fin = tcb.finQueued && !tcb.finSent && length === data
  probe.repeats = !newDataFits(tcb)
  if (probe.repeats) {
    while (distance(flight.end(flight.count - 1), flight.seq(flight.count - 1)) > mss + 1) {
      flight.split(flight.count - 1, add(flight.seq(flight.count - 1), mss))
    }
    emitAgain(tcb, now, out, flight.count - 1, true)
  } else {
    emitNew(tcb, now, out, length, fin, mss)
    markNew(tcb, out)
    tcb.reason = 'loss-probe'
  }
  probe.outstanding = true
  probe.end = snd.nxt
  counters.TCPLossProbes += 1
  tcb.timers.lossProbe = Number.POSITIVE_INFINITY
  tcb.timers.retransmit = now + tcb.rtt.rto
  return true
}
