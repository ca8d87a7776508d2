import { add, after, before, distance } from '../wire/seq.ts'
import { SYN, type TcpSegment } from '../wire/tcp.ts'
import type { LossContext } from './loss.ts'
import { type Tcb, WRITABLE } from './tcb.ts'

/** Reused for each acknowledgment. */
const context: LossContext = { now: 0, minRtt: 0, srtt: 0, recovering: false, advanced: false }

/**
 * The ACK field of an acceptable segment (RFC 9293, 3.10.7.4, fifth, ESTABLISHED): what is
 * acknowledged leaves the retransmission queue, the send window moves, time is measured, losses
 * are found, and the congestion window follows.
 */
export function acknowledge(tcb: Tcb, segment: TcpSegment, now: number): void {
  const { snd, flight, delivery } = tcb
  const advanced = after(segment.ack, snd.una)
  const outstanding = flight.count
  delivery.reset(now, tcb.rtt.min === Number.POSITIVE_INFINITY ? 0 : tcb.rtt.min)
  tcb.lastSegmentReceivedAt = now
  // The peer is alive: probes begin anew (RFC 9293, 3.8.6.1; 3.8.4).
  tcb.probesOut = 0
  const windowMoved = updateSendWindow(tcb, segment)
  if (advanced) advance(tcb, segment.ack)
  if (tcb.useSack && segment.sackCount > 0) takeSacks(tcb, segment)
  if (outstanding > 0) {
    const duplicate = !advanced && !windowMoved && segment.payloadLength === 0 && segment.ack === snd.una
    measure(tcb, segment, advanced, now)
    recover(tcb, advanced, duplicate, now)
  }
  rearm(tcb, advanced, now)
}

/** The acknowledgment of our SYN in a SYN,ACK (RFC 9293, 3.10.7.3, fourth). */
export function acknowledgeSyn(tcb: Tcb, segment: TcpSegment, now: number): void {
  tcb.delivery.reset(now, 0)
  advance(tcb, segment.ack)
  measure(tcb, segment, true, now)
  tcb.timers.retransmit = Number.POSITIVE_INFINITY
}

/** SND.WND, SND.WL1, SND.WL2; returns whether the window changed. */
function updateSendWindow(tcb: Tcb, segment: TcpSegment): boolean {
  const { snd } = tcb
  const scale = segment.flags & SYN ? 0 : snd.scale
  const wnd = segment.window << scale
  // Newer by sequence, or by acknowledgment, or the same and larger (Linux: tcp_may_update_window).
  const newer =
    after(segment.ack, snd.una) || after(segment.seq, snd.wl1) || (segment.seq === snd.wl1 && (wnd > snd.wnd || wnd === 0))
  if (!newer) return false
  snd.wl1 = segment.seq
  snd.wl2 = segment.ack
  if (wnd === snd.wnd) return false
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
  if (tcb.wantsRoom && 3 * sendBuffer.free >= sendBuffer.capacity) {
    tcb.wantsRoom = false
    tcb.events |= WRITABLE
  }
}

/** SACK blocks (RFC 2018, 5), the first of which may tell of a duplicate (RFC 2883, 4). */
function takeSacks(tcb: Tcb, segment: TcpSegment): void {
  const { snd, flight, delivery } = tcb
  const edges = segment.sackEdges
  let first = 0
  if (isDuplicateReport(segment)) {
    tcb.counters.TCPDSACKRecv += 1
    tcb.duplicatesReported += 1
    tcb.loss.spurious()
    first = 1
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
}

/** The first block lies below the acknowledgment, or within the second. */
function isDuplicateReport(segment: TcpSegment): boolean {
  const left = segment.sackEdges[0] ?? 0
  const right = segment.sackEdges[1] ?? 0
  if (before(left, segment.ack)) return true
  if (segment.sackCount < 2) return false
  return !before(left, segment.sackEdges[2] ?? 0) && !after(right, segment.sackEdges[3] ?? 0)
}

/** RTT (RFC 6298, 3 and Karn; RFC 7323, 4): from what was never retransmitted, else from the echoed timestamp. */
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

/** Loss detection, the phases of recovery, and the congestion window (Linux: tcp_fastretrans_alert, tcp_cong_control). */
function recover(tcb: Tcb, advanced: boolean, duplicate: boolean, now: number): void {
  const { delivery, recovery, loss, flight, snd, congestion } = tcb
  const lostBefore = flight.lostOut
  loss.delivered(delivery, now)
  if (advanced) recovery.acknowledged(snd.una, tcb.useSack)
  let delivered = delivery.acked + delivery.sacked
  if (!tcb.useSack) delivered = countDuplicates(tcb, advanced, duplicate, delivered)
  tcb.deliveredSegments += delivered
  if (flight.count > 0) {
    context.now = now
    context.minRtt = tcb.rtt.min
    context.srtt = tcb.rtt.srtt
    context.recovering = recovery.phase !== 'Open'
    context.advanced = advanced
    detect(tcb, now)
  }
  if (flight.lostOut > 0 && recovery.phase === 'Open') {
    recovery.enter(snd.nxt, now)
    if (tcb.useSack) tcb.counters.TCPSackRecovery += 1
    else tcb.counters.TCPRenoRecovery += 1
  }
  if (recovery.phase === 'Recovery') {
    recovery.proportion(delivered, flight.pipe, advanced, flight.lostOut > lostBefore)
  } else if (delivered > 0 && advanced && tcb.mayGrow) {
    tcb.control.acknowledged(congestion, delivered, tcb.rtt.srtt, now)
    growSendBuffer(tcb)
  }
}

function detect(tcb: Tcb, now: number): void {
  const { loss, flight, timers } = tcb
  if (!tcb.useSack) {
    loss.detectWithoutSack(flight, context)
    return
  }
  const again = flight.sackedOut > 0 || flight.lostOut > 0 || context.recovering ? loss.detect(flight, context) : Number.POSITIVE_INFINITY
  timers.reorder = now + again
}

/** Without SACK each duplicate stands for a segment that has left the network (RFC 6582; Linux: tcp_add_reno_sack). */
function countDuplicates(tcb: Tcb, advanced: boolean, duplicate: boolean, delivered: number): number {
  const { flight, loss } = tcb
  if (advanced) {
    loss.duplicateAcks = 0
    flight.sackedOut = tcb.recovery.phase === 'Recovery' ? Math.max(0, flight.sackedOut - Math.max(0, tcb.delivery.acked - 1)) : 0
    flight.sackedOut = Math.min(flight.sackedOut, Math.max(0, flight.count - 1))
    return delivered
  }
  if (!duplicate || flight.count === 0) return delivered
  loss.duplicateAcks += 1
  if (flight.sackedOut + Math.max(1, flight.lostOut) >= flight.count) return delivered
  flight.sackedOut += 1
  return delivered + 1
}

/** The send buffer follows the congestion window: room for two windows (Linux: tcp_sndbuf_expand). */
function growSendBuffer(tcb: Tcb): void {
  if (tcb.options.sendBufferLocked) return
  const wanted = Math.min(2 * tcb.congestion.cwnd * tcb.snd.mss, tcb.config.tcp_wmem[2])
  if (wanted > tcb.sendBuffer.capacity) tcb.sendBuffer.capacity = wanted
}

/** The retransmission timer (RFC 6298, 5.2, 5.3) and the persist timer (RFC 9293, 3.8.6.1). */
function rearm(tcb: Tcb, advanced: boolean, now: number): void {
  const { timers, flight, snd } = tcb
  if (flight.count === 0) {
    timers.retransmit = Number.POSITIVE_INFINITY
    timers.reorder = Number.POSITIVE_INFINITY
  } else if (advanced) {
    timers.retransmit = now + tcb.rtt.rto
  }
  if (timers.persist === Number.POSITIVE_INFINITY) return
  // The window has opened enough for what waits: no more probes.
  const end = add(snd.nxt, Math.min(tcb.unsent, tcb.currentMss()))
  if (flight.count > 0 || !after(end, tcb.windowEnd)) {
    timers.persist = Number.POSITIVE_INFINITY
    tcb.persistBackoff = 0
    tcb.probingSince = 0
  } else {
    timers.persist = now + persistDelay(tcb)
  }
}

/** The next probe's delay: the RTO, at least tcp_rto_min, backed off (Linux: tcp_probe0_when). */
export function persistDelay(tcb: Tcb): number {
  const base = Math.max(tcb.rtt.baseRto, tcb.config.tcp_rto_min_us)
  return Math.min(base * 2 ** Math.min(tcb.persistBackoff, 10), tcb.config.tcp_rto_max_us)
}
