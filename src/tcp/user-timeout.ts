import { SYN, type TcpSegment } from '../wire/tcp.ts'

/* What a peer may make of our user timeout, seconds (RFC 5482, 3.1: L_LIMIT, U_LIMIT). */
const LEAST = 100
const MOST = 3600
/** Length of the option, bytes. */
export const USER_TIMEOUT_OPTION = 4

/**
 * The user timeout option (RFC 5482), for those who ask for it: our timeout in our first segments, and the
 * peer's in ours. The longer of the two holds, within limits, as long as the user has set none (3.1).
 */
export class UserTimeout {
  /** The peer's offer, seconds; 0 = none has come. */
  private remote = 0
  /** It goes in the first segment without SYN, too: SYN cookies may have lost it (3.2). */
  owed = false

  /** Milliseconds that both ends have agreed on; 0 = none. `local`: our offer, seconds. */
  agreed(local: number): number {
    if (local === 0 || this.remote === 0) return 0
    return 1000 * Math.min(MOST, Math.max(LEAST, local, this.remote))
  }

  /** An offer has come with any segment; of 0 seconds it is none (RFC 5482, 3.4). */
  received(segment: TcpSegment): void {
    if (segment.userTimeout > 0) this.remote = segment.userTimeout
  }

  /** Fills in our offer: in a SYN, and once after it. */
  send(local: number, out: TcpSegment): void {
    if (out.flags & SYN) this.owed = true
    else if (!this.owed) return
    else this.owed = false
    out.userTimeout = local
  }
}
