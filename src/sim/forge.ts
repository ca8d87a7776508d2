import { parseAddress } from '../wire/address-text.ts'
import { writeU16 } from '../wire/bytes.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { emitIp } from '../wire/ip-header.ts'
import { HEADROOM, IpHeader, PROTOCOL_TCP } from '../wire/packet.ts'
import { TcpSegment } from '../wire/tcp.ts'
import { emitTcp, TCP_CHECKSUM_OFFSET } from '../wire/tcp-header.ts'

/** A segment to be made up: fields of its header, and what it carries. */
export interface Forgery extends Partial<Omit<TcpSegment, 'bytes' | 'payloadStart' | 'payloadLength' | 'clear'>> {
  /** Addresses it pretends to come from, and goes to. */
  readonly from: string
  readonly to: string
  readonly payload?: Uint8Array
}

const NOTHING = new Uint8Array(0)

/**
 * An IP packet with a TCP segment that no connection has sent, checksums in order: for attackers, and for peers played by
 * hand. Throws TypeError for what is no address, or for two of different families.
 */
export function forge(forgery: Forgery): Uint8Array {
  const { from, to, payload = NOTHING, ...fields } = forgery
  const source = parseAddress(from)
  const destination = parseAddress(to)
  if (source === null || destination === null || source.isV4 !== destination.isV4) {
    throw new TypeError(`${from} and ${to} are no two addresses of one family`)
  }
  const segment = Object.assign(new TcpSegment(), { window: 65_535 }, fields)
  const bytes = new Uint8Array(HEADROOM + payload.length)
  bytes.set(payload, HEADROOM)
  segment.bytes = bytes
  segment.payloadStart = HEADROOM
  segment.payloadLength = payload.length
  const start = emitTcp(segment)
  const length = bytes.length - start
  const pseudo = pseudoHeaderSum(source, destination, PROTOCOL_TCP, length)
  writeU16(bytes, start + TCP_CHECKSUM_OFFSET, ~fold(sum(bytes, start, length, pseudo)) & 0xffff)
  const ip = new IpHeader()
  ip.version = source.isV4 ? 4 : 6
  ip.source.set(source)
  ip.destination.set(destination)
  ip.protocol = PROTOCOL_TCP
  ip.trafficClass = segment.ecn
  ip.payloadLength = length
  return bytes.slice(emitIp(ip, bytes, start))
}
