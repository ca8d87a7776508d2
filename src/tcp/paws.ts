import { after, before, distance } from '../wire/seq.ts'
import { ACK, type TcpSegment } from '../wire/tcp.ts'
import type { Tcb } from './tcb.ts'

/** RFC 7323, 5.5: after 24 days without a segment tsRecent says nothing any more. */
const PAWS_AGE = 24 * 24 * 3600 * 1_000_000

/** The peer's last timestamp (RFC 7323, 4.3). */
export interface TimestampMemory {
  readonly useTimestamps: boolean
  readonly tsRecent: number
  /** When it came, microseconds; -1 = none has come. */
  readonly tsRecentAt: number
}

/** RFC 7323, 5.3 R1: the segment's timestamp is older than the one remembered. */
export function hasOldTimestamp(memory: TimestampMemory, segment: TcpSegment, now: number): boolean {
  // RFC 7323, 3.2 b: one that lacks it is taken, as Linux does.
  if (!memory.useTimestamps || !segment.hasTimestamps || memory.tsRecentAt < 0) return false
  // There are hosts that send 0 in a SYN and their clock only afterwards.
  if (memory.tsRecent === 0 || !before(segment.tsVal, memory.tsRecent)) return false
  return now - memory.tsRecentAt < PAWS_AGE
}

/** A pure ACK that repeats the last one, overtaken within a round trip: of use to count (Linux: tcp_disordered_ack). */
export function isDisorderedAck(tcb: Tcb, segment: TcpSegment, length: number): boolean {
  const { snd } = tcb
  if (length > 0 || (segment.flags & ACK) === 0 || segment.seq !== tcb.rcv.nxt || segment.ack !== snd.una) return false
  const wnd = segment.window * 2 ** snd.scale
  if (after(segment.seq, snd.wl1) || (segment.seq === snd.wl1 && (wnd > snd.wnd || wnd === 0))) return false
  return distance(tcb.tsRecent, segment.tsVal) <= (tcb.rtt.rto * 1.2) / 1000
}
