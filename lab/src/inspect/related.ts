import { FIN, PROTOCOL_TCP, SYN, seq } from 'estab/wire'
import { MARKS, type Packets } from '../run/packets.ts'

/** The packets that were sent since this one came; in the order of their sending. */
export function answersTo(packets: Packets, index: number): number[] {
  const answers = packets.column('answers')
  const found: number[] = []
  for (let i = index + 1; i < packets.count; i += 1) if (answers[i] === index) found.push(i)
  return found
}

/** The octets of sequence space that a segment takes. */
function sizeOf(packets: Packets, index: number): number {
  const flags = packets.column('flags')[index] ?? 0
  return (packets.column('length')[index] ?? 0) + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0)
}

/** Those that carried some of the same before, on the same wire: the first of them first. Nothing where nothing is carried. */
export function sentBefore(packets: Packets, index: number): number[] {
  const size = sizeOf(packets, index)
  if (size === 0 || packets.column('protocol')[index] !== PROTOCOL_TCP) return []
  const first = packets.column('seq')[index] ?? 0
  const last = seq.add(first, size)
  const numbers = packets.column('seq')
  const marks = packets.column('marks')
  const syn = (packets.column('flags')[index] ?? 0) & SYN
  return sameWay(packets, index).filter((i) => {
    const own = sizeOf(packets, i)
    if (own === 0 || (marks[i] ?? 0) & (MARKS.duplicate | MARKS.forged)) return false
    if (((packets.column('flags')[i] ?? 0) & SYN) !== syn) return false
    const start = numbers[i] ?? 0
    return seq.before(start, last) && seq.after(seq.add(start, own), first)
  })
}

/** The same packet on its last or next wire, behind or before a router; -1 = there is none. */
export function otherHop(packets: Packets, index: number, step: 1 | -1): number {
  const { from, to, seq: number, ack, flags, length, arrivedAt, sentAt, connection, protocol } = packets.at(index)
  if (connection < 0) return -1
  for (let i = index + step; i >= 0 && i < packets.count; i += step) {
    const other = packets.at(i)
    if (other.connection !== connection || other.protocol !== protocol) continue
    if (step > 0 ? other.from !== to : other.to !== from) continue
    const same = other.seq === number && other.ack === ack && other.flags === flags && other.length === length
    if (!same) continue
    if (step > 0 ? other.sentAt >= arrivedAt : other.arrivedAt <= sentAt) return i
  }
  return -1
}

/** What the network has made a second one of; -1 = not known. */
export function originalOf(packets: Packets, index: number): number {
  const offset = packets.column('offset')
  const marks = packets.column('marks')
  if (((marks[index] ?? 0) & MARKS.duplicate) === 0) return -1
  for (let i = 0; i < index; i += 1) if (offset[i] === offset[index] && (packets.column('size')[i] ?? 0) > 0) return i
  return -1
}

/** Earlier packets of the same end of the same connection on the same wire. */
function sameWay(packets: Packets, index: number): number[] {
  const [connection, end, from] = [packets.column('connection'), packets.column('end'), packets.column('from')]
  const found: number[] = []
  if ((connection[index] ?? -1) < 0) return found
  for (let i = 0; i < index; i += 1) {
    if (connection[i] === connection[index] && end[i] === end[index] && from[i] === from[index]) found.push(i)
  }
  return found
}
