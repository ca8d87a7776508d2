import type { Field } from 'estab/trace'
import { ACK, PROTOCOL_TCP, SYN } from 'estab/wire'
import type { Packets } from '../run/packets.ts'
import type { RunConnection } from '../run/run.ts'
import { segmentOf } from './read-packet.ts'

/** What a number in a header comes to on its connection. */
export type FieldNote =
  /** So much behind the initial sequence number. */
  | { readonly kind: 'relative'; readonly value: number }
  /** A window of so many bytes, the field shifted by `shift`. */
  | { readonly kind: 'window'; readonly value: number; readonly shift: number }

/** What a field of a packet's header means beyond its bits; null = nothing more, or not known. */
export function noteOn(
  packets: Packets,
  index: number,
  connection: RunConnection | undefined,
  { name, value }: Field,
): FieldNote | null {
  const { end, flags, protocol } = packets.at(index)
  if (connection === undefined || protocol !== PROTOCOL_TCP) return null
  const number = Number(value)
  switch (name) {
    case 'tcp.seq':
      return relative(number, connection.initial[end])
    case 'tcp.ack':
      return flags & ACK ? relative(number, connection.initial[end === 0 ? 1 : 0]) : null
    case 'tcp.option.sack.left':
    case 'tcp.option.sack.right':
      return relative(number, connection.initial[end === 0 ? 1 : 0])
    case 'tcp.window': {
      const shift = flags & SYN ? 0 : shiftOf(packets, index)
      return shift < 0 ? null : { kind: 'window', value: number * 2 ** shift, shift }
    }
    default:
      return null
  }
}

function relative(number: number, initial: number): FieldNote | null {
  return initial < 0 ? null : { kind: 'relative', value: (number - initial) >>> 0 }
}

/** By how much the window of a segment's sender is shifted: as its SYN said, if the other's SYN had the option, too; -1 = not known. */
export function shiftOf(packets: Packets, index: number): number {
  const [connections, ends, flags] = [packets.column('connection'), packets.column('end'), packets.column('flags')]
  const { connection, end } = packets.at(index)
  let [own, other] = [-2, -2]
  for (let i = index - 1; i >= 0 && (own === -2 || other === -2); i -= 1) {
    if (connections[i] !== connection || !(flags[i] & SYN)) continue
    const shift = segmentOf(packets.at(i))?.windowScale ?? -2
    if (ends[i] === end) {
      if (own === -2) own = shift
    } else if (other === -2) other = shift
  }
  if (own === -2 || other === -2) return -1
  return own < 0 || other < 0 ? 0 : Math.min(own, 14)
}
