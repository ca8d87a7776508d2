import { after } from '../wire/seq.ts'
import type { CongestionWindow } from './congestion.ts'

/** Whether the congestion window is what limits sending: only then may it grow (RFC 7661 in Linux's simple form: tcp_cwnd_validate). */
export class WindowUsage {
  /** It was in full use in the last round. */
  private limited = false
  private most = 0
  private roundEnd = 0

  /** Segments were sent, or could not be because the window is full (`limited`); `out` are in flight. */
  note(limited: boolean, out: number, una: number, nxt: number): void {
    if (after(this.roundEnd, una) && !limited && (this.limited || out <= this.most)) return
    this.limited = limited
    this.most = out
    this.roundEnd = nxt
  }

  /** Linux: tcp_is_cwnd_limited. */
  mayGrow(window: CongestionWindow): boolean {
    return this.limited || (window.inSlowStart && window.cwnd < 2 * this.most)
  }
}
