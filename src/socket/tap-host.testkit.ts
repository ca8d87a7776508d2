import { forge } from '../sim/forge.ts'
import { seeded } from '../sim/seeded.testkit.ts'
import type { HostConfig } from '../stack/config.ts'
import { address, Host } from '../stack/host.ts'
import { Tap, type TapOptions } from '../stack/tap.ts'
import type { Address } from '../wire/address.ts'
import { writeU16 } from '../wire/bytes.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { emitIcmp, ICMP_CHECKSUM_OFFSET, IcmpMessage } from '../wire/icmp.ts'
import { emitIp, parseIp } from '../wire/ip-header.ts'
import { HEADROOM, IpHeader, PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP } from '../wire/packet.ts'
import { TcpSegment } from '../wire/tcp.ts'
import { parseTcp } from '../wire/tcp-header.ts'

export const PEER_V4 = '192.0.2.1'
export const OURS_V4 = '192.0.2.2'
export const PEER_V6 = '2001:db8::1'
export const OURS_V6 = '2001:db8::2'

/** A packet that the host has sent, parsed. */
export interface Sent {
  readonly packet: Uint8Array
  readonly ip: IpHeader
  readonly segment: TcpSegment
}

/** A host on a tap with a clock moved by hand, and packets of any kind for it. */
export class TapHost {
  now = 1_000_000
  readonly tap: Tap
  readonly host: Host

  constructor(config: Partial<HostConfig> = {}, options: TapOptions = {}) {
    this.tap = new Tap(options)
    this.host = new Host({ now: () => this.now, wake: () => {}, random: seeded() }, config)
    this.host.addDevice(this.tap)
    this.host.addAddress(`${OURS_V4}/24`, this.tap)
    this.host.addAddress(`${OURS_V6}/64`, this.tap)
    this.host.addRoute('0.0.0.0/0', this.tap, PEER_V4)
    this.host.addRoute('::/0', this.tap, PEER_V6)
  }

  /** A turn, `microseconds` later. */
  turn(microseconds = 0): void {
    this.now += microseconds
    this.host.turn()
  }

  /** A TCP segment for the host; `ecn` goes into its IP header. */
  segment(fields: Partial<TcpSegment>, from = PEER_V4, to = OURS_V4): void {
    this.tap.deliver(tcpPacket(fields, from, to))
    this.host.turn()
  }

  /** An ICMP error of the IP version of `quoted`, a packet that the host has sent. */
  icmp(type: number, code: number, word: number, quoted: Uint8Array, from?: string): void {
    const ip = new IpHeader()
    if (!parseIp(quoted, 0, quoted.length, ip)) throw new Error('what is quoted is no IP packet')
    const source = from === undefined ? (ip.version === 4 ? PEER_V4 : PEER_V6) : from
    this.tap.deliver(icmpPacket(type, code, word, quoted, address(source), ip.source))
    this.host.turn()
  }

  /** What the host has sent since the last call. */
  sent(): Sent[] {
    const all: Sent[] = []
    for (let packet = this.tap.take(); packet !== null; packet = this.tap.take()) {
      const ip = new IpHeader()
      const segment = new TcpSegment()
      if (!parseIp(packet, 0, packet.length, ip)) throw new Error('not an IP packet')
      if (ip.protocol === PROTOCOL_TCP && !parseTcp(packet, ip.payloadStart, ip.payloadLength, segment)) {
        throw new Error('not a TCP segment')
      }
      all.push({ packet, ip, segment })
    }
    return all
  }
}

/** A TCP segment as a packet. */
export function tcpPacket(fields: Partial<TcpSegment>, from = PEER_V4, to = OURS_V4): Uint8Array {
  const { payloadLength = 0, ...header } = fields
  const ports = { sourcePort: 8080, destinationPort: 80 }
  return forge({ ...ports, ...header, from, to, payload: new Uint8Array(payloadLength) })
}

export function icmpPacket(type: number, code: number, word: number, quoted: Uint8Array, from: Address, to: Address) {
  const message = Object.assign(new IcmpMessage(), { type, code, word })
  const quote = quoted.subarray(0, to.isV4 ? 28 + 20 : 1232)
  message.bytes = new Uint8Array(HEADROOM + quote.length)
  message.bytes.set(quote, HEADROOM)
  message.payloadStart = HEADROOM
  message.payloadLength = quote.length
  const start = emitIcmp(message)
  const length = message.bytes.length - start
  const protocol = to.isV4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6
  const pseudo = to.isV4 ? 0 : pseudoHeaderSum(from, to, protocol, length)
  writeU16(message.bytes, start + ICMP_CHECKSUM_OFFSET, ~fold(sum(message.bytes, start, length, pseudo)) & 0xffff)
  const ip = new IpHeader()
  ip.version = to.isV4 ? 4 : 6
  ip.source.set(from)
  ip.destination.set(to)
  ip.protocol = protocol
  ip.payloadLength = length
  return message.bytes.slice(emitIp(ip, message.bytes, start))
}
