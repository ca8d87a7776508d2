import { add, after, distance } from '../wire/seq.ts'
import type { TcpSegment } from '../wire/tcp.ts'
import { arriveInOther } from './arrives.ts'
import { SYN_OPTION_ROOM } from './fast-open.ts'
import { HAS_FIN } from './flight.ts'
import { answered, arriveInListen, arriveInSynSent, openActive, takeSynText } from './handshake.ts'
import { nextSegment } from './output.ts'
import type { TimestampMemory } from './paws.ts'
import type { Reason } from './reason.ts'
import type { SocketOptions } from './socket-options.ts'
import type { State } from './states.ts'
import { Tcb, type TcbSetup, type TcpErrorCode } from './tcb.ts'
import { judgeLate, TW_REOPEN } from './time-wait.ts'
import { fireTimers } from './timeouts.ts'

/** How the path and its ends look from the connection. */
export interface PathSetup {
  /** Largest TCP payload without options that the path carries: MTU less IP header less 20. */
  readonly mss: number
  /** The same where the peer's SYN names no MSS (RFC 9293, 3.7.1, MUST-15): 536 over IPv4, 1220 over IPv6. */
  readonly defaultMss: number
  /** Initial sequence number (RFC 9293, 3.4.1). */
  readonly iss: number
  /** Added to the timestamp clock, milliseconds. */
  readonly timestampOffset: number
  /** What an incarnation in TIME-WAIT remembers whose place this one takes (RFC 6191); null or absent = there is none. */
  readonly predecessor?: TimestampMemory | null
}

/** States in which no keepalive is sent. */
const UNKEPT: ReadonlySet<State> = new Set(['CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED', 'TIME-WAIT'])

/**
 * One TCP connection (RFC 9293), without I/O: it knows no IP, host or clock. Four verbs drive it:
 * `receive` and `tick` record what is owed, `poll` sends it, `deadline` says when to tick again.
 * Beside them stand the user calls of RFC 9293, 3.9.1; after each of them poll, too.
 * All times are integer microseconds of the caller's clock.
 */
export class Connection {
  /** The transmission control block, to look at. */
  readonly tcb: Tcb
  private readonly iss: number

  constructor(setup: TcbSetup, path: PathSetup) {
    this.tcb = new Tcb(setup)
    this.iss = path.iss
    this.tcb.advertisedMss = path.mss
    this.tcb.pathMss = path.mss
    this.tcb.defaultMss = path.defaultMss
    this.tcb.tsOffset = path.timestampOffset
    if (path.predecessor?.useTimestamps) {
      this.tcb.tsRecent = path.predecessor.tsRecent
      this.tcb.tsRecentAt = path.predecessor.tsRecentAt
    }
  }

  get state(): State {
    return this.tcb.state
  }

  get options(): SocketOptions {
    return this.tcb.options
  }

  /** Takes one segment that is addressed to this connection and whose checksum is right. */
  receive(segment: TcpSegment, now: number): void {
    const { tcb } = this
    tcb.segmentsIn += 1
    switch (tcb.state) {
      case 'CLOSED':
        return
      case 'LISTEN':
        arriveInListen(tcb, segment, this.iss, now)
        return
      case 'SYN-SENT':
        arriveInSynSent(tcb, segment, now)
        return
      default:
        arriveInOther(tcb, segment, now)
    }
  }

  /** Lets the timers that are due fire. */
  tick(now: number): void {
    if (now >= this.tcb.timers.next) fireTimers(this.tcb, now)
  }

  /** Fills `out` with the next segment owed, but for the ports; false = nothing is owed. */
  poll(now: number, out: TcpSegment): boolean {
    return nextSegment(this.tcb, now, out)
  }

  /** When `tick` must next be called; Infinity = never. */
  deadline(): number {
    return this.tcb.timers.next
  }

  /** OPEN, active: from CLOSED or LISTEN to SYN-SENT. */
  connect(now: number): void {
    openActive(this.tcb, this.iss, now)
  }

  /** OPEN, passive: from CLOSED to LISTEN, where the next SYN is answered. */
  listen(): void {
    this.tcb.move('LISTEN')
  }

  /**
   * OPEN, passive, after a SYN,ACK that was sent without this connection (SYN cookies, RFC 4987, 3.6): from
   * CLOSED to SYN-RECEIVED, where the third ACK may come. `syn`: what it answered.
   */
  resume(syn: TcpSegment, now: number): void {
    this.listen()
    arriveInListen(this.tcb, syn, this.iss, now)
    answered(this.tcb)
  }

  /**
   * Before an active open, by TCP Fast Open: the SYN carries `cookie` and up to `room` bytes of what was
   * written (RFC 7413, 4.2.2); an empty cookie asks for one, null carries data without any.
   */
  openFast(cookie: Uint8Array | null, room: number): void {
    const fastOpen = this.tcb.useFastOpen()
    if (cookie !== null) fastOpen.offer(cookie)
    fastOpen.synRoom = Math.max(0, Math.min(room, this.tcb.pathMss) - SYN_OPTION_ROOM)
  }

  /**
   * In SYN-RECEIVED, before the SYN,ACK is sent: the peer is known by its cookie. The SYN's text is taken, and
   * data may go before the third ACK (RFC 7413, 4.2.2).
   */
  acceptFast(syn: TcpSegment, now: number): void {
    this.tcb.useFastOpen().accepted = true
    takeSynText(this.tcb, syn, now)
  }

  /** In SYN-RECEIVED, before the SYN,ACK is sent: it brings the peer this cookie (RFC 7413, 4.1.2). */
  grantCookie(cookie: Uint8Array): void {
    this.tcb.useFastOpen().offer(cookie)
  }

  /** SEND: takes as many of the bytes as there is room for, and keeps them (MAY-14); returns how many. 0 once closed. */
  write(from: Uint8Array, start: number, length: number): number {
    const { tcb } = this
    if (!this.canWrite) return 0
    const count = tcb.sendBuffer.write(from, start, length)
    if (count < length) tcb.wantsRoom = true
    return count
  }

  /** Whether the user may still send: no FIN is queued, the connection is not over. */
  get canWrite(): boolean {
    const { state, finQueued } = this.tcb
    return (
      !finQueued &&
      (state === 'ESTABLISHED' || state === 'CLOSE-WAIT' || state === 'SYN-SENT' || state === 'SYN-RECEIVED')
    )
  }

  /** SEND with the URGENT flag: everything written so far is urgent (RFC 9293, 3.8.5, MUST-30), nothing else is (SHLD-13). */
  markUrgent(): void {
    this.tcb.snd.up = this.tcb.sendBuffer.end
  }

  /** RECEIVE: copies up to `length` bytes in order; returns how many, 0 when none waits. */
  read(to: Uint8Array, start: number, length: number, now: number): number {
    const { tcb } = this
    const count = tcb.reassembly.read(to, start, length)
    if (count > 0) this.afterRead(count, now)
    return count
  }

  /** Bytes that `read` would find. */
  get readable(): number {
    return this.tcb.reassembly.readable
  }

  /** The peer has sent FIN and everything before it was read. */
  get ended(): boolean {
    if (this.tcb.reassembly.readable > 0) return false
    switch (this.tcb.state) {
      case 'CLOSE-WAIT':
      case 'CLOSING':
      case 'LAST-ACK':
      case 'TIME-WAIT':
      case 'CLOSED':
        return true
      default:
        return false
    }
  }

  /** Bytes not yet read up to the urgent pointer; 0 = no urgent data ahead (SIOCATMARK; RFC 9293, 3.8.5, MUST-33). */
  get urgentAhead(): number {
    const { rcv, reassembly } = this.tcb
    return Math.max(0, distance(rcv.up, add(rcv.nxt, -reassembly.readable)))
  }

  /** CLOSE of the sending side: a FIN goes after the last byte; receiving goes on (RFC 9293, 3.6.1). */
  shutdown(): void {
    const { tcb } = this
    if (tcb.finQueued) return
    switch (tcb.state) {
      case 'LISTEN':
      case 'SYN-SENT':
        tcb.finish('')
        return
      case 'SYN-RECEIVED':
        // Waits for the ACK of our SYN.
        tcb.finQueued = true
        return
      case 'ESTABLISHED':
        tcb.finQueued = true
        tcb.move('FIN-WAIT-1')
        return
      case 'CLOSE-WAIT':
        tcb.finQueued = true
        tcb.move('LAST-ACK')
        return
      default:
    }
  }

  /**
   * CLOSE of both sides, for a user who goes away. Unread data means that data was lost, and the
   * peer is told by a RST (RFC 2525, 2.17; RFC 9293, 3.6.1, SHLD-3).
   */
  close(now: number): void {
    const { tcb } = this
    if (tcb.state === 'CLOSED' || tcb.state === 'TIME-WAIT') tcb.reassembly.clear()
    if (tcb.state === 'CLOSED' || tcb.orphaned) return
    if (tcb.reassembly.readable > 0) {
      tcb.counters.TCPAbortOnClose += 1
      this.abort('abort-unread')
      return
    }
    this.shutdown()
    tcb.orphaned = true
    if (this.state === 'FIN-WAIT-2') tcb.timers.timeWait = now + tcb.options.finTimeout * 1_000_000
  }

  /** ABORT: RST where the peer knows of the connection, and CLOSED (RFC 9293, 3.10.5). */
  abort(reason: Reason = 'abort'): void {
    const { tcb } = this
    tcb.reassembly.clear()
    switch (tcb.state) {
      case 'CLOSED':
        return
      case 'SYN-RECEIVED':
      case 'ESTABLISHED':
      case 'FIN-WAIT-1':
      case 'FIN-WAIT-2':
      case 'CLOSE-WAIT':
      case 'CLOSING':
      case 'LAST-ACK':
        tcb.owesReset(reason)
        break
      default:
    }
    tcb.finish('')
  }

  /**
   * What ICMP says of a segment of ours with sequence number `seq` (RFC 5927, 4.1): hard errors end
   * only an attempt to open (RFC 9293, 3.9.2.2), others are remembered. False = not of this connection's flight.
   */
  icmpError(code: TcpErrorCode, seq: number, hard: boolean): boolean {
    const { tcb } = this
    if (!this.inFlight(seq)) return false
    if (hard && (tcb.state === 'SYN-SENT' || tcb.state === 'SYN-RECEIVED')) {
      tcb.counters.TcpAttemptFails += 1
      tcb.finish(code)
    } else {
      tcb.report(code) // SHLD-25
    }
    return true
  }

  /** Whether `seq` was sent and is not acknowledged (RFC 5927, 4.1). */
  inFlight(seq: number): boolean {
    const { snd } = this.tcb
    return this.tcb.flight.count > 0 && !after(snd.una, seq) && after(snd.nxt, seq)
  }

  /** The path has changed: segments carry at most `mss` bytes (RFC 9293, 3.7.2; RFC 1191, 8201). */
  setPathMss(mss: number, now: number): void {
    const { tcb } = this
    const before = tcb.currentMss()
    tcb.pathMss = mss
    if (tcb.currentMss() >= before || tcb.state === 'SYN-SENT') return
    // What was too large is lost, and goes again in smaller pieces; this is no congestion.
    const limit = tcb.currentMss()
    for (let i = 0; i < tcb.flight.count; i += 1) {
      const tooLong = distance(tcb.flight.end(i), tcb.flight.seq(i)) - (tcb.flight.flags(i) & HAS_FIN ? 1 : 0) > limit
      if (tooLong) tcb.flight.lose(i)
    }
    if (tcb.flight.lostOut === 0) return
    tcb.recovery.repack('path-mtu', tcb.snd.nxt)
    tcb.timers.retransmit = now + tcb.rtt.rto
  }

  /** Keepalive on or off (MAY-5; SO_KEEPALIVE). */
  setKeepAlive(on: boolean, now: number): void {
    const { tcb } = this
    tcb.options.keepAlive = on
    const since = Math.max(tcb.lastSegmentReceivedAt, tcb.createdAt)
    // Before, `established` starts it; after, there is nothing to keep.
    const alive = on && !UNKEPT.has(tcb.state)
    tcb.timers.keepalive = alive ? Math.max(now, since + tcb.options.keepIdle * 1_000_000) : Number.POSITIVE_INFINITY
  }

  /** The events since the last call, as bits. */
  takeEvents(): number {
    const { events } = this.tcb
    this.tcb.events = 0
    return events
  }

  /**
   * In TIME-WAIT: whether `segment` is a SYN of a new incarnation, newer by sequence number or by
   * timestamp, for which this one may go (RFC 9293, 3.6.1, MAY-2; RFC 6191).
   */
  yieldsTo(segment: TcpSegment): boolean {
    const { tcb } = this
    if (tcb.state !== 'TIME-WAIT') return false
    // How old its last timestamp is has no part in what is said of a SYN.
    return (judgeLate(segment, tcb.rcv.nxt, tcb, false, tcb.tsRecentAt) & TW_REOPEN) !== 0
  }

  /** Reading has made room: tell the peer if it is worth a segment, and learn how fast the user reads. */
  private afterRead(count: number, now: number): void {
    const { tcb } = this
    const { acks, reassembly, rcv, window } = tcb
    window.read(count, tcb.advertisedMss, now)
    // RCV.UP must not fall behind and then look ahead once the space has wrapped.
    const at = add(rcv.nxt, -reassembly.readable)
    if (after(at, rcv.up)) rcv.up = at
    if (acks.owed === 'delayed') {
      const due = distance(rcv.nxt, acks.lastSent) > acks.receiveMss
      if (due) acks.demand('ack-every-second')
      else if (reassembly.readable === 0 && acks.emptied()) acks.demand('ack-read')
    }
    if (acks.owed === 'now' || tcb.state === 'CLOSE-WAIT' || this.ended) return
    if (window.worthTelling(acks.lastSent, rcv.nxt, reassembly.readable, acks.receiveMss)) {
      acks.demand('window-update')
    }
  }
}
