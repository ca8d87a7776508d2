import { ACK, FIN, RST, SYN } from '../wire/tcp.ts'
import type { WirePacket } from './wire-packet.ts'

/** Which packets a fault is for. */
export type Aim = (packet: WirePacket) => boolean

/** The aim for TCP segments with all of `set` and none of `unset` among their flags. */
function flags(set: number, unset: number): Aim {
  return ({ tcp }) => tcp !== null && (tcp.flags & set) === set && (tcp.flags & unset) === 0
}

export const isSyn: Aim = flags(SYN, ACK)
export const isSynAck: Aim = flags(SYN | ACK, 0)
export const isFin: Aim = flags(FIN, 0)
export const isRst: Aim = flags(RST, 0)
/** An acknowledgment and nothing else, such as the third of a handshake. */
export const isBareAck: Aim = (packet) => flags(ACK, SYN | FIN | RST)(packet) && packet.tcp?.payloadLength === 0
export const hasData: Aim = ({ tcp }) => tcp !== null && tcp.payloadLength > 0
export const isAny: Aim = () => true

/** The `first`-th of those that `aim` means, counted from 1, up to the `last`-th: that one alone if not given. */
export function nth(first: number, aim: Aim, last = first): Aim {
  let count = 0
  return (packet) => {
    if (!aim(packet)) return false
    count += 1
    return count >= first && count <= last
  }
}
