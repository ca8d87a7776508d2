import { after, before, distance } from '../wire/seq.ts'
import type { Tcb } from './tcb.ts'

/** Least time to a probe beyond two round trips, microseconds (Linux: TCP_TIMEOUT_MIN). */
const PROBE_MARGIN = 2000

/**
 * When the next probe is due (RFC 8985, 7.2; Linux: tcp_schedule_loss_probe): after new data was sent,
 * or, `advanced`, after data was acknowledged.
 */
export function scheduleLossProbe(tcb: Tcb, advanced: boolean, now: number): void {
  const { timers, flight, recovery, rtt, config } = tcb
  timers.lossProbe = Number.POSITIVE_INFINITY
  if (!config.tcp_early_retrans || !tcb.useSack || flight.count === 0) return
  // What follows an unacknowledged SYN,ACK (Fast Open) has that one's timer.
  if (tcb.state === 'SYN-RECEIVED') return
  if (recovery.repairing || flight.sackedOut > 0 || flight.lostOut > 0) return
  let delay = config.tcp_timeout_init_us
  // A lone segment may wait for a delayed acknowledgment.
  if (rtt.srtt > 0) delay = 2 * rtt.srtt + (flight.count === 1 ? config.tcp_rto_min_us : PROBE_MARGIN)
  const left = advanced ? rtt.rto : flight.sentAt(0) + rtt.rto - now
  if (left > 0) delay = Math.min(delay, left)
  timers.lossProbe = now + delay
  // Until then the other timer waits (as Linux, where there is one timer for both).
  if (timers.retransmit < timers.lossProbe) timers.retransmit = timers.lossProbe
}

/** The probe timer has fired (RFC 8985, 7.3). */
export function lossProbeTimeout(tcb: Tcb, now: number): void {
  const { timers, flight, probe, rtt } = tcb
  timers.lossProbe = Number.POSITIVE_INFINITY
  if (flight.count === 0) return
  if (!probe.outstanding && (newDataFits(tcb) || before(flight.seq(flight.count - 1), tcb.windowEnd))) {
    probe.owed = true
    timers.retransmit = now + rtt.rto
  } else {
    // One probe is enough; or the peer has taken its window back, and there is nothing to probe with but the head.
    timers.retransmit = Math.min(timers.retransmit, Math.max(now, flight.sentAt(0) + rtt.rto))
  }
}

/** Whether a segment that was never sent fits into the peer's window. */
export function newDataFits(tcb: Tcb): boolean {
  const next = Math.min(tcb.unsent, tcb.currentMss() + (tcb.finQueued ? 1 : 0))
  return tcb.unsent > 0 && next <= distance(tcb.windowEnd, tcb.snd.nxt)
}

/**
 * What an acknowledgment says of the probe (RFC 8985, 7.4; Linux: tcp_process_tlp_ack): `duplicate`, it says
 * nothing new; `reported`, its DSACK names the probe.
 */
export function probeAcknowledged(tcb: Tcb, ack: number, duplicate: boolean, reported: boolean, now: number): void {
  const { probe, recovery } = tcb
  if (before(ack, probe.end)) return
  if (!probe.repeats || reported) {
    probe.outstanding = false
  } else if (after(ack, probe.end)) {
    // Original and probe were one: one of them was lost.
    probe.outstanding = false
    if (!recovery.repairing) recovery.reduceOnce(now)
    tcb.counters.TCPLossProbeRecovery += 1
  } else if (duplicate) {
    // The second acknowledgment of the same: both have arrived.
    probe.outstanding = false
  }
}
