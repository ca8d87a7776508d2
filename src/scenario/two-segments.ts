import { isSynAck } from '../sim/aims.ts'
import { forge } from '../sim/forge.ts'
import type { Link } from '../sim/link.ts'
import type { WirePacket } from '../sim/wire-packet.ts'
import { formatAddress } from '../wire/address-text.ts'
import { add } from '../wire/seq.ts'
import { ACK } from '../wire/tcp.ts'

/**
 * A TCP that opens with two segments, made of one that needs three: whatever SYN,ACK the second end of `link` sends, it
 * gets the third ACK at that very moment, from nobody.
 */
export function openWithTwo(link: Link): void {
  link.fault({
    way: 'back',
    aim: isSynAck,
    effect: (packet) => {
      const ack = thirdAck(packet)
      if (ack !== null) link.forth.deliver(ack)
      return [packet]
    },
  })
}

/** The answer to a SYN,ACK, as the one that it goes to would give it. */
function thirdAck({ ip, tcp }: WirePacket): Uint8Array | null {
  if (ip === null || tcp === null) return null
  return forge({
    from: formatAddress(ip.destination),
    to: formatAddress(ip.source),
    sourcePort: tcp.destinationPort,
    destinationPort: tcp.sourcePort,
    seq: tcp.ack,
    ack: add(tcp.seq, 1),
    flags: ACK,
    window: 502,
    hasTimestamps: tcp.hasTimestamps,
    tsVal: tcp.tsEcr,
    tsEcr: tcp.tsVal,
  })
}
