import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/packet.ts'
import { dissectIcmp, type Quote } from './dissect-icmp.ts'
import { dissectIpv4, dissectIpv6, type IpPart } from './dissect-ip.ts'
import { dissectTcp } from './dissect-tcp.ts'
import { dissectUdp } from './dissect-udp.ts'
import type { Field } from './field.ts'
import { addressAt, byteCount, FieldCursor } from './field-cursor.ts'

/**
 * Every field of the IP packet at `ipOffset`, in the order in which they stand there: each bit from there to the end
 * of `bytes` is in exactly one of them. Total: where a packet is cut off or contradicts itself, the fields say so.
 * Fields that others are made of (flags, options, the packet that an ICMP error quotes) are their `parts`.
 */
export function dissect(bytes: Uint8Array, ipOffset = 0): Field[] {
  return dissectPacket(bytes, ipOffset, bytes.length, false)
}

/** In a quotation nothing is summed, for its end is missing, and a quotation within it is data. */
function dissectPacket(bytes: Uint8Array, start: number, limit: number, quoted: boolean): Field[] {
  const version = start < limit ? bytes[start] >>> 4 : 0
  if (version !== 4 && version !== 6) return rest(bytes, start, limit, 'payload.data')
  const part = version === 4 ? dissectIpv4(bytes, start, limit) : dissectIpv6(bytes, start, limit)
  const { cursor } = part
  const end = Math.min(part.end, limit)
  if (part.later) cursor.adopt(rest(bytes, cursor.at, end, 'payload.fragment'), end)
  else cursor.adopt(dissectPayload(bytes, start, end, part, quoted), end)
  cursor.adopt(rest(bytes, end, limit, 'payload.trailer'), limit)
  return cursor.fields
}

function dissectPayload(
  bytes: Uint8Array,
  start: number,
  end: number,
  part: IpPart,
  quoted: boolean,
): readonly Field[] {
  const { protocol, cursor, whole } = part
  const { at } = cursor
  const version = bytes[start] >>> 4 === 6 ? 6 : 4
  const complete = !quoted && whole && part.end === end
  switch (at < end ? protocol : -1) {
    case PROTOCOL_TCP:
      return dissectTcp(bytes, at, end, complete ? isRight(bytes, start, at, end, protocol) : undefined)
    case PROTOCOL_UDP: {
      const summed = complete && end - at >= 8 && (bytes[at + 6] | bytes[at + 7]) !== 0
      return dissectUdp(bytes, at, end, summed ? isRight(bytes, start, at, end, protocol) : undefined)
    }
    case PROTOCOL_ICMP:
    case PROTOCOL_ICMPV6: {
      if ((protocol === PROTOCOL_ICMPV6) !== (version === 6)) break
      const ok = complete ? isRight(bytes, start, at, end, protocol) : undefined
      return dissectIcmp(bytes, at, end, ok, version, (from, to) => quote(bytes, from, to, quoted))
    }
  }
  return rest(bytes, at, end, 'payload.data')
}

/** Whether the checksum of what is in `at` .. `end` is right, in the packet whose IP header is at `start`. */
function isRight(bytes: Uint8Array, start: number, at: number, end: number, protocol: number): boolean {
  if (protocol === PROTOCOL_ICMP) return fold(sum(bytes, at, end - at, 0)) === 0xffff
  const v4 = bytes[start] >>> 4 === 4
  const source = v4 ? addressAt(bytes, start + 12, 4) : addressAt(bytes, start + 8, 16)
  const destination = v4 ? addressAt(bytes, start + 16, 4) : addressAt(bytes, start + 24, 16)
  return fold(sum(bytes, at, end - at, pseudoHeaderSum(source, destination, protocol, end - at))) === 0xffff
}

function quote(bytes: Uint8Array, start: number, end: number, quoted: boolean): Quote {
  const fields = quoted ? rest(bytes, start, end, 'payload.data') : dissectPacket(bytes, start, end, true)
  const find = (...names: string[]) => fields.find((field) => names.includes(field.name))?.value
  const source = find('ip.source')
  const destination = find('ip.destination')
  if (source === undefined || destination === undefined) return { fields, summary: `${end - start} B` }
  const from = withPort(source, find('tcp.source_port', 'udp.source_port'))
  const to = withPort(destination, find('tcp.destination_port', 'udp.destination_port'))
  const seq = find('tcp.seq')
  const layer = fields.find((field) => field.layer !== 'ip' && field.layer !== 'payload')?.layer ?? 'ip'
  return { fields, summary: `${layer.toUpperCase()} ${from} > ${to}${seq === undefined ? '' : ` seq ${seq}`}` }
}

function withPort(address: string, port: string | undefined): string {
  if (port === undefined) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

function rest(
  bytes: Uint8Array,
  start: number,
  end: number,
  name: 'payload.data' | 'payload.fragment' | 'payload.trailer',
): Field[] {
  const cursor = new FieldCursor(bytes, start, end, 'payload')
  cursor.data(name, end - start, byteCount)
  return cursor.fields
}
