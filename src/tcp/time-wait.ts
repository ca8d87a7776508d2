import { after, distance } from '../wire/seq.ts'
import { ACK, FIN, RST, SYN, type TcpSegment } from '../wire/tcp.ts'
import { hasOldTimestamp, type TimestampMemory } from './paws.ts'
import type { Tcb } from './tcb.ts'

/** What a segment that arrives in TIME-WAIT calls for, as bits. */
export const TW_RESTART = 1
/** The last ACK once more. */
export const TW_ANSWER = 2
/** A RST: the wait is over. */
export const TW_END = 4
/** A SYN of a new incarnation, newer by sequence number or by timestamp (RFC 9293, 3.6.1, MAY-2, SHLD-4; RFC 6191, 2). */
export const TW_REOPEN = 8
/** Its timestamp is to be remembered. */
export const TW_STAMP = 16
/** Its timestamp is older than the last (RFC 7323, 5.3). */
export const TW_OLD = 32
/** What it calls for as an answer could draw another of its kind, and so for ever: it is limited (RFC 5961, 7). */
export const TW_LIMITED = 64

/** Of a RST only a timestamp younger than this may be held against it, microseconds (Linux: TCP_PAWS_MSL). */
const PAWS_MSL = 60_000_000

/**
 * SEGMENT ARRIVES in TIME-WAIT (RFC 9293, 3.10.7.4), as Linux does it (tcp_timewait_state_process): all
 * that can still come are repetitions, which are answered, a RST, and the SYN of a new incarnation.
 * `rfc1337`: a RST does not end the wait (RFC 1337, 3 F1); one with an older timestamp never does (RFC 1337, 3 F2).
 */
export function judgeLate(
  segment: TcpSegment,
  rcvNxt: number,
  memory: TimestampMemory,
  rfc1337: boolean,
  now: number,
): number {
  const { flags, payloadLength } = segment
  const reset = (flags & RST) !== 0
  const stamped = memory.useTimestamps && segment.hasTimestamps
  const old = hasOldTimestamp(memory, segment, now) && !(reset && now - memory.tsRecentAt >= PAWS_MSL)
  const empty = payloadLength === 0 && (flags & (SYN | FIN)) === 0
  if (!old && segment.seq === rcvNxt && (empty || reset)) {
    // In the window there can only be a RST or a bare ACK.
    if (reset && !rfc1337) return TW_END
    return (reset ? 0 : TW_RESTART) | (stamped ? TW_STAMP : 0)
  }
  let verdict = old ? TW_OLD : 0
  if (reset) return verdict
  const newer = after(segment.seq, rcvNxt) || (stamped && distance(segment.tsVal, memory.tsRecent) > 0)
  if ((flags & (SYN | ACK)) === SYN && !old && newer) verdict |= TW_REOPEN
  // The peer's FIN again, or a stray. An old SYN must not keep us waiting.
  else if (old || flags & ACK) verdict |= TW_RESTART
  if (empty || flags & SYN) verdict |= TW_LIMITED
  return verdict | TW_ANSWER
}

/** The same for a connection whose owner still holds it. Who may reopen is not its business (Connection.yieldsTo). */
export function arriveInTimeWait(tcb: Tcb, segment: TcpSegment, now: number): void {
  const verdict = judgeLate(segment, tcb.rcv.nxt, tcb, tcb.config.tcp_rfc1337, now)
  if (verdict & TW_OLD) tcb.counters.PAWSTimewait += 1
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
  if (verdict & TW_LIMITED && !tcb.mayAnswerInvalid('TCPACKSkippedTimeWait', now)) return
  tcb.acks.demand('time-wait-ack')
}
