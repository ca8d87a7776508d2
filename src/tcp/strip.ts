import { add } from '../wire/seq.ts'
import { EVER_RETRANSMITTED, LOST, RETRANSMITTED, SACKED } from './flight.ts'
import type { Tcb } from './tcb.ts'

/** What has become of octets that were sent: 'resent' is in flight again, 'unsent' waits; SYN and FIN are octets, too. */
export type SendingFate = 'sent' | 'sacked' | 'lost' | 'resent' | 'unsent'
/** What has become of octets that were received: 'unread' waits for the user, 'waiting' for what is missing before it. */
export type ReceivingFate = 'unread' | 'waiting'

/** A stretch of sequence space, `to` not included. */
export interface StripPiece<What extends string> {
  readonly from: number
  readonly to: number
  readonly what: What
}

/** Most pieces of a strip; what lies behind is not told. */
export const MAX_STRIP = 256

/** A sequence space by what has become of it: ascending, equal neighbours in one. */
class Strip<What extends string> {
  readonly pieces: StripPiece<What>[] = []

  add(from: number, to: number, what: What): void {
    const last = this.pieces.at(-1)
    if (last?.what === what && last.to === from) this.pieces[this.pieces.length - 1] = { ...last, to }
    else if (from !== to && this.pieces.length < MAX_STRIP) this.pieces.push({ from, to, what })
  }
}

/** From SND.UNA to the end of what was written and the FIN behind it. */
export function sendingStrip(tcb: Tcb): StripPiece<SendingFate>[] {
  const { flight, snd } = tcb
  const strip = new Strip<SendingFate>()
  for (let i = 0; i < flight.count; i += 1) strip.add(flight.seq(i), flight.end(i), fate(flight.flags(i)))
  strip.add(snd.nxt, add(snd.nxt, tcb.unsent), 'unsent')
  return strip.pieces
}

function fate(flags: number): SendingFate {
  if (flags & SACKED) return 'sacked'
  if ((flags & (LOST | RETRANSMITTED)) === LOST) return 'lost'
  return flags & EVER_RETRANSMITTED ? 'resent' : 'sent'
}

/** From the first byte that the user has not read. */
export function receivingStrip(tcb: Tcb): StripPiece<ReceivingFate>[] {
  const { reassembly } = tcb
  const strip = new Strip<ReceivingFate>()
  strip.add(add(reassembly.inOrder, -reassembly.readable), reassembly.inOrder, 'unread')
  for (let i = 0; i < reassembly.pieces; i += 1) strip.add(reassembly.left(i), reassembly.right(i), 'waiting')
  return strip.pieces
}
