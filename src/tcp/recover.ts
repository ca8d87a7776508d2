import { after, before } from '../wire/seq.ts'
import type { TcpSegment } from '../wire/tcp.ts'
import type { LossContext } from './loss.ts'
import type { Tcb } from './tcb.ts'

/** Reused for each acknowledgment. */
const context: LossContext = { now: 0, minRtt: 0, srtt: 0, recovering: false, advanced: false }

/**
 * What an acknowledgment means for loss recovery and the congestion window (Linux: tcp_fastretrans_alert,
 * tcp_cong_control). `advanced`: SND.UNA has moved; `duplicate`: the segment says nothing new (RFC 5681, 2).
 */
export function recover(tcb: Tcb, segment: TcpSegment, advanced: boolean, duplicate: boolean, now: number): void {
  const { delivery, recovery, loss, flight, congestion } = tcb
  const lostBefore = flight.lostOut
  // An old ACK tells of old marks, and a SYN has none.
  const marked = tcb.ecn.hears(segment.flags) && segment.ack === tcb.snd.una && !delivery.syn
  recovery.acknowledged(tcb.snd.una)
  if (marked) recovery.confirm()
  loss.delivered(delivery, now)
  let delivered = delivery.acked + delivery.sacked
  if (!tcb.useSack) delivered = countDuplicates(tcb, advanced, duplicate, delivered)
  countDelivered(tcb, delivered, marked)
  const settled = follow(tcb, segment, advanced, duplicate)
  if (flight.count > 0 && !settled) detect(tcb, advanced, now)
  if (flight.lostOut > 0 && !recovery.repairing) {
    recovery.enter(tcb.useSack ? 'rack' : 'fast-retransmit', tcb.snd.una, tcb.snd.nxt, resentOut(tcb), now)
    if (tcb.useSack) tcb.counters.TCPSackRecovery += 1
    else tcb.counters.TCPRenoRecovery += 1
  }
  if (marked && !settled) recovery.heed(tcb.snd.nxt, now)
  if (recovery.reducing) {
    recovery.proportion(delivered, flight.pipe, advanced, flight.lostOut > lostBefore)
  } else if (delivered > 0 && advanced && tcb.usage.mayGrow(tcb.congestion) && !(marked && recovery.phase === 'Open')) {
    // An echo lets nothing grow (RFC 3168, 6.1.2); in Loss it goes on until there is new data, so that it must (as Linux).
    tcb.control.acknowledged(congestion, delivered, tcb.rtt.srtt, now)
    growSendBuffer(tcb)
  }
}

function countDelivered(tcb: Tcb, segments: number, marked: boolean): void {
  tcb.deliveredSegments += segments
  tcb.counters.TCPDelivered += segments
  if (!marked) return
  tcb.deliveredMarked += segments
  tcb.counters.TCPDeliveredCE += segments
}

/** Ends the phase, or takes it back; true = no loss is to be looked for now. */
function follow(tcb: Tcb, segment: TcpSegment, advanced: boolean, duplicate: boolean): boolean {
  const { recovery, counters } = tcb
  switch (recovery.phase) {
    case 'Recovery':
      return followRecovery(tcb, segment, advanced)
    case 'Loss':
      return followLoss(tcb, segment, advanced, duplicate)
    case 'CWR':
      // Something beyond the mark must be acknowledged, so that our CWR has reached the peer (as Linux).
      if (after(tcb.snd.una, recovery.highSeq)) recovery.end()
      return false
    default:
      if (recovery.allRepeated) {
        recovery.undo()
        counters.TCPDSACKUndo += 1
      }
      return false
  }
}

function followRecovery(tcb: Tcb, segment: TcpSegment, advanced: boolean): boolean {
  const { recovery, counters, snd, flight, loss } = tcb
  const delayed = echoesOriginal(tcb, segment)
  if (!before(snd.una, recovery.highSeq)) return endPhase(tcb, delayed)
  if (advanced && recovery.wasNeedless(delayed) && !recovery.allRepeated) {
    // A part was acknowledged by its original: it had only been overtaken.
    loss.reordered()
    if (flight.retransmittedOut > 0) return true
    recovery.undo()
    flight.forgetLosses()
    recovery.open()
    counters.TCPPartialUndo += 1
    return true
  }
  if (recovery.allRepeated) {
    recovery.undo()
    recovery.open()
    counters.TCPDSACKUndo += 1
  }
  return false
}

/** RFC 5682, 3.1, in the form with SACK; Linux: tcp_process_loss. */
function followLoss(tcb: Tcb, segment: TcpSegment, advanced: boolean, duplicate: boolean): boolean {
  const { recovery, counters, snd, delivery } = tcb
  recovery.newFirst = false
  const recovered = !before(snd.una, recovery.highSeq)
  const delayed = echoesOriginal(tcb, segment)
  if (advanced && recovery.wasNeedless(delayed)) {
    undoLoss(tcb, tcb.useSack)
    return false
  }
  if (recovery.suspect) {
    // Without SACK, an acknowledgment of both says nothing: the retransmission may have filled the hole.
    if (delivery.original && (tcb.useSack || !delivery.retransmitted)) {
      // What was never sent again has arrived: the timeout was spurious.
      counters.TCPSpuriousRTOs += 1
      undoLoss(tcb, true)
      return false
    }
    if (after(snd.nxt, recovery.highSeq)) {
      if (delivery.sacked > 0 || duplicate) recovery.suspect = false
    } else if (advanced && !recovered) {
      recovery.highSeq = snd.nxt
      recovery.newFirst = tcb.unsent > 0 && after(tcb.windowEnd, snd.nxt)
      recovery.suspect = recovery.newFirst
    }
  }
  if (recovered) return endPhase(tcb, delayed)
  return false
}

function undoLoss(tcb: Tcb, open: boolean): void {
  const { recovery, flight, counters, snd } = tcb
  recovery.undo()
  flight.forgetLosses()
  counters.TCPLossUndo += 1
  if (!tcb.useSack && snd.una === recovery.highSeq) return
  if (open) recovery.open()
}

/** All that was sent when the phase began is acknowledged. */
function endPhase(tcb: Tcb, delayed: boolean): boolean {
  const { recovery, counters, snd, loss } = tcb
  if (recovery.wasNeedless(delayed)) {
    recovery.undo()
    counters.TCPFullUndo += 1
  } else {
    loss.recovered()
  }
  // Without SACK, something beyond the mark must be acknowledged, or old duplicates start it anew (RFC 6582, 4.1).
  if (!tcb.useSack && snd.una === recovery.highSeq) return true
  recovery.end()
  return false
}

/** Whether the echoed timestamp is older than the first retransmission (RFC 3522, 3.2, step 4). */
function echoesOriginal(tcb: Tcb, segment: TcpSegment): boolean {
  const { firstResentAt } = tcb.recovery
  if (!tcb.useTimestamps || !segment.hasTimestamps || segment.tsEcr === 0 || firstResentAt < 0) return false
  return before(segment.tsEcr, tcb.timestamp(firstResentAt))
}

/** Retransmissions in the network, a loss probe among them. */
export function resentOut(tcb: Tcb): number {
  return tcb.flight.retransmittedOut + (tcb.probe.outstanding && tcb.probe.repeats ? 1 : 0)
}

/** Marks what is lost, and says when to look again. */
export function detect(tcb: Tcb, advanced: boolean, now: number): void {
  const { loss, flight, timers, recovery, rtt } = tcb
  context.now = now
  context.minRtt = rtt.min
  context.srtt = rtt.srtt
  context.recovering = recovery.repairing
  context.advanced = advanced
  if (!tcb.useSack) {
    loss.detectWithoutSack(flight, context, recovery.phase)
    return
  }
  const evidence = flight.sackedOut > 0 || flight.lostOut > 0 || recovery.phase !== 'Open'
  timers.reorder = now + (evidence ? loss.detect(flight, context) : Number.POSITIVE_INFINITY)
  if (timers.reorder === Number.POSITIVE_INFINITY) {
    if (flight.lostOut > 0) timers.lossProbe = Number.POSITIVE_INFINITY
    return
  }
  // While it waits for what may only have been overtaken, the other timers wait, too (as Linux).
  timers.lossProbe = Number.POSITIVE_INFINITY
  if (timers.retransmit <= timers.reorder) {
    timers.retransmit = Math.max(timers.reorder + 1, flight.sentAt(0) + rtt.rto)
  }
}

/** Without SACK each duplicate stands for a segment that has left the network (RFC 6582; Linux: tcp_add_reno_sack). */
function countDuplicates(tcb: Tcb, advanced: boolean, duplicate: boolean, acked: number): number {
  const { flight, loss } = tcb
  if (advanced) {
    // One segment was the hole, the others had been counted as duplicates.
    const delivered = acked > 0 ? Math.max(acked - flight.sackedOut, 1) : 0
    loss.duplicateAcks = 0
    const left = tcb.recovery.phase === 'Recovery' ? flight.sackedOut - Math.max(0, acked - 1) : 0
    flight.sackedOut = Math.max(0, Math.min(left, flight.count - 1))
    return delivered
  }
  if (!duplicate || flight.count === 0) return acked
  loss.duplicateAcks += 1
  if (flight.sackedOut + Math.max(1, flight.lostOut) >= flight.count) return acked
  flight.sackedOut += 1
  return acked + 1
}

/** The send buffer follows the congestion window: room for two windows (Linux: tcp_sndbuf_expand). */
function growSendBuffer(tcb: Tcb): void {
  if (tcb.options.sendBufferLocked) return
  tcb.sendBuffer.grow(tcb.congestion.cwnd, tcb.snd.mss, tcb.config.tcp_wmem[2])
}
