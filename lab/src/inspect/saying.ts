import { ACK, FIN, PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP, RST, SYN } from 'estab/wire'
import type { Packet } from '../run/packets.ts'

/** What a packet is for, in the main. */
export type Saying = 'syn' | 'synack' | 'reset' | 'fin' | 'dataFin' | 'data' | 'ack' | 'nothing' | 'udp' | 'icmp' | 'ip'

export function saying({ protocol, flags, length }: Pick<Packet, 'protocol' | 'flags' | 'length'>): Saying {
  if (protocol === PROTOCOL_UDP) return 'udp'
  if (protocol === PROTOCOL_ICMP || protocol === PROTOCOL_ICMPV6) return 'icmp'
  if (protocol !== PROTOCOL_TCP) return 'ip'
  if (flags & RST) return 'reset'
  if (flags & SYN) return flags & ACK ? 'synack' : 'syn'
  if (flags & FIN) return length > 0 ? 'dataFin' : 'fin'
  if (length > 0) return 'data'
  return flags & ACK ? 'ack' : 'nothing'
}
