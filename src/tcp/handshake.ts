import { add, after, before } from '../wire/seq.ts'
import { ACK, FIN, RST, SYN, type TcpSegment } from '../wire/tcp.ts'
import { acknowledgeSyn } from './acknowledge.ts'
import { grantsEcn } from './ecn.ts'
import { NO_FAST_OPEN } from './fast-open.ts'
import { hasOldTimestamp } from './paws.ts'
import { CONNECTED, type Tcb, WRITABLE } from './tcb.ts'
import { receiveText } from './text.ts'

/** Until the SYN goes again after a RST to an older connection, microseconds. */
const RETRY_DELAY = 8000

/** OPEN, active (RFC 9293, 3.10.1): a SYN is owed. */
export function openActive(tcb: Tcb, iss: number, now: number): void {
  tcb.move('SYN-SENT')
  tcb.passive = false
  start(tcb, iss, now)
  tcb.counters.TcpActiveOpens += 1
}

/** SEGMENT ARRIVES in LISTEN (RFC 9293, 3.10.7.2); `iss` is for the answer. */
export function arriveInListen(tcb: Tcb, segment: TcpSegment, iss: number, now: number): void {
  if (segment.flags & RST) return
  if (segment.flags & ACK) {
    tcb.replyReset('refusal', segment)
    return
  }
  // A SYN that is a FIN, too, is no attempt to talk (as Linux).
  if ((segment.flags & (SYN | FIN)) !== SYN) return
  tcb.passive = true
  tcb.move('SYN-RECEIVED')
  acceptSyn(tcb, segment, now)
  start(tcb, iss, now)
  // Text in this SYN is not kept: it is not acknowledged, so its sender sends it again (as Linux does).
}

/** The SYN,ACK has gone already, and nobody knows when: it is not sent again, and measures no time. */
export function answered(tcb: Tcb): void {
  tcb.owedSyn = ''
  tcb.snd.nxt = add(tcb.snd.iss, 1)
  tcb.window.honour()
}

/** SEGMENT ARRIVES in SYN-SENT (RFC 9293, 3.10.7.3). */
export function arriveInSynSent(tcb: Tcb, segment: TcpSegment, now: number): void {
  const { snd } = tcb
  const flags = segment.flags
  const acknowledges = (flags & ACK) !== 0
  // First, the ACK bit.
  if (acknowledges && (!after(segment.ack, snd.iss) || after(segment.ack, snd.nxt))) {
    if ((flags & RST) === 0) resetHalfOpen(tcb, segment, now)
    return
  }
  // An answer to an older SYN of ours echoes an older timestamp (RFC 7323, 3.2; Linux: PAWSActive).
  if (acknowledges && segment.hasTimestamps && tcb.useTimestamps && segment.tsEcr !== 0) {
    if (before(segment.tsEcr, tcb.timestamp(tcb.createdAt)) || after(segment.tsEcr, tcb.timestamp(now))) {
      tcb.counters.PAWSActive += 1
      if ((flags & RST) === 0) resetHalfOpen(tcb, segment, now)
      return
    }
  }
  // Second, the RST bit.
  if (flags & RST) {
    if (!acknowledges) return
    tcb.counters.TcpAttemptFails += 1
    tcb.finish('ECONNREFUSED')
    return
  }
  // Third, security: there are no compartments. Fourth, the SYN bit; fifth, neither.
  if ((flags & SYN) === 0) return
  // What our predecessor in TIME-WAIT has heard keeps out a SYN of the past (as Linux).
  if (!acknowledges && hasOldTimestamp(tcb, segment, now)) {
    tcb.counters.PAWSActive += 1
    return
  }
  acceptSyn(tcb, segment, now)
  if (!acknowledges) {
    // Simultaneous open (MUST-10): SYN,ACK of our own SYN.
    tcb.move('SYN-RECEIVED')
    tcb.ecn.crossed(flags)
    snd.wl1 = segment.seq
    snd.wl2 = segment.ack
    tcb.flight.clear()
    // This is no Fast Open: data of our SYN is data to be sent.
    tcb.fastOpen = NO_FAST_OPEN
    snd.nxt = add(snd.iss, 1)
    tcb.timers.retransmit = Number.POSITIVE_INFINITY
    tcb.owedSyn = 'simultaneous-open'
    return
  }
  tcb.ecn.answered(flags)
  acknowledgeSyn(tcb, segment, now)
  if (tcb.fastOpen !== NO_FAST_OPEN) openedFast(tcb, segment)
  established(tcb, segment, now)
  // The third ACK goes at once, or rides on data that waits.
  tcb.acks.demand('ack-handshake')
  // Text and FIN of a SYN,ACK are not kept: not acknowledged, they come again (as Linux does).
}

/** What the SYN,ACK says of our Fast Open (RFC 7413, 4.2.2): a cookie for the next time, and whether our data was taken. */
function openedFast(tcb: Tcb, segment: TcpSegment): void {
  const { fastOpen, flight, counters } = tcb
  if (segment.fastOpenLength > 0) {
    fastOpen.learnedLength = segment.fastOpenLength
    fastOpen.learned.set(segment.fastOpenCookie)
  }
  if (fastOpen.sent === 0) return
  fastOpen.acknowledged = flight.count === 0
  if (fastOpen.acknowledged) {
    counters.TCPFastOpenActive += 1
    return
  }
  // It was not, and goes again at once; that is no congestion (Linux: tcp_non_congestion_loss_retransmit).
  counters.TCPFastOpenActiveFail += 1
  flight.lose(0)
  tcb.recovery.repack('fast-open-refused', tcb.snd.nxt)
}

/** The text of a SYN, from a client known by its cookie (RFC 7413, 4.2.2). */
export function takeSynText(tcb: Tcb, syn: TcpSegment, now: number): void {
  if (syn.payloadLength === 0) return
  syn.seq = add(syn.seq, 1)
  syn.flags &= ~SYN
  receiveText(tcb, syn, now)
}

/**
 * The peer takes part in an older connection: RST, and our SYN again as soon as that is gone (RFC
 * 9293, 3.5.1, figure 9; Linux: TCP_TIMEOUT_MIN).
 */
function resetHalfOpen(tcb: Tcb, segment: TcpSegment, now: number): void {
  tcb.replyReset('reset-half-open', segment)
  if (tcb.retransmits === 0) tcb.timers.retransmit = Math.min(tcb.timers.retransmit, now + RETRY_DELAY)
}

/** ESTABLISHED: the variables that both ways of getting there set alike. */
export function established(tcb: Tcb, segment: TcpSegment, now: number): void {
  tcb.move(tcb.finQueued ? 'FIN-WAIT-1' : 'ESTABLISHED')
  // RFC 7323, 2.2: the window field of a SYN is never scaled.
  const scale = segment.flags & SYN ? 0 : tcb.snd.scale
  tcb.snd.wnd = segment.window << scale
  tcb.snd.maxWnd = Math.max(tcb.snd.maxWnd, tcb.snd.wnd)
  tcb.snd.wl1 = segment.seq
  tcb.snd.wl2 = segment.ack
  tcb.events |= CONNECTED | WRITABLE
  tcb.lastSegmentReceivedAt = now
  const mss = tcb.currentMss()
  tcb.acks.receiveMss = Math.max(88, Math.min(tcb.acks.receiveMss, tcb.advertisedMss, mss))
  if (!tcb.options.sendBufferLocked) tcb.sendBuffer.grow(tcb.congestion.cwnd, tcb.snd.mss, tcb.config.tcp_wmem[2])
  if (tcb.options.keepAlive) tcb.timers.keepalive = now + tcb.options.keepIdle * 1_000_000
}

/**
 * Takes the sequence number and the options of the peer's SYN (RFC 9293, 3.7.1; RFC 7323, 2.2; RFC 7323, 3.2 a;
 * RFC 2018, 4 c).
 */
function acceptSyn(tcb: Tcb, segment: TcpSegment, now: number): void {
  const { snd, rcv, config, passive } = tcb
  rcv.irs = segment.seq
  rcv.nxt = add(segment.seq, 1)
  rcv.up = rcv.nxt
  tcb.reassembly.start(rcv.nxt)
  tcb.acks.lastSent = rcv.nxt
  // MUST-14; MUST-15: without the option the default of the IP version.
  snd.mss = Math.max(segment.mss === 0 ? tcb.defaultMss : segment.mss, config.tcp_min_snd_mss)
  snd.wnd = segment.window
  snd.maxWnd = segment.window
  // Of a SYN of ours counts what it has offered, whatever the settings are by now.
  tcb.useScaling = segment.windowScale >= 0 && (passive ? config.tcp_window_scaling : tcb.useScaling)
  // RFC 7323, 2.3: a shift above 14 counts as 14; RFC 7323, 2.3 a.
  snd.scale = tcb.useScaling ? Math.min(segment.windowScale, 14) : 0
  if (!tcb.useScaling) tcb.window.scale = 0
  tcb.useTimestamps = segment.hasTimestamps && (passive ? config.tcp_timestamps : tcb.useTimestamps)
  if (tcb.useTimestamps) {
    tcb.tsRecent = segment.tsVal
    tcb.tsRecentAt = now
  }
  tcb.userTimeout.received(segment)
  tcb.useSack = segment.sackPermitted && (passive ? config.tcp_sack : tcb.useSack)
  if (tcb.passive) {
    tcb.ecn.begin(grantsEcn(segment, config.tcp_ecn))
    // A SYN,ACK offers only what the SYN offered.
    tcb.window.scale = tcb.useScaling ? tcb.window.wantedScale() : 0
    tcb.window.initial(tcb.advertisedMss - (tcb.useTimestamps ? 12 : 0))
  }
}

/** Chooses where our sequence numbers begin, and owes the first segment. */
function start(tcb: Tcb, iss: number, now: number): void {
  const { snd } = tcb
  snd.iss = iss
  snd.una = iss
  snd.nxt = iss
  snd.up = add(iss, 1)
  snd.sml = iss
  tcb.sendBuffer.start = add(iss, 1)
  tcb.createdAt = now
  tcb.owedSyn = tcb.passive ? 'answer-syn' : 'open'
  if (!tcb.passive) {
    tcb.useScaling = tcb.config.tcp_window_scaling
    tcb.window.scale = tcb.useScaling ? tcb.window.wantedScale() : 0
    tcb.window.initial(tcb.advertisedMss)
    tcb.useTimestamps = tcb.config.tcp_timestamps
    tcb.useSack = tcb.config.tcp_sack
    tcb.ecn.begin(tcb.config.tcp_ecn === 1)
  }
}
