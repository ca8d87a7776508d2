import { ACK, FIN, RST, SYN, seq, type TcpSegment } from 'estab/wire'
import type { SampleName } from '../run/run.ts'

/** The largest shift there is (RFC 7323, 2.3). */
const MAX_SHIFT = 14

/** What a bystander knows of the figures of one end of a connection. */
export class WireEnd {
  /** One past the highest number that it has sent; -1 = none was seen, as in the others. */
  private nxt = -1
  /** Its last acknowledgment number and window, bytes. */
  private ack = -1
  private window = -1
  /** Of its windows; -1 = its SYN asked for none. */
  private shift = -1
  private hasSyn = false
  /** The round trip that is being measured: up to which number, since when. */
  private timed = -1
  private timedAt = 0
  /** Microseconds; 0 = nothing was measured yet. */
  private srtt = 0

  /** It has sent this; `again`: not for the first time. */
  sends(segment: TcpSegment, peer: WireEnd, again: boolean, at: number): void {
    const { flags, seq: first, payloadLength } = segment
    if (flags & RST) return
    if (flags & SYN) {
      this.hasSyn = true
      this.shift = segment.windowScale
    }
    const size = payloadLength + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0)
    const end = seq.add(first, size)
    // RFC 6298, 3 (Karn): what was sent again tells nothing of the time.
    if (again) this.timed = -1
    else if (size > 0 && this.timed < 0) {
      this.timed = end
      this.timedAt = at
    }
    if (this.nxt < 0 || seq.after(end, this.nxt)) this.nxt = end
    if (flags & ACK) this.acknowledges(segment, peer, at)
  }

  private acknowledges({ ack, window, flags }: TcpSegment, peer: WireEnd, at: number): void {
    if (this.ack >= 0 && seq.before(ack, this.ack)) return
    this.ack = ack
    const scaled = this.hasSyn && peer.hasSyn
    const shift = this.shift < 0 || peer.shift < 0 || flags & SYN ? 0 : Math.min(this.shift, MAX_SHIFT)
    this.window = scaled || flags & SYN ? window * 2 ** shift : -1
    if (peer.timed < 0 || seq.before(ack, peer.timed)) return
    const took = at - peer.timedAt
    peer.srtt = peer.srtt === 0 ? took : peer.srtt + (took - peer.srtt) / 8
    peer.timed = -1
  }

  /** What charts are drawn from; the round-trip time is that between here and the peer. */
  sample(peer: WireEnd, at: number): Record<SampleName, number> {
    const { nxt, ack, window, srtt } = this
    return {
      at,
      sndUna: known(peer.ack),
      sndNxt: known(nxt),
      sndWnd: known(peer.window),
      rcvNxt: known(ack),
      rcvWnd: known(window),
      cwnd: Number.NaN,
      ssthresh: Number.NaN,
      srtt: srtt > 0 ? srtt : Number.NaN,
      rto: Number.NaN,
      unsent: Number.NaN,
      unacknowledged: nxt < 0 || peer.ack < 0 ? Number.NaN : Math.max(0, seq.distance(nxt, peer.ack)),
      readable: Number.NaN,
      waiting: Number.NaN,
    }
  }
}

function known(value: number): number {
  return value < 0 ? Number.NaN : value
}
