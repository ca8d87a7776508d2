import { after, before } from '../wire/seq.ts'
import type { CongestionControl, CongestionWindow } from './congestion.ts'
import type { Reason } from './reason.ts'

/** Where loss recovery stands (Linux: icsk_ca_state). */
export type RecoveryPhase = 'Open' | 'CWR' | 'Recovery' | 'Loss'

/** Why a phase sends again, once what began it has. */
const CONTINUED: Partial<Record<Reason, Reason>> = {
  'retransmission-timeout': 'after-timeout',
  'fast-retransmit': 'partial-ack',
  'reorder-timeout': 'rack',
}

/**
 * What happens to the congestion window when segments are lost: fast recovery with proportional
 * rate reduction (RFC 6582, RFC 6937), and slow start after a timeout (RFC 5681, 3.1); when they are marked, the
 * same reduction without a loss (RFC 3168, 6.1.2). A reduction that proves needless is undone (RFC 3522, RFC 4015,
 * RFC 5682).
 */
export class Recovery {
  phase: RecoveryPhase = 'Open'
  /** Why the next retransmission of this phase is sent; '' = there was no phase yet. */
  reason: Reason | '' = ''
  /** SND.NXT when the phase began: it ends when this is acknowledged (RFC 6582: recover). */
  highSeq = 0
  /** The timeout may have been spurious: the next acknowledgments will tell (RFC 5682: F-RTO). */
  suspect = false
  /** To find out, new data goes before retransmissions (RFC 5682, 3.1, step 2b). */
  newFirst = false
  /** With ECN the first new data after a reduction says CWR (RFC 3168, 6.1.2): is it to be sent, was it, up to `cwrEnd`? */
  cwr: 'none' | 'owed' | 'sent' = 'none'
  private cwrEnd = 0
  private priorCwnd = 0
  /** What the threshold goes back to if the reduction is undone; 0 = it is not: marks tell of congestion for certain. */
  private priorThreshold = 0
  private delivered = 0
  /** Segments sent since the reduction began (prr_out). */
  private out = 0
  /** Retransmissions are watched that may prove needless; SND.UNA when the phase began (Linux: undo_marker). */
  private undoable = false
  private undoSeq = 0
  /** Retransmissions since then that no DSACK has reported as needless; -1 = none was sent. */
  private unreported = -1
  /** When the first retransmission of this phase was sent; -1 = none. */
  firstResentAt = -1
  private readonly window: CongestionWindow
  private readonly control: CongestionControl

  constructor(window: CongestionWindow, control: CongestionControl) {
    this.window = window
    this.control = control
  }

  /** Losses are being repaired (Linux: TCP_CA_Recovery and above). */
  get repairing(): boolean {
    return this.phase === 'Recovery' || this.phase === 'Loss'
  }

  /** The window shrinks in proportion to what is delivered (Linux: tcp_in_cwnd_reduction). */
  get reducing(): boolean {
    return this.phase === 'CWR' || this.phase === 'Recovery'
  }

  /** Fast recovery begins: loss is evident, the timer has not fired. `resent` retransmissions are in the network. */
  enter(reason: Reason, una: number, nxt: number, resent: number, now: number): void {
    this.reason = reason
    this.noteUndo(una, resent)
    // Marks of the same round trip have reduced the window already (RFC 3168, 6.1.2).
    if (this.phase === 'CWR') this.priorThreshold = 0
    else this.beginReduction(nxt, now)
    this.phase = 'Recovery'
  }

  /** New data up to `end` says CWR. */
  announced(end: number): void {
    this.cwr = 'sent'
    this.cwrEnd = end
  }

  /** Everything before `una` has arrived. */
  acknowledged(una: number): void {
    if (this.cwr === 'sent' && !before(una, this.cwrEnd)) this.cwr = 'none'
  }

  /** The peer echoes a mark: whatever reduction is under way is not taken back (Linux: prior_ssthresh). */
  confirm(): void {
    this.priorThreshold = 0
  }

  /**
   * The peer echoes a mark: the window is reduced as after a loss, but once in a round trip (RFC 3168, 6.1.2;
   * Linux: tcp_enter_cwr). While its CWR has not arrived the peer speaks of the time before the last reduction.
   */
  heed(nxt: number, now: number): void {
    this.confirm()
    if (this.phase !== 'Open' || this.cwr !== 'none') return
    this.undoable = false
    this.beginReduction(nxt, now)
    this.phase = 'CWR'
  }

  /**
   * The retransmission timer has fired (RFC 5681, 3.1): one segment, and slow start. `before` timeouts
   * were without progress, `resent` retransmissions and `pipe` segments are in the network.
   */
  timeout(una: number, nxt: number, pipe: number, resent: number, timeouts: number, now: number): void {
    const fresh = !this.repairing
    this.reason = 'retransmission-timeout'
    // A second timeout of the same data does not lower the threshold again, nor one after marks in it.
    if (this.phase === 'Open' || !before(una, this.highSeq) || (this.phase === 'Loss' && timeouts === 0)) {
      this.noteUndo(una, resent)
      this.reduce(now)
    }
    this.window.cwnd = pipe + 1
    this.window.count = 0
    this.cwr = 'owed'
    this.phase = 'Loss'
    this.highSeq = nxt
    this.suspect = fresh || timeouts > 0
    this.newFirst = false
  }

  /** What the path has become too narrow for, or the peer has left, goes again, which is no congestion (Linux: tcp_simple_retransmit). */
  repack(reason: Reason, nxt: number): void {
    this.reason = reason
    if (this.phase === 'Loss') return
    this.phase = 'Loss'
    this.highSeq = nxt
    this.undoable = false
    this.suspect = false
    this.newFirst = false
  }

  /** The phase is over. */
  end(): void {
    if (this.phase === 'CWR' || (this.phase === 'Recovery' && this.undoable)) this.window.cwnd = this.window.ssthresh
    this.open()
  }

  /** Nothing is held against the network any more. */
  open(): void {
    this.phase = 'Open'
    this.suspect = false
    this.newFirst = false
    this.firstResentAt = -1
  }

  /** A loss probe has mended a loss: one reduction, without a phase (RFC 8985, 7.4). */
  reduceOnce(now: number): void {
    this.reduce(now)
    this.window.cwnd = this.window.ssthresh
    this.undoable = false
  }

  /** `delivered` segments have left the network: how many more may go (RFC 6937, 3.1). */
  proportion(delivered: number, pipe: number, advanced: boolean, lost: boolean): void {
    if (delivered <= 0 || this.priorCwnd === 0) return
    this.delivered += delivered
    const delta = this.window.ssthresh - pipe
    let room: number
    if (delta < 0) {
      room = Math.floor((this.window.ssthresh * this.delivered + this.priorCwnd - 1) / this.priorCwnd) - this.out
    } else {
      room = Math.max(this.delivered - this.out, delivered)
      if (advanced && !lost) room += 1
      room = Math.min(delta, room)
    }
    // The first retransmission always goes.
    room = Math.max(room, this.out > 0 ? 0 : 1)
    this.window.cwnd = pipe + room
  }

  /** So many segments were sent. */
  sent(segments: number): void {
    if (this.reducing) this.out += segments
  }

  /** A segment was sent again. */
  resent(now: number): void {
    this.sent(1)
    if (this.reason !== '') this.reason = CONTINUED[this.reason] ?? this.reason
    if (this.firstResentAt < 0) this.firstResentAt = now
    if (this.undoable) this.unreported = Math.max(0, this.unreported) + 1
  }

  /** A DSACK reports that `segments` up to `right` arrived twice. */
  repeated(right: number, segments: number): void {
    if (!this.undoable || this.unreported <= 0 || !after(right, this.undoSeq)) return
    this.unreported = Math.max(0, this.unreported - segments)
  }

  /** Whether the originals have arrived: `delayed`, an echo from before the first retransmission says so. */
  wasNeedless(delayed: boolean): boolean {
    return this.undoable && (this.unreported === 0 || this.firstResentAt < 0 || delayed)
  }

  /** Whether every retransmission was reported as needless (RFC 3708). */
  get allRepeated(): boolean {
    return this.undoable && this.unreported === 0
  }

  /** Takes the reduction back (RFC 4015, 3.2); one that a mark has confirmed is completed instead. */
  undo(): void {
    this.undoable = false
    if (this.priorThreshold === 0) {
      this.window.cwnd = Math.min(this.window.cwnd, this.window.ssthresh)
      return
    }
    this.window.cwnd = Math.max(this.window.cwnd, this.priorCwnd)
    if (this.priorThreshold <= this.window.ssthresh) return
    this.window.ssthresh = this.priorThreshold
    if (this.cwr === 'owed') this.cwr = 'none'
  }

  private noteUndo(una: number, resent: number): void {
    const { cwnd, ssthresh } = this.window
    this.undoable = true
    this.undoSeq = una
    this.unreported = resent > 0 ? resent : -1
    if (resent === 0) this.firstResentAt = -1
    this.priorThreshold = Math.max(ssthresh, (cwnd >> 1) + (cwnd >> 2))
  }

  private beginReduction(nxt: number, now: number): void {
    this.highSeq = nxt
    this.delivered = 0
    this.out = 0
    this.reduce(now)
  }

  private reduce(now: number): void {
    this.cwr = 'owed'
    this.priorCwnd = this.window.cwnd
    this.window.ssthresh = this.control.threshold(this.window)
    this.control.congested(this.window, now)
    this.window.count = 0
  }
}
