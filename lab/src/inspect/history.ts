import { ACK, FIN, PROTOCOL_TCP, RST, SYN, seq } from 'estab/wire'
import { MARKS, type Packets } from '../run/packets.ts'

/** What had been said on a connection when one of its segments was sent. Sequence numbers are absolute; -1 = not known. */
export interface History {
  /** One past the highest octet that the same end had sent. */
  readonly sent: number
  /** One past the highest octet that the other end had sent. */
  readonly peerSent: number
  /** The window field that the sender had received last; -1 = none. */
  readonly peerWindow: number
  /** Segments right before this one that acknowledged just the same and carried nothing. */
  readonly sameAcks: number
  /** The other end's SYN, an index; -1 = none. */
  readonly peerSyn: number
}

/** Looks through all that was sent before. */
export function historyOf(packets: Packets, index: number): History {
  const columns = [
    'connection',
    'end',
    'from',
    'to',
    'flags',
    'seq',
    'ack',
    'length',
    'window',
    'protocol',
    'marks',
    'arrivedAt',
  ] as const
  const [connections, ends, froms, tos, flags, numbers, acks, lengths, windows, protocols, marks, arrivals] =
    columns.map((name) => packets.column(name))
  const { connection, end, from, ack, window, sentAt, protocol } = packets.at(index)
  let [sent, peerSent, peerWindow, sameAcks, peerSyn] = [-1, -1, -1, 0, -1]
  if (connection < 0 || protocol !== PROTOCOL_TCP) return { sent, peerSent, peerWindow, sameAcks, peerSyn }
  for (let i = 0; i < index; i += 1) {
    if (connections[i] !== connection || protocols[i] !== PROTOCOL_TCP || marks[i] & (MARKS.forged | MARKS.duplicate))
      continue
    const size = lengths[i] + (flags[i] & SYN ? 1 : 0) + (flags[i] & FIN ? 1 : 0)
    const last = seq.add(numbers[i], size)
    if (ends[i] === end) {
      if (!(flags[i] & RST) && (sent < 0 || seq.after(last, sent))) sent = last
      if (froms[i] !== from) continue
      const same = size === 0 && flags[i] & ACK && acks[i] === ack && windows[i] === window
      sameAcks = same ? sameAcks + 1 : 0
    } else {
      if (flags[i] & SYN) peerSyn = i
      if (!(flags[i] & RST) && (peerSent < 0 || seq.after(last, peerSent))) peerSent = last
      if (tos[i] === from && arrivals[i] <= sentAt) peerWindow = windows[i]
    }
  }
  return { sent, peerSent, peerWindow, sameAcks, peerSyn }
}
