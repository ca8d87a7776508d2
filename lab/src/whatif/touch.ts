import { IPV4_HEADER, IPV6_HEADER } from 'estab/wire'
import type { Packet, Packets } from '../run/packets.ts'
import type { Act } from '../run/timeline.ts'

/** Which part of a packet one bit is turned over in. */
export type CorruptedPart = 'ip' | 'tcp' | 'payload'

/**
 * It is held back until the packet behind it on the same wire has arrived. Null where none is sent before it has arrived
 * itself: one that is sent later may be its consequence.
 */
export function overtaking(packets: Packets, index: number): Act | null {
  const { from, to, arrivedAt } = packets.at(index)
  const senders = packets.column('from')
  const receivers = packets.column('to')
  for (let i = index + 1; i < packets.count; i += 1) {
    if (senders[i] !== from || receivers[i] !== to) continue
    const next = packets.at(i)
    if (!(next.sentAt < arrivedAt)) return null
    if (next.arrivedAt >= arrivedAt) return { kind: 'delay', packet: index, by: next.arrivedAt - arrivedAt + 1 }
  }
  return null
}

/** One bit of that part is turned over; null where the packet has no such part. */
export function corruption({ index, bytes, length, protocol }: Packet, part: CorruptedPart): Act | null {
  const isV4 = (bytes[0] ?? 0) >> 4 === 4
  const header = isV4 ? ((bytes[0] ?? 0) & 15) * 4 : IPV6_HEADER
  // The time to live, under IPv4's own checksum; of IPv6 the source, which the pseudo-header covers; the lowest bit of the sequence number.
  const byte = { ip: isV4 ? 8 : 23, tcp: header + 7, payload: bytes.length - length }[part]
  const there = { ip: bytes.length >= IPV4_HEADER, tcp: protocol === 6, payload: length > 0 }[part]
  return there && byte < bytes.length ? { kind: 'corrupt', packet: index, bit: byte * 8 } : null
}
