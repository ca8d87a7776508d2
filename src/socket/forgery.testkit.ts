import { seeded } from '../sim/seeded.testkit.ts'
import { address } from '../stack/host.ts'
import { writeU16, writeU32 } from '../wire/bytes.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { ICMP_CHECKSUM_OFFSET, ICMP_HEADER } from '../wire/icmp.ts'
import { parseIp } from '../wire/ip-header.ts'
import { IpHeader, PROTOCOL_ICMPV6, PROTOCOL_TCP } from '../wire/packet.ts'
import { ACK, FIN, RST, SYN, type TcpSegment } from '../wire/tcp.ts'
import { TCP_CHECKSUM_OFFSET } from '../wire/tcp-header.ts'
import type { Target } from './attack.testkit.ts'
import { icmpPacket, tcpPacket } from './tap-host.testkit.ts'

/** What a sweep is made of. */
export interface Shooter {
  readonly target: Target
  /** Of a packet, in bytes. */
  readonly length: number
  shoot(seq: number, ack?: number): void
}

/** A packet with the peer's source address, sent again and again with other numbers in it. */
export class Forgery implements Shooter {
  readonly target: Target
  private readonly packet: Uint8Array
  private readonly start: number
  private readonly pseudo: number

  constructor(target: Target, fields: Partial<TcpSegment>) {
    this.target = target
    this.packet = tcpPacket({ ...target.ports, window: 1000, ...fields }, target.peer, target.ours)
    const ip = new IpHeader()
    if (!parseIp(this.packet, 0, this.packet.length, ip)) throw new Error('not an IP packet')
    this.start = ip.payloadStart
    this.pseudo = pseudoHeaderSum(ip.source, ip.destination, PROTOCOL_TCP, ip.payloadLength)
    const { payloadLength = 0 } = fields
    this.packet.fill(0xff, this.packet.length - payloadLength)
  }

  get length(): number {
    return this.packet.length
  }

  /** One shot. */
  shoot(seq: number, ack = 0): void {
    const { packet, start, target } = this
    writeU32(packet, start + 4, seq)
    writeU32(packet, start + 8, ack)
    writeU16(packet, start + TCP_CHECKSUM_OFFSET, 0)
    const checksum = ~fold(sum(packet, start, packet.length - start, this.pseudo)) & 0xffff
    writeU16(packet, start + TCP_CHECKSUM_OFFSET, checksum)
    target.it.tap.deliver(packet)
    target.it.host.turn()
  }
}

/** An ICMP error from nowhere that quotes a segment of ours, with one sequence number or another. */
export class IcmpForgery implements Shooter {
  readonly target: Target
  private readonly packet: Uint8Array
  private readonly start: number
  private readonly pseudo: number
  /** Where the quoted sequence number stands. */
  private readonly at: number

  constructor(target: Target, type: number, code: number, word: number) {
    const { peer, ours } = target
    const ports = { sourcePort: target.ourPort, destinationPort: target.peerPort }
    const quoted = tcpPacket({ ...ports, flags: ACK, payloadLength: 1000 }, ours, peer)
    this.target = target
    this.packet = icmpPacket(type, code, word, quoted, address(peer), address(ours))
    const ip = new IpHeader()
    if (!parseIp(this.packet, 0, this.packet.length, ip)) throw new Error('not an IP packet')
    this.start = ip.payloadStart
    const isV4 = ip.version === 4
    this.pseudo = isV4 ? 0 : pseudoHeaderSum(ip.source, ip.destination, PROTOCOL_ICMPV6, ip.payloadLength)
    this.at = this.start + ICMP_HEADER + (isV4 ? 20 : 40) + 4
  }

  get length(): number {
    return this.packet.length
  }

  shoot(seq: number): void {
    const { packet, start, target } = this
    writeU32(packet, this.at, seq)
    writeU16(packet, start + ICMP_CHECKSUM_OFFSET, 0)
    const checksum = ~fold(sum(packet, start, packet.length - start, this.pseudo)) & 0xffff
    writeU16(packet, start + ICMP_CHECKSUM_OFFSET, checksum)
    target.it.tap.deliver(packet)
    target.it.host.turn()
  }
}

/** What a sweep has drawn. */
export interface Drawn {
  shots: number
  acks: number
  resets: number
  /** Retransmissions, due anyway. */
  repeats: number
  bytesIn: number
  bytesOut: number
  /** Seconds that it took. */
  seconds: number
}

/** Shoots at each of `numbers`, `gap` microseconds apart; `ack` gives the acknowledgment for each shot. */
export function sweep(
  forgery: Shooter,
  numbers: Iterable<number>,
  ack: (shot: number) => number = () => 0,
  gap = 100,
): Drawn {
  const { it } = forgery.target
  const drawn: Drawn = { shots: 0, acks: 0, resets: 0, repeats: 0, bytesIn: 0, bytesOut: 0, seconds: 0 }
  const begin = it.now
  for (const seq of numbers) {
    it.now += gap
    forgery.shoot(seq, ack(drawn.shots))
    drawn.shots += 1
    drawn.bytesIn += forgery.length
    for (let packet = it.tap.take(); packet !== null; packet = it.tap.take()) note(drawn, packet)
  }
  drawn.seconds = (it.now - begin) / 1_000_000
  return drawn
}

function note(drawn: Drawn, packet: Uint8Array): void {
  const header = (packet[0] ?? 0) >>> 4 === 4 ? 20 : 40
  const flags = packet[header + 13] ?? 0
  const options = ((packet[header + 12] ?? 0) >>> 4) * 4
  if (flags & RST) drawn.resets += 1
  else if (flags & (SYN | FIN) || packet.length > header + options) {
    drawn.repeats += 1
    return
  } else if (flags & ACK) drawn.acks += 1
  drawn.bytesOut += packet.length
}

/** Whether a segment of `length` octets at a number meets the receive window (RFC 9293, table 6), as it is now. */
export function inWindow(target: Target, length: number): (seq: number) => boolean {
  const { rcv, rcvWnd } = target.tcb
  const { nxt } = rcv
  return (seq) => (seq + length - nxt) >>> 0 <= rcvWnd + length
}

/**
 * The whole sequence space from `first` on in steps of `step`. Where that is more than `most`, the first and last
 * eight, which lie in the window and around it, and a seeded choice of the others.
 */
export function* steps(first: number, step: number, most = Number.POSITIVE_INFINITY): Generator<number> {
  const count = Math.ceil(2 ** 32 / step)
  if (count <= most) {
    for (let i = 0; i < count; i += 1) yield (first + i * step) >>> 0
    return
  }
  const random = seeded(step)
  for (let i = 0; i < 8; i += 1) yield (first + i * step) >>> 0
  for (let i = 16; i < most; i += 1) yield (first + (8 + (random() % (count - 16))) * step) >>> 0
  for (let i = 8; i > 0; i -= 1) yield (first - i * step) >>> 0
}
