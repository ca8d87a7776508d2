import { ACK, FIN, PROTOCOL_TCP, PROTOCOL_UDP, RST, SYN } from 'estab/wire'
import { MARKS, type Mark, type Packet } from '../run/packets.ts'
import type { Run } from '../run/run.ts'
import { LADDER_WORDS, laneName } from '../words/ladder.ts'
import { exactTimeText } from './axis.ts'

/** The name by which people call a packet: `SYN,ACK`, `FIN`, `data`; '' for what has none but its notation. */
export function nameOf({ protocol, flags }: Pick<Packet, 'protocol' | 'flags'>): string {
  if (protocol !== PROTOCOL_TCP) return ''
  if (flags & RST) return 'RST'
  if (flags & SYN) return flags & ACK ? 'SYN,ACK' : 'SYN'
  return flags & FIN ? 'FIN' : ''
}

/** The words for a packet's marks, the weightiest first. */
export function markWords(marks: number, language: 'en' | 'zh'): string[] {
  const words = LADDER_WORDS[language]
  const order: readonly Mark[] = [
    'forged',
    'retransmission',
    'duplicate',
    'outOfOrder',
    'outOfWindow',
    'corrupted',
    'rewritten',
  ]
  return order.filter((mark) => marks & MARKS[mark]).map((mark) => words[mark])
}

/** A packet in words, as far as it is known at `time`: 'SYN,ACK from server to client, sent at 10 ms, lost at 15 ms'. */
export function describePacket(
  packet: Packet,
  { lanes }: Pick<Run, 'lanes'>,
  time: number,
  language: 'en' | 'zh',
): string {
  const words = LADDER_WORDS[language]
  const name = (lane: number) => laneName(lanes[lane]?.name ?? '?', language)
  const parts = [
    words.from(kindOf(packet), name(packet.from), name(packet.to)),
    words.sent(exactTimeText(packet.sentAt)),
  ]
  if (packet.length > 0) parts.push(words.bytes(packet.length))
  parts.push(...markWords(packet.marks, language))
  if (packet.lostAt <= time) parts.push(words.lostAt(exactTimeText(packet.lostAt)))
  else if (packet.arrivedAt <= time) parts.push(words.arrived(exactTimeText(packet.arrivedAt)))
  else parts.push(words.flying)
  if (packet.marks & MARKS.touched) parts.push(words.touched)
  return parts.join(words.comma)
}

function kindOf({ protocol, flags, length }: Packet): string {
  if (protocol === PROTOCOL_UDP) return 'UDP'
  if (protocol !== PROTOCOL_TCP) return protocol === 0 ? 'IP' : 'ICMP'
  const names: string[] = []
  if (flags & SYN) names.push('SYN')
  if (flags & FIN) names.push('FIN')
  if (flags & RST) names.push('RST')
  if (flags & ACK && (names.length > 0 || length === 0)) names.push('ACK')
  return names.length > 0 ? names.join(',') : 'DATA'
}
