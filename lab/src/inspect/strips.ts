import type { ConnectionStatus } from 'estab'
import { seq } from 'estab/wire'
import type { Edge, Stretch } from './strip-geometry.ts'

export type SendFate = 'sent' | 'sacked' | 'lost' | 'resent' | 'unsent' | 'closed' | 'usable'
export type ReceiveFate = 'unread' | 'waiting' | 'window'

/** A sequence space that is to be drawn; numbers are absolute. */
export interface Space<What extends string> {
  readonly start: number
  readonly end: number
  readonly stretches: readonly Stretch<What>[]
  readonly edges: readonly Edge[]
}

/** From SND.UNA over what is in flight and what waits to the end of the window; null where nothing is known. */
export function sendSpace({ snd, sending }: ConnectionStatus): Space<SendFate> | null {
  if (snd.una < 0 || snd.iss < 0) return null
  const windowEnd = snd.windowEnd < 0 ? snd.nxt : seq.later(snd.windowEnd, snd.una)
  const stretches: Stretch<SendFate>[] = []
  let end = snd.nxt
  for (const { from, to, what } of sending) {
    end = seq.later(to, end)
    if (what !== 'unsent' || snd.windowEnd < 0 || !seq.after(to, windowEnd)) stretches.push({ from, to, what })
    else {
      // What the window holds back is told apart from what may go.
      const middle = seq.later(from, windowEnd)
      if (seq.after(middle, from)) stretches.push({ from, to: middle, what })
      stretches.push({ from: middle, to, what: 'closed' })
    }
  }
  if (seq.after(windowEnd, end)) stretches.push({ from: end, to: windowEnd, what: 'usable' })
  const edges = [
    { name: 'una', at: snd.una },
    { name: 'nxt', at: snd.nxt },
    ...(snd.windowEnd < 0 ? [] : [{ name: 'una+wnd', at: windowEnd }]),
  ]
  return { start: snd.una, end: seq.later(end, windowEnd), stretches, edges }
}

/** From the first byte that was not read to the end of the window; null where nothing is known. */
export function receiveSpace({ rcv, receiving }: ConnectionStatus): Space<ReceiveFate> | null {
  if (rcv.nxt < 0 || rcv.wnd < 0) return null
  const stretches: Stretch<ReceiveFate>[] = []
  let start = rcv.nxt
  let at = rcv.nxt
  for (const piece of receiving) {
    if (seq.before(piece.from, start)) start = piece.from
    if (piece.what === 'waiting' && seq.after(piece.from, at))
      stretches.push({ from: at, to: piece.from, what: 'window' })
    stretches.push(piece)
    if (piece.what === 'waiting') at = seq.later(piece.to, at)
  }
  if (seq.after(rcv.windowEnd, at)) stretches.push({ from: at, to: rcv.windowEnd, what: 'window' })
  const edges = [
    { name: 'nxt', at: rcv.nxt },
    { name: 'nxt+wnd', at: rcv.windowEnd },
  ]
  return { start, end: seq.later(rcv.windowEnd, at), stretches, edges }
}
