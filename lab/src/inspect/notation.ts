import { dissect, formatSegment } from 'estab/trace'
import { PROTOCOL_UDP } from 'estab/wire'
import type { Packet } from '../run/packets.ts'
import type { RunConnection } from '../run/run.ts'
import { baseOf } from './numbers.ts'
import { segmentOf } from './read-packet.ts'

/** A packet in one line: TCP in the notation, others as `UDP 53 > 40000 (32)` or the type of their ICMP message. */
export function lineOf(packet: Packet, connection: RunConnection | undefined, absolute: boolean): string {
  const segment = segmentOf(packet)
  if (segment !== null) {
    const [own, other] = [connection?.initial[packet.end] ?? -1, connection?.initial[packet.end === 0 ? 1 : 0] ?? -1]
    return formatSegment(segment, { base: { seq: baseOf(own, absolute), ack: baseOf(other, absolute) } })
  }
  const fields = dissect(packet.bytes)
  const value = (name: string) => fields.find((field) => field.name === name)?.value ?? '?'
  if (packet.protocol === PROTOCOL_UDP)
    return `UDP ${value('udp.source_port')} > ${value('udp.destination_port')} (${packet.length})`
  const type = fields.find(({ name }) => name === 'icmp.type')?.value
  return type === undefined ? `IP ${packet.protocol} (${packet.length})` : `ICMP ${type}`
}
