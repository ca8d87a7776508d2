import { persistDelay } from './acknowledge.ts'
import { SACKED } from './flight.ts'
import { detect, resentOut } from './recover.ts'
import { lossProbeTimeout } from './tail-loss.ts'
import type { Tcb } from './tcb.ts'

/** Lets every timer that is due fire (RFC 9293, 3.10.8). Only records what is owed. */
export function fireTimers(tcb: Tcb, now: number): void {
  const { timers } = tcb
  if (now >= timers.timeWait) {
    timers.timeWait = Number.POSITIVE_INFINITY
    // 2 MSL are over, or an orphan has waited long enough for the peer's FIN.
    tcb.finish('')
    return
  }
  if (now >= timers.reorder) reorderWindowOver(tcb, now)
  // At the same time as the retransmission timer the probe goes first, and puts that off.
  if (now >= timers.lossProbe) lossProbeTimeout(tcb, now)
  if (now >= timers.retransmit) retransmissionTimeout(tcb, now)
  if (now >= timers.persist) persistTimeout(tcb, now)
  if (now >= timers.keepalive) keepaliveTimeout(tcb, now)
  if (now >= timers.delayedAck) {
    timers.delayedAck = Number.POSITIVE_INFINITY
    if (tcb.acks.owed === 'delayed') {
      tcb.counters.DelayedACKs += 1
      tcb.acks.delayOver(tcb.rtt.rto)
    }
  }
}

/** What was overtaken and has not come within the reordering window is lost (RFC 8985, 6.3). */
function reorderWindowOver(tcb: Tcb, now: number): void {
  const { timers, flight, recovery } = tcb
  timers.reorder = Number.POSITIVE_INFINITY
  if (flight.count === 0) return
  detect(tcb, false, now)
  if (flight.lostOut > 0 && !recovery.repairing) {
    recovery.enter('reorder-timeout', tcb.snd.una, tcb.snd.nxt, resentOut(tcb), now)
    tcb.counters.TCPSackRecovery += 1
    // The first retransmission always goes (RFC 6937, 3.1).
    recovery.proportion(1, flight.pipe, false, true)
  }
}

/** RETRANSMISSION TIMEOUT (RFC 9293, 3.10.8; RFC 6298, 5.4 to 5.7). */
function retransmissionTimeout(tcb: Tcb, now: number): void {
  const { timers, flight, recovery, rtt, counters, config } = tcb
  timers.retransmit = Number.POSITIVE_INFINITY
  if (flight.count === 0) return
  if (tcb.state === 'SYN-SENT' || tcb.state === 'SYN-RECEIVED') {
    synTimeout(tcb, now)
    return
  }
  if (sacrificed(tcb) || (tcb.retransmits > 0 && timedOut(tcb, now))) return
  counters.TCPTimeouts += 1
  // The head was sacked, and yet the peer does not acknowledge it: it has thrown it away (RFC 2018, 8; RFC 2018, 5 a).
  if (flight.flags(0) & SACKED) {
    counters.TCPSACKReneging += 1
    flight.forgetSacks()
  }
  if (!tcb.useSack) {
    flight.sackedOut = 0
    tcb.loss.duplicateAcks = 0
  }
  // What was sent a moment ago may still arrive (RFC 8985, 6.3).
  flight.loseAll(now - tcb.loss.patience)
  recovery.timeout(tcb.snd.una, tcb.snd.nxt, flight.pipe, resentOut(tcb), tcb.retransmits, now)
  if (!config.tcp_frto) recovery.suspect = false
  tcb.probe.clear()
  if (tcb.retransmits === 0) tcb.retransmitStart = now
  tcb.retransmits += 1
  // In a closed window the peer may well be there.
  if (tcb.snd.wnd > 0) doubt(tcb)
  rtt.back()
  timers.retransmit = now + clampToUserTimeout(tcb, rtt.rto, tcb.retransmitStart, now)
  timers.reorder = Number.POSITIVE_INFINITY
  timers.lossProbe = Number.POSITIVE_INFINITY
}

function synTimeout(tcb: Tcb, now: number): void {
  const { timers, rtt, counters, options, config } = tcb
  // RFC 4987, 3.3: a half-open connection is given up soon.
  const limit = tcb.passive ? Math.min(config.tcp_synack_retries, tcb.synAckPatience) : options.synRetries
  const userTimeout = userTimeoutOf(tcb) * 1000
  if (tcb.retransmits >= limit || (userTimeout > 0 && now - tcb.createdAt >= userTimeout)) {
    counters.TCPAbortOnTimeout += 1
    counters.TcpAttemptFails += 1
    tcb.finish(tcb.softError === '' ? 'ETIMEDOUT' : tcb.softError)
    return
  }
  counters.TCPTimeouts += 1
  tcb.retransmits += 1
  doubt(tcb)
  rtt.back()
  tcb.owedSyn = tcb.state === 'SYN-SENT' ? 'open-again' : 'answer-again'
  timers.retransmit = now + clampToUserTimeout(tcb, rtt.rto, tcb.createdAt, now)
  // More than one lost SYN means a window of one segment (RFC 6928, 2).
  if (tcb.retransmits > 1) tcb.congestion.cwnd = 1
}

/**
 * From R1 on (RFC 9293, 3.8.3, MUST-20; for a SYN, too, MUST-22): IP is advised that the route may be dead (Linux:
 * dst_negative_advice), and before the connection is given up its user can learn of it (SHLD-9).
 */
function doubt(tcb: Tcb): void {
  const { tcp_retries1: threshold } = tcb.config
  if (tcb.retransmits < threshold) return
  tcb.doubtsRoute = true
  if (tcb.retransmits === threshold && tcb.softError === '') tcb.report('ETIMEDOUT')
}

/** R2 (RFC 9293, 3.8.3, MUST-20) or the user timeout is reached: the connection is given up. */
function timedOut(tcb: Tcb, now: number): boolean {
  const { config } = tcb
  if (tcb.snd.wnd === 0 && !tcb.orphaned) {
    // The peer has taken its window back: while it answers, this goes on (RFC 9293, 3.8.6, MUST-35, MUST-37).
    if (!closedTooLong(tcb, now)) return false
    return giveUp(tcb)
  }
  const retries = tcb.orphaned ? config.tcp_orphan_retries || 8 : config.tcp_retries2
  // MUST-21: the user may have set R2.
  const userTimeout = userTimeoutOf(tcb) * 1000
  const limit = userTimeout > 0 ? userTimeout : modelTimeout(tcb, retries)
  return now - tcb.retransmitStart >= limit && giveUp(tcb)
}

/** SHLD-17: in a closed window twice the greatest RTO without a word from the peer (Linux: tcp_rtx_probe0_timed_out). */
function closedTooLong(tcb: Tcb, now: number): boolean {
  const { config } = tcb
  const userTimeout = userTimeoutOf(tcb) * 1000
  let limit = 2 * config.tcp_rto_max_us
  const resending = now - tcb.retransmitStart
  if (userTimeout > 0) {
    if (resending > userTimeout) return true
    limit = Math.min(limit, userTimeout)
  }
  return now - tcb.lastSegmentReceivedAt > limit && resending > limit
}

/** Memory is exhausted, and an orphan that its peer does not answer holds some of it (Linux: tcp_out_of_resources). */
function sacrificed(tcb: Tcb): boolean {
  if (!tcb.orphaned || !tcb.outOfMemory) return false
  tcb.counters.TCPAbortOnMemory += 1
  tcb.owesReset('abort-scarcity')
  tcb.finish('')
  return true
}

function giveUp(tcb: Tcb): true {
  tcb.counters.TCPAbortOnTimeout += 1
  tcb.finish(tcb.softError === '' ? 'ETIMEDOUT' : tcb.softError)
  return true
}

/** The time that `retries` backed-off timeouts take from the least RTO on (Linux: tcp_model_timeout). */
function modelTimeout(tcb: Tcb, retries: number): number {
  const { tcp_rto_min_us: least, tcp_rto_max_us: most } = tcb.config
  let linear = 0
  while (least * 2 ** (linear + 1) <= most) linear += 1
  if (retries <= linear) return (2 ** (retries + 1) - 1) * least
  return (2 ** (linear + 1) - 1) * least + (retries - linear) * most
}

/** A timer that would pass the user timeout fires on it (Linux: tcp_clamp_rto_to_user_timeout). */
function clampToUserTimeout(tcb: Tcb, delay: number, since: number, now: number): number {
  const userTimeout = userTimeoutOf(tcb) * 1000
  if (userTimeout === 0) return delay
  const left = since + userTimeout - now
  return Math.max(1, Math.min(delay, left))
}

/** The window is closed: probe it, without end while the peer answers (RFC 9293, 3.8.6.1, MUST-36, MUST-37). */
function persistTimeout(tcb: Tcb, now: number): void {
  const { timers, config } = tcb
  timers.persist = Number.POSITIVE_INFINITY
  if (tcb.flight.count > 0 || tcb.unsent === 0) {
    tcb.persistBackoff = 0
    tcb.probesOut = 0
    return
  }
  if (sacrificed(tcb)) return
  if (tcb.probesOut === 0) tcb.probingSince = now
  const retries = tcb.orphaned ? config.tcp_orphan_retries || 8 : config.tcp_retries2
  const userTimeout = userTimeoutOf(tcb) * 1000
  const givenUp = userTimeout > 0 ? now - tcb.probingSince >= userTimeout : tcb.probesOut >= retries
  if ((tcb.probesOut > 0 && givenUp) || heldOpen(tcb)) {
    giveUp(tcb)
    return
  }
  tcb.counters.TCPWinProbe += 1
  tcb.probesOut += 1
  tcb.persistBackoff += 1
  tcb.owedProbe = 'window-probe'
  timers.persist = now + clampToUserTimeout(tcb, persistDelay(tcb), tcb.probingSince, now)
}

/**
 * Nobody owns the connection any more, and a peer that answers every probe with a closed window could hold it for
 * ever: once the probes are as far apart as they get, it has had its chance (RFC 6429; as Linux).
 */
function heldOpen(tcb: Tcb): boolean {
  if (!tcb.orphaned || persistDelay(tcb) < tcb.config.tcp_rto_max_us) return false
  return tcb.persistBackoff >= tcb.config.tcp_orphan_retries
}

/** Nothing was heard for long: ask (RFC 9293, 3.8.4, MUST-24). */
function keepaliveTimeout(tcb: Tcb, now: number): void {
  const { timers, options } = tcb
  timers.keepalive = Number.POSITIVE_INFINITY
  if (!options.keepAlive || tcb.state === 'SYN-SENT' || tcb.state === 'SYN-RECEIVED') return
  const idle = options.keepIdle * 1_000_000
  const silent = now - tcb.lastSegmentReceivedAt
  // MUST-26; data that waits for an acknowledgment has timers of its own.
  if (tcb.flight.count > 0 || tcb.unsent > 0) {
    timers.keepalive = now + idle
    return
  }
  if (silent < idle) {
    timers.keepalive = tcb.lastSegmentReceivedAt + idle
    return
  }
  const userTimeout = userTimeoutOf(tcb) * 1000
  // MUST-29: several in a row.
  const dead = userTimeout > 0 ? silent >= userTimeout && tcb.probesOut > 0 : tcb.probesOut >= options.keepCount
  if (dead) {
    tcb.owesReset('abort-silence')
    giveUp(tcb)
    return
  }
  tcb.counters.TCPKeepAlive += 1
  tcb.probesOut += 1
  tcb.owedProbe = 'keepalive'
  timers.keepalive = now + options.keepInterval * 1_000_000
}

/** After how many milliseconds without an acknowledgment the connection is given up: what its user says, or both ends; 0 = by tcp_retries2. */
function userTimeoutOf(tcb: Tcb): number {
  const { options, userTimeout } = tcb
  return options.userTimeout > 0 ? options.userTimeout : userTimeout.agreed(options.offeredUserTimeout)
}
