import { before } from '../wire/seq.ts'
import type { CongestionControl, CongestionWindow } from './congestion.ts'

/** Where loss recovery stands (Linux: icsk_ca_state). */
export type RecoveryPhase = 'Open' | 'Recovery' | 'Loss'

/**
 * What happens to the congestion window when segments are lost: fast recovery with proportional
 * rate reduction (RFC 6582, RFC 6937), and slow start after a timeout (RFC 5681, 3.1).
 */
export class Recovery {
  phase: RecoveryPhase = 'Open'
  /** SND.NXT when the phase began: it ends when this is acknowledged (RFC 6582: recover). */
  private highSeq = 0
  private priorCwnd = 0
  private delivered = 0
  /** Segments sent since the reduction began (prr_out). */
  private out = 0
  private readonly window: CongestionWindow
  private readonly control: CongestionControl

  constructor(window: CongestionWindow, control: CongestionControl) {
    this.window = window
    this.control = control
  }

  /** Fast recovery begins: loss is evident, the timer has not fired. */
  enter(nxt: number, now: number): void {
    this.reduce(nxt, now)
    this.phase = 'Recovery'
  }

  /** The retransmission timer has fired (RFC 5681, 3.1): one segment, and slow start. */
  timeout(una: number, nxt: number, pipe: number, now: number): void {
    // A second timeout of the same data does not lower the threshold again.
    if (this.phase !== 'Loss' || !before(una, this.highSeq)) {
      this.window.ssthresh = this.control.threshold(this.window)
      this.control.congested(this.window, now)
    }
    this.window.cwnd = pipe + 1
    this.window.count = 0
    this.phase = 'Loss'
    this.highSeq = nxt
  }

  /** SND.UNA has moved to `una`: is the phase over? Without SACK it must pass the mark (RFC 6582, 3.2, 6). */
  acknowledged(una: number, sack: boolean): void {
    if (this.phase === 'Open' || before(una, this.highSeq)) return
    if (!sack && una === this.highSeq) return
    if (this.phase === 'Recovery') this.window.cwnd = this.window.ssthresh
    this.phase = 'Open'
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

  /** A segment was sent. */
  sent(): void {
    if (this.phase === 'Recovery') this.out += 1
  }

  private reduce(nxt: number, now: number): void {
    this.highSeq = nxt
    this.priorCwnd = this.window.cwnd
    this.delivered = 0
    this.out = 0
    this.window.ssthresh = this.control.threshold(this.window)
    this.control.congested(this.window, now)
    this.window.count = 0
  }
}
