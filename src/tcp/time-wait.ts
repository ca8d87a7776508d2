import { after, before, distance } from '../wire/seq.ts'
import { ACK, FIN, RST, SYN, type TcpSegment } from '../wire/tcp.ts'
import type { Tcb } from './tcb.ts'

/** What a segment that arrives in TIME-WAIT calls for, as bits. */
export const TW_RESTART = 1
/** The last ACK once more. */
export const TW_ANSWER = 2
/** A RST: the wait is over. */
export const TW_END = 4
/** A SYN of a new incarnation, newer by sequence number or by timestamp (RFC 9293, 3.6.1, MAY-2; RFC 6191). */
export const TW_REOPEN = 8
/** Its timestamp is to be remembered. */
export const TW_STAMP = 16
/** Its timestamp is older than the last (RFC 7323, 5.3). */
const TW_OLD = 32

/**
 * SEGMENT ARRIVES in TIME-WAIT (RFC 9293, 3.10.7.4), as Linux does it (tcp_timewait_state_process): all
 * that can still come are repetitions, which are answered, a RST, and the SYN of a new incarnation.
 * `stamps`: the connection uses timestamps, the last of which was `tsRecent`.
 */
export function judgeLate(segment: TcpSegment, rcvNxt: number, stamps: boolean, tsRecent: number): number {
  const { flags } = segment
  const stamped = stamps && segment.hasTimestamps
  const old = stamped && before(segment.tsVal, tsRecent)
  const empty = segment.payloadLength === 0 && (flags & (SYN | FIN)) === 0
  if (!old && segment.seq === rcvNxt && (empty || flags & RST)) {
    // In the window there can only be a RST or a bare ACK.
    if (flags & RST) return TW_END
    return TW_RESTART | (stamped ? TW_STAMP : 0)
  }
  let verdict = old ? TW_OLD : 0
  if (flags & RST) return verdict
  const newer = after(segment.seq, rcvNxt) || (stamped && distance(segment.tsVal, tsRecent) > 0)
  if ((flags & (SYN | ACK)) === SYN && !old && newer) verdict |= TW_REOPEN
  // The peer's FIN again, or a stray. An old SYN must not keep us waiting.
  else if (old || flags & ACK) verdict |= TW_RESTART
  return verdict | TW_ANSWER
}

/** The same for a connection whose owner still holds it. Who may reopen is not its business (Connection.yieldsTo). */
export function arriveInTimeWait(tcb: Tcb, segment: TcpSegment, length: number, now: number): void {
  const verdict = judgeLate(segment, tcb.rcv.nxt, tcb.useTimestamps, tcb.tsRecent)
  if (verdict & TW_OLD) tcb.counters.PAWSEstab += 1
  if (verdict & TW_END) {
    tcb.finish('')
    return
  }
  if (verdict & TW_RESTART) tcb.waitTwoMsl(now)
  if (verdict & TW_STAMP) {
    tcb.tsRecent = segment.tsVal
    tcb.tsRecentAt = now
  }
  if ((verdict & TW_ANSWER) === 0) return
  if (length > 0 && (segment.flags & SYN) === 0) tcb.acks.owed = 'now'
  else tcb.challenge(now)
}
