import { add, after, before, distance } from '../wire/seq.ts'
import { CWR, SYN, type TcpSegment } from '../wire/tcp.ts'
import { recover } from './recover.ts'
import { probeAcknowledged, scheduleLossProbe } from './tail-loss.ts'
import { type Tcb, WRITABLE } from './tcb.ts'

/**
 * The ACK field of an acceptable segment (RFC 9293, 3.10.7.4, fifth, ESTABLISHED): what is
 * acknowledged leaves the retransmission queue, the send window moves, time is measured, losses
 * are found, and the congestion window follows.
 */
export function acknowledge(tcb: Tcb, segment: TcpSegment, now: number): void {
  const { snd, flight, delivery } = tcb
  const advanced = after(segment.ack, snd.una)
  const outstanding = flight.count
  delivery.reset(now, tcb.rtt.min === Number.POSITIVE_INFINITY ? 0 : tcb.rtt.min, tcb.recovery.highSeq)
  tcb.lastSegmentReceivedAt = now
  tcb.softError = ''
  // The peer is alive: probes begin anew (RFC 9293, 3.8.6.1, MUST-37; 3.8.4, MUST-29).
  tcb.probesOut = 0
  // An old ACK tells of an old window (RFC 9293, 3.10.7.4: SND.UNA =< SEG.ACK).
  const windowMoved = !before(segment.ack, snd.una) && updateSendWindow(tcb, segment)
  if (segment.flags & CWR && !before(segment.ack, snd.una)) heardOfReduction(tcb, segment)
  if (advanced) advance(tcb, segment.ack)
  const reported = tcb.useSack && segment.sackCount > 0 && takeSacks(tcb, segment)
  const duplicate = !advanced && !windowMoved && segment.payloadLength === 0 && segment.ack === snd.una
  if (tcb.probe.outstanding) probeAcknowledged(tcb, segment.ack, duplicate && delivery.sacked === 0, reported, now)
  if (outstanding > 0) {
    measure(tcb, segment, advanced, now)
    recover(tcb, segment, advanced, duplicate, now)
  }
  rearm(tcb, advanced, now)
}

/**
 * CWR: the peer knows of the mark, and has reduced its window (RFC 3168, 6.1.3). That may be down to a segment, so
 * that it should not wait for our acknowledgment. Also without data, which some send though they should not (as Linux).
 */
function heardOfReduction(tcb: Tcb, segment: TcpSegment): void {
  tcb.ecn.echoing = false
  if (tcb.ecn.agreed && segment.payloadLength > 0) tcb.acks.demand('ack-window-reduced')
}

/** The acknowledgment of our SYN in a SYN,ACK (RFC 9293, 3.10.7.3, fourth). */
export function acknowledgeSyn(tcb: Tcb, segment: TcpSegment, now: number): void {
  tcb.delivery.reset(now, 0, tcb.recovery.highSeq)
  advance(tcb, segment.ack)
  measure(tcb, segment, true, now)
  tcb.timers.retransmit = Number.POSITIVE_INFINITY
}

/** SND.WND, SND.WL1, SND.WL2; returns whether this was news of the window. */
function updateSendWindow(tcb: Tcb, segment: TcpSegment): boolean {
  const { snd } = tcb
  const scale = segment.flags & SYN ? 0 : snd.scale
  // Unsigned, of up to 30 bits (RFC 9293, 3.1, MUST-1, REC-1).
  const wnd = segment.window << scale
  // Newer by sequence, or by acknowledgment, or the same and larger (Linux: tcp_may_update_window).
  const newer =
    after(segment.ack, snd.una) ||
    after(segment.seq, snd.wl1) ||
    (segment.seq === snd.wl1 && (wnd > snd.wnd || wnd === 0))
  if (!newer) return false
  snd.wl1 = segment.seq
  snd.wl2 = segment.ack
  snd.wnd = wnd
  if (wnd > snd.maxWnd) snd.maxWnd = wnd
  return true
}

function advance(tcb: Tcb, ack: number): void {
  const { snd, flight, delivery, sendBuffer } = tcb
  const before = sendBuffer.length
  flight.acknowledge(ack, delivery)
  sendBuffer.acknowledge(ack)
  snd.una = ack
  tcb.bytesAcked += before - sendBuffer.length
  tcb.retransmits = 0
  // SND.UP must not fall behind and then look ahead once the space has wrapped.
  if (after(ack, snd.up)) snd.up = ack
  if (tcb.wantsRoom && sendBuffer.worthTelling) {
    tcb.wantsRoom = false
    tcb.events |= WRITABLE
  }
}

/**
 * SACK blocks (RFC 2018, 5), the first of which may tell of a duplicate (RFC 2883, 4); returns whether
 * that duplicate is our loss probe.
 */
function takeSacks(tcb: Tcb, segment: TcpSegment): boolean {
  const { snd, flight, delivery, probe } = tcb
  const edges = segment.sackEdges
  let first = 0
  let reported = false
  if (isDuplicateReport(segment)) {
    first = 1
    reported = probe.outstanding && edges[1] === probe.end
    takeDuplicate(tcb, edges[0] ?? 0, edges[1] ?? 0)
  }
  for (let i = first; i < segment.sackCount; i += 1) {
    const left = edges[2 * i] ?? 0
    const right = edges[2 * i + 1] ?? 0
    if (!before(left, right) || after(right, snd.nxt) || before(left, snd.una)) {
      tcb.counters.TCPSACKDiscard += 1
      continue
    }
    flight.sack(left, right, delivery)
  }
  return reported
}

/** `left`..`right` has arrived twice: was it sent twice in vain? */
function takeDuplicate(tcb: Tcb, left: number, right: number): void {
  if (!before(left, right) || after(right, tcb.snd.nxt)) return
  tcb.counters.TCPDSACKRecv += 1
  const segments = Math.max(1, Math.ceil(distance(right, left) / tcb.currentMss()))
  tcb.duplicatesReported += segments
  // Duplicates that we have not sent were made by the network (RFC 3708, 4).
  if (tcb.duplicatesReported > tcb.segmentsRetransmitted) return
  tcb.loss.spurious()
  tcb.recovery.repeated(right, segments)
}

/** The first block lies below the acknowledgment, or within the second. */
function isDuplicateReport(segment: TcpSegment): boolean {
  const left = segment.sackEdges[0] ?? 0
  const right = segment.sackEdges[1] ?? 0
  if (before(left, segment.ack)) return true
  if (segment.sackCount < 2) return false
  return !before(left, segment.sackEdges[2] ?? 0) && !after(right, segment.sackEdges[3] ?? 0)
}

/** RTT (RFC 6298, 3 and Karn, MUST-18; RFC 7323, 4.1): of what was never retransmitted, else by the echoed timestamp. */
function measure(tcb: Tcb, segment: TcpSegment, advanced: boolean, now: number): void {
  const { delivery, rtt, snd } = tcb
  if (delivery.firstSentAt >= 0 && !delivery.retransmitted) rtt.sample(now - delivery.firstSentAt, snd.una, snd.nxt)
  else if (delivery.firstSackedAt >= 0) rtt.sample(now - delivery.firstSackedAt, snd.una, snd.nxt)
  else if (advanced && tcb.useTimestamps && segment.hasTimestamps && segment.tsEcr !== 0) {
    // An echo older than the retransmission: its own ACK was lost, or it was slow. Nobody knows (Karn).
    if (delivery.resentAt >= 0 && before(segment.tsEcr, tcb.timestamp(delivery.resentAt))) return
    const elapsed = distance(tcb.timestamp(now), segment.tsEcr)
    if (elapsed >= 0) rtt.sample(Math.max(1, elapsed) * 1000, snd.una, snd.nxt)
  } else if (delivery.syn) rtt.fallBack()
}

/** The retransmission timer (RFC 6298, 5.2, 5.3) and the persist timer (RFC 9293, 3.8.6.1). */
function rearm(tcb: Tcb, advanced: boolean, now: number): void {
  const { timers, flight, snd } = tcb
  if (flight.count === 0) {
    timers.retransmit = Number.POSITIVE_INFINITY
    timers.reorder = Number.POSITIVE_INFINITY
    timers.lossProbe = Number.POSITIVE_INFINITY
    tcb.probe.owed = false
  } else if (advanced) {
    timers.retransmit = now + tcb.rtt.rto
    scheduleLossProbe(tcb, true, now)
  }
  if (timers.persist === Number.POSITIVE_INFINITY) return
  // The window has opened enough for what waits: no more probes.
  const end = add(snd.nxt, Math.min(tcb.unsent, tcb.currentMss()))
  if (flight.count > 0 || !after(end, tcb.windowEnd)) {
    timers.persist = Number.POSITIVE_INFINITY
    tcb.persistBackoff = 0
    tcb.probingSince = 0
  } else if (!tcb.orphaned) {
    // With nobody there a peer must not put off the probes, and with them the end, by repeating itself.
    timers.persist = now + persistDelay(tcb)
  }
}

/** The next probe's delay: the RTO (SHLD-29), at least tcp_rto_min, backed off (SHLD-30; Linux: tcp_probe0_when). */
export function persistDelay(tcb: Tcb): number {
  const base = Math.max(tcb.rtt.rto, tcb.config.tcp_rto_min_us)
  return Math.min(base * 2 ** Math.min(tcb.persistBackoff, 10), tcb.config.tcp_rto_max_us)
}
