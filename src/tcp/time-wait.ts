import { ACK, FIN, RST, SYN, type TcpSegment } from '../wire/tcp.ts'
import { hasOldTimestamp } from './paws.ts'
import type { Tcb } from './tcb.ts'

/**
 * SEGMENT ARRIVES in TIME-WAIT (RFC 9293, 3.10.7.4), as Linux does it (tcp_timewait_state_process): all
 * that can still come are repetitions, which are acknowledged, and a RST. A SYN of a new incarnation
 * is not for this connection (Connection.yieldsTo).
 */
export function arriveInTimeWait(tcb: Tcb, segment: TcpSegment, length: number, now: number): void {
  const { flags } = segment
  const old = hasOldTimestamp(tcb, segment, now)
  if (old) tcb.counters.PAWSEstab += 1
  if (flags & RST) {
    if (segment.seq === tcb.rcv.nxt && !old) tcb.finish('')
    return
  }
  if (!old && length === 0 && segment.seq === tcb.rcv.nxt) return
  // The peer has not seen our last ACK: again, and 2 MSL anew.
  if (flags & FIN && flags & ACK) tcb.waitTwoMsl(now)
  if (length > 0 && (flags & SYN) === 0) tcb.acks.owed = 'now'
  else tcb.challenge(now)
}
