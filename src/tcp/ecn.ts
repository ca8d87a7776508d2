import { CE, NOT_ECT } from '../wire/packet.ts'
import { AE, CWR, ECE, SYN, type TcpSegment } from '../wire/tcp.ts'

/** A SYN that asks for ECN (RFC 3168, 6.1.1: ECN-setup SYN packet). */
const ASKS = ECE | CWR

/**
 * Whether a SYN asks for ECN and is granted it; `mode`: tcp_ecn. A SYN goes out without a mark, so that one
 * with a mark has met a network that sets them for its own ends (as Linux); those of Accurate ECN may have one.
 */
export function grantsEcn(syn: TcpSegment, mode: number): boolean {
  if (mode === 0 || (syn.flags & ASKS) !== ASKS) return false
  return syn.ecn === NOT_ECT || (syn.flags & AE) !== 0
}

/** What one connection remembers of Explicit Congestion Notification (RFC 9293, 3.8.2, SHLD-8; RFC 3168, 6.1). */
export class Ecn {
  /** Both ends do it (Linux: TCP_ECN_OK); in SYN-SENT, we have asked. */
  agreed = false
  /** New data goes out as ECT(0). Not when a SYN came or went that did not ask, even if another did (RFC 3168, 6.1.1). */
  marking = false
  /** CE has come and no CWR since: acknowledgments say ECE (Linux: TCP_ECN_DEMAND_CWR). */
  echoing = false
  /** Data has come with a mark (Linux: TCP_ECN_SEEN). */
  seen = false

  /** The handshake begins: we shall ask for it, have granted it, or neither. */
  begin(wanted: boolean): void {
    this.agreed = wanted
    this.marking = wanted
    this.echoing = false
    this.seen = false
  }

  /** The flags of our SYN; `plain`: it goes again, and does not ask this time (RFC 3168, 6.1.1.1). */
  synFlags(plain: boolean): number {
    if (!this.agreed) return 0
    if (!plain) return ASKS
    this.marking = false
    return 0
  }

  /** The answer to our SYN: ECE alone agrees, both flags are those of a host that only repeats them (RFC 3168, 6.1.1). */
  answered(flags: number): void {
    if ((flags & ASKS) !== ECE) this.begin(false)
  }

  /** The peer's SYN has crossed ours, which must have asked all the same. */
  crossed(flags: number): void {
    if ((flags & ASKS) !== ASKS || !this.marking) this.begin(false)
  }

  /** The SYN that we have answered comes again; without the question this time we SHOULD NOT mark (RFC 3168, 6.1.1). */
  repeated(flags: number): void {
    if ((flags & ASKS) !== ASKS) this.marking = false
  }

  /** New data has come with this codepoint (RFC 3168, 6.1.3). True: the next segments are to be acknowledged at once. */
  received(codepoint: number): boolean {
    if (!this.agreed) return false
    // Without a mark, after others with one: most likely sent again (RFC 3168, 6.1.5), by a sender that needs to know (as Linux).
    if (codepoint === NOT_ECT) return this.seen
    this.seen = true
    if (codepoint !== CE || this.echoing) return false
    this.echoing = true
    return true
  }

  /** Whether these flags say that something of ours came with CE (RFC 3168, 6.1.2). */
  hears(flags: number): boolean {
    return this.marking && (flags & (ECE | SYN)) === ECE
  }
}
