import { IcmpError } from '../ip/icmp-error.ts'
import { Address } from '../wire/address.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import {
  ICMP_ECHO_REPLY,
  ICMP_ECHO_REQUEST,
  ICMP_PARAMETER_PROBLEM,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  ICMPV6_ECHO_REPLY,
  ICMPV6_ECHO_REQUEST,
  ICMPV6_NEIGHBOUR_ADVERTISEMENT,
  ICMPV6_NEIGHBOUR_SOLICITATION,
  ICMPV6_PACKET_TOO_BIG,
  ICMPV6_PARAMETER_PROBLEM,
  ICMPV6_TIME_EXCEEDED,
  ICMPV6_UNREACHABLE,
  IcmpMessage,
  isIcmpError,
  parseIcmp,
} from '../wire/icmp.ts'
import { type IpHeader, type Packet, PROTOCOL_ICMP, PROTOCOL_ICMPV6 } from '../wire/packet.ts'
import type { IcmpOutput } from './icmp-output.ts'
import type { Interface } from './interface.ts'
import type { IpCounters } from './ip-counters.ts'
import type { Topology } from './topology.ts'
import type { TransportReceiver } from './transport.ts'

/** No IPv4 link is narrower (RFC 791, 3.2; RFC 1191, 3), no IPv6 link (RFC 8200, 5; RFC 8201, 4). */
const MIN_MTU_V4 = 68
const MIN_MTU_V6 = 1280

/** The answer to an echo request of ours; filled again and again. */
export class EchoReply {
  /** Who answers. */
  readonly source = new Address()
  identifier = 0
  sequence = 0
  /** TTL or hop limit that was left. */
  hopLimit = 0
  /** The data that was sent, as a range. */
  bytes: Uint8Array = new Uint8Array(0)
  payloadStart = 0
  payloadLength = 0
}

/** Waits for echo replies. Called inside the packet path, for all replies: it records, and asks for nothing. */
export interface EchoListener {
  reply(reply: EchoReply, now: number): void
  /** An echo request of ours came to nothing: `sourcePort` is its identifier, `seq` its sequence number. */
  error(error: IcmpError, now: number): void
}

/** ICMP and ICMPv6 as it comes in (RFC 792, RFC 4443). */
export class IcmpInput {
  readonly listeners: EchoListener[] = []
  private readonly topology: Topology
  private readonly output: IcmpOutput
  /** By upper-layer protocol. */
  private readonly receivers: readonly (TransportReceiver | null)[]
  private readonly counters: IpCounters
  private readonly message = new IcmpMessage()
  private readonly failure = new IcmpError()
  private readonly echoed = new EchoReply()

  constructor(
    topology: Topology,
    output: IcmpOutput,
    receivers: readonly (TransportReceiver | null)[],
    counters: IpCounters,
  ) {
    this.topology = topology
    this.output = output
    this.receivers = receivers
    this.counters = counters
  }

  receive(from: Interface, ip: IpHeader, packet: Packet, toMany: boolean, now: number): void {
    const { counters, message } = this
    const { bytes } = packet
    counters.IcmpInMsgs += 1
    if (!parseIcmp(bytes, ip.payloadStart, ip.payloadLength, message)) {
      counters.IcmpInErrors += 1
      return
    }
    if (!packet.checksumOffloaded && !checksumRight(ip, bytes)) {
      counters.IcmpInCsumErrors += 1
      return
    }
    if (isIcmpError(ip.version, message.type)) this.receiveError(ip, toMany, now)
    else if (ip.version === 4) this.receiveV4(ip, toMany, now)
    else this.receiveV6(from, ip, packet, toMany, now)
  }

  /** A packet of ours, from its IP header on, that its neighbour never took. */
  undelivered(bytes: Uint8Array, now: number): void {
    const { failure } = this
    if (!failure.readQuotation(bytes, 0, bytes.length)) return
    failure.kind = 'host-unreachable'
    failure.mtu = 0
    failure.from.set(failure.source)
    this.tell(now)
  }

  private receiveV4(ip: IpHeader, toMany: boolean, now: number): void {
    if (this.message.type === ICMP_ECHO_REQUEST) this.receiveEcho(ip, toMany, now)
    else if (this.message.type === ICMP_ECHO_REPLY) this.receiveReply(ip, now)
    else this.counters.IcmpInIgnored += 1
  }

  private receiveV6(from: Interface, ip: IpHeader, packet: Packet, toMany: boolean, now: number): void {
    switch (this.message.type) {
      case ICMPV6_ECHO_REQUEST:
        this.receiveEcho(ip, toMany, now)
        break
      case ICMPV6_ECHO_REPLY:
        this.receiveReply(ip, now)
        break
      case ICMPV6_NEIGHBOUR_SOLICITATION:
      case ICMPV6_NEIGHBOUR_ADVERTISEMENT:
        from.link.neighbourMessage(ip, packet, now)
        break
      default:
        this.counters.IcmpInIgnored += 1
    }
  }

  /** RFC 1122, 3.2.2.6 lets us leave those to many unanswered: a reply from each is how a flood is made. */
  private receiveEcho(ip: IpHeader, toMany: boolean, now: number): void {
    this.counters.IcmpInEchos += 1
    if (toMany) this.counters.IcmpInIgnored += 1
    else this.output.echoReply(ip, this.message, now)
  }

  private receiveReply(ip: IpHeader, now: number): void {
    const { echoed, message } = this
    this.counters.IcmpInEchoReps += 1
    echoed.source.set(ip.source)
    echoed.identifier = message.word >>> 16
    echoed.sequence = message.word & 0xffff
    echoed.hopLimit = ip.hopLimit
    echoed.bytes = message.bytes
    echoed.payloadStart = message.payloadStart
    echoed.payloadLength = message.payloadLength
    for (const listener of this.listeners) listener.reply(echoed, now)
  }

  /** Source Quench is none of those that `IcmpError` reads (MUST-55). */
  private receiveError(ip: IpHeader, toMany: boolean, now: number): void {
    const { failure, message } = this
    this.countError(ip.version)
    // What was quoted must have come from where the error went, and from us (RFC 5927, 4.1 asks for such checks).
    const credible = !toMany && failure.read(ip.version, message) && failure.source.equals(ip.destination)
    if (!credible || !this.topology.isOurs(failure.source) || this.impossibleMtu()) {
      this.counters.IcmpInErrors += 1
      return
    }
    failure.from.set(ip.source)
    this.tell(now)
  }

  private impossibleMtu(): boolean {
    const { kind, mtu, version } = this.failure
    return kind === 'packet-too-big' && mtu < (version === 4 ? MIN_MTU_V4 : MIN_MTU_V6)
  }

  /** RFC 1122, 3.2.2: errors go to the transport whose packet is quoted. */
  private tell(now: number): void {
    const { failure } = this
    if (failure.protocol === (failure.version === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6)) {
      for (const listener of this.listeners) listener.error(failure, now)
    } else this.receivers[failure.protocol]?.error(failure, now)
  }

  private countError(version: 4 | 6): void {
    const { counters } = this
    const { type } = this.message
    if (type === (version === 4 ? ICMP_UNREACHABLE : ICMPV6_UNREACHABLE)) counters.IcmpInDestUnreachs += 1
    else if (type === (version === 4 ? ICMP_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED)) counters.IcmpInTimeExcds += 1
    else if (type === (version === 4 ? ICMP_PARAMETER_PROBLEM : ICMPV6_PARAMETER_PROBLEM)) counters.IcmpInParmProbs += 1
    else if (version === 6 && type === ICMPV6_PACKET_TOO_BIG) counters.IcmpInPktTooBigs += 1
  }
}

/** ICMPv6 has a pseudo header (RFC 4443, 2.3), ICMP has none. */
function checksumRight(ip: IpHeader, bytes: Uint8Array): boolean {
  const { payloadStart, payloadLength } = ip
  const pseudo = ip.version === 4 ? 0 : pseudoHeaderSum(ip.source, ip.destination, PROTOCOL_ICMPV6, payloadLength)
  return fold(sum(bytes, payloadStart, payloadLength, pseudo)) === 0xffff
}
