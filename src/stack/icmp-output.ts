import type { ErrorLimit } from '../ip/error-limit.ts'
import { mayAnswerWithError, quotedLength } from '../ip/icmp-quote.ts'
import {
  emitIcmp,
  ICMP_CHECKSUM_OFFSET,
  ICMP_ECHO_REPLY,
  ICMP_ECHO_REQUEST,
  ICMP_HEADER,
  ICMP_PARAMETER_PROBLEM,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  ICMPV6_ECHO_REPLY,
  ICMPV6_ECHO_REQUEST,
  ICMPV6_PARAMETER_PROBLEM,
  ICMPV6_TIME_EXCEEDED,
  ICMPV6_UNREACHABLE,
  IcmpMessage,
} from '../wire/icmp.ts'
import { HEADROOM, type IpHeader, Packet, PROTOCOL_ICMP, PROTOCOL_ICMPV6 } from '../wire/packet.ts'
import type { Egress } from './egress.ts'
import type { IpCounters } from './ip-counters.ts'
import type { Route } from './route.ts'
import type { Topology } from './topology.ts'
import type { SendOptions } from './transport.ts'

const HOP_LIMIT = 64

/** ICMP and ICMPv6 as we send it: echoes, answers to them, and errors at a bounded rate. */
export class IcmpOutput {
  private readonly topology: Topology
  private readonly egress: Egress
  private readonly limit: ErrorLimit
  private readonly counters: IpCounters
  private readonly message = new IcmpMessage()
  private readonly packet = new Packet()
  private readonly options: SendOptions = { hopLimit: HOP_LIMIT, trafficClass: 0, dontFragment: false }
  /** Where the last answer went: the next one mostly goes there too. */
  private answerRoute: Route | null = null

  constructor(topology: Topology, egress: Egress, limit: ErrorLimit, counters: IpCounters) {
    this.topology = topology
    this.egress = egress
    this.limit = limit
    this.counters = counters
  }

  /** Answers the echo request `asked` with the same data (RFC 1122, 3.2.2.6; RFC 4443, 4.2). */
  echoReply(ip: IpHeader, asked: IcmpMessage, now: number): void {
    const type = ip.version === 4 ? ICMP_ECHO_REPLY : ICMPV6_ECHO_REPLY
    const { bytes, payloadStart, payloadLength } = asked
    this.options.hopLimit = HOP_LIMIT
    this.options.trafficClass = ip.trafficClass
    const route = this.routeBack(ip)
    if (this.send(route, type, 0, asked.word, bytes, payloadStart, payloadLength, now)) {
      this.counters.IcmpOutEchoReps += 1
    }
  }

  /** Asks for an echo; false = there was no room, or `data` is too long. `hopLimit` 1 .. 255. */
  echo(route: Route, identifier: number, sequence: number, data: Uint8Array, hopLimit: number, now: number): boolean {
    const type = route.version === 4 ? ICMP_ECHO_REQUEST : ICMPV6_ECHO_REQUEST
    const word = ((identifier & 0xffff) << 16) | (sequence & 0xffff)
    this.options.hopLimit = hopLimit
    this.options.trafficClass = 0
    if (!this.send(route, type, 0, word, data, 0, data.length, now)) return false
    this.counters.IcmpOutEchos += 1
    return true
  }

  /**
   * Tells the sender of the packet `ip`, which takes up `start` .. `end` of `bytes`, what became of it.
   * Nothing is sent where RFC 1122, 3.2.2 or RFC 4443, 2.4 forbid it, or too often.
   */
  error(
    type: number,
    code: number,
    word: number,
    ip: IpHeader,
    bytes: Uint8Array,
    start: number,
    end: number,
    now: number,
  ): void {
    if (!mayAnswerWithError(ip, bytes) || this.topology.kindOf(ip.source) === 'broadcast') return
    const route = this.routeBack(ip)
    // Loopback is never limited, as in Linux: nobody else pays for it.
    if (route !== null && !route.local && !this.allowed(ip, now)) return
    this.options.hopLimit = HOP_LIMIT
    this.options.trafficClass = ip.version === 4 ? (ip.trafficClass & 0x1e) | 0xc0 : 0
    if (this.send(route, type, code, word, bytes, start, quotedLength(ip.version, end - start), now)) {
      this.count(ip.version, type)
    }
  }

  private allowed(ip: IpHeader, now: number): boolean {
    const answer = this.limit.ask(ip.source, now)
    if (answer === 'host') this.counters.IcmpOutRateLimitHost += 1
    if (answer === 'global') this.counters.IcmpOutRateLimitGlobal += 1
    return answer === 'allowed'
  }

  private routeBack(ip: IpHeader): Route | null {
    const last = this.answerRoute
    if (last?.valid && last.destination.equals(ip.source) && last.source.equals(ip.destination)) return last
    this.answerRoute = this.topology.route(ip.source, ip.destination)
    return this.answerRoute
  }

  private send(
    route: Route | null,
    type: number,
    code: number,
    word: number,
    data: Uint8Array,
    start: number,
    length: number,
    now: number,
  ): boolean {
    const room = route === null ? null : this.egress.claim(route, ICMP_HEADER + length)
    if (route === null || room === null) {
      this.counters.IcmpOutErrors += 1
      return false
    }
    const { message, packet } = this
    message.type = type
    message.code = code
    message.word = word
    message.bytes = room
    message.payloadStart = HEADROOM + ICMP_HEADER
    room.set(data.subarray(start, start + length), message.payloadStart)
    packet.bytes = room
    packet.start = emitIcmp(message)
    packet.end = message.payloadStart + length
    this.counters.IcmpOutMsgs += 1
    const protocol = route.version === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6
    this.egress.transmit(route, packet, protocol, ICMP_CHECKSUM_OFFSET, this.options, now)
    return true
  }

  private count(version: 4 | 6, type: number): void {
    const { counters } = this
    if (type === (version === 4 ? ICMP_UNREACHABLE : ICMPV6_UNREACHABLE)) counters.IcmpOutDestUnreachs += 1
    else if (type === (version === 4 ? ICMP_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED)) counters.IcmpOutTimeExcds += 1
    else if (type === (version === 4 ? ICMP_PARAMETER_PROBLEM : ICMPV6_PARAMETER_PROBLEM))
      counters.IcmpOutParmProbs += 1
  }
}
