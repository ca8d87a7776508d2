import { nextHeaderPointer } from '../ip/icmp-quote.ts'
import { Reassembly } from '../ip/reassembly.ts'
import { isLoopback, isMulticast, isUnspecified } from '../ip/scope.ts'
import {
  ICMP_PORT_UNREACHABLE,
  ICMP_PROTOCOL_UNREACHABLE,
  ICMP_REASSEMBLY_TIME_EXCEEDED,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  ICMPV6_PARAMETER_PROBLEM,
  ICMPV6_PORT_UNREACHABLE,
  ICMPV6_TIME_EXCEEDED,
  ICMPV6_UNKNOWN_NEXT_HEADER,
  ICMPV6_UNREACHABLE,
} from '../wire/icmp.ts'
import { parseIp, parseQuotedIp } from '../wire/ip-header.ts'
import { hasSourceRoute, IPV4_HEADER } from '../wire/ipv4.ts'
import { PROTOCOL_NONE } from '../wire/ipv6.ts'
import {
  CE,
  ECN_BITS,
  ECT0,
  ECT1,
  IpHeader,
  Packet,
  PROTOCOL_ICMP,
  PROTOCOL_ICMPV6,
  PROTOCOL_TCP,
} from '../wire/packet.ts'
import type { IcmpInput } from './icmp-input.ts'
import type { IcmpOutput } from './icmp-output.ts'
import type { Interface } from './interface.ts'
import type { IpCounters } from './ip-counters.ts'
import type { NetworkConfig } from './network-config.ts'
import type { Topology } from './topology.ts'
import type { TransportReceiver } from './transport.ts'

function countMark(codepoint: number, counters: IpCounters): void {
  switch (codepoint) {
    case ECT1:
      counters.IpExtInECT1Pkts += 1
      return
    case ECT0:
      counters.IpExtInECT0Pkts += 1
      return
    case CE:
      counters.IpExtInCEPkts += 1
      return
    default:
      counters.IpExtInNoECTPkts += 1
  }
}

/** From the link to the transports: IP packets checked, put together, handed up. */
export class Ingress {
  readonly reassembly: Reassembly
  private readonly topology: Topology
  private readonly icmpInput: IcmpInput
  private readonly icmpOutput: IcmpOutput
  /** By upper-layer protocol. */
  private readonly receivers: readonly (TransportReceiver | null)[]
  private readonly counters: IpCounters
  private readonly ip = new IpHeader()
  /** A reassembled datagram. */
  private readonly whole = new Packet()
  private readonly wholeIp = new IpHeader()
  /** The packet that is being delivered came to others too: no error may answer it. */
  private toMany = false

  constructor(
    topology: Topology,
    icmpInput: IcmpInput,
    icmpOutput: IcmpOutput,
    receivers: readonly (TransportReceiver | null)[],
    counters: IpCounters,
    config: NetworkConfig,
    random: () => number,
  ) {
    this.topology = topology
    this.icmpInput = icmpInput
    this.icmpOutput = icmpOutput
    this.receivers = receivers
    this.counters = counters
    this.reassembly = new Reassembly(config, counters, random(), (bytes, start, end, toMany, now) => {
      if (!toMany) this.timedOut(bytes, start, end, now)
    })
  }

  /** `packet.start` is the IP header; `toMany`: the link delivered it to more than one host. */
  receive(from: Interface, packet: Packet, toMany: boolean, now: number): void {
    const { ip, counters } = this
    counters.IpInReceives += 1
    if (!parseIp(packet.bytes, packet.start, packet.end, ip)) {
      counters.IpInHdrErrors += 1
      return
    }
    countMark(ip.trafficClass & ECN_BITS, counters)
    // Other options of IPv4 are passed over (RFC 9293, 3.9.2, MUST-50); source routes are refused (RFC 7126, 4.3
    // and 4.4; Linux: accept_source_route), so that none is to be answered by (MUST-53).
    const optionsAt = packet.start + IPV4_HEADER
    if (ip.version === 4 && ip.payloadStart > optionsAt && hasSourceRoute(packet.bytes, optionsAt, ip.payloadStart)) {
      counters.IpInDiscards += 1
      return
    }
    if (!this.plausibleSource(from)) {
      counters.IpInMartians += 1
      return
    }
    const { destination } = ip
    let many = toMany
    if (this.topology.kindOf(destination) !== 'ours') {
      if (!this.forUs(from)) {
        counters.IpInAddrErrors += 1
        return
      }
      many ||= !isLoopback(destination)
    }
    if (ip.moreFragments || ip.fragmentOffset > 0) this.receiveFragment(from, packet, many, now)
    else this.deliver(from, ip, packet, many, now)
  }

  /** Answers the packet that is being delivered. */
  reject(ip: IpHeader, packet: Packet, reason: 'port-unreachable' | 'protocol-unreachable', now: number): void {
    if (this.toMany) return
    const { bytes, start } = packet
    // What the link has added behind the packet is no part of it.
    const end = ip.payloadStart + ip.payloadLength
    const send = (type: number, code: number, word: number) =>
      this.icmpOutput.error(type, code, word, ip, bytes, start, end, now)
    if (ip.version === 4) {
      send(ICMP_UNREACHABLE, reason === 'port-unreachable' ? ICMP_PORT_UNREACHABLE : ICMP_PROTOCOL_UNREACHABLE, 0)
    } else if (reason === 'port-unreachable') send(ICMPV6_UNREACHABLE, ICMPV6_PORT_UNREACHABLE, 0)
    else {
      const pointer = nextHeaderPointer(bytes, start, ip)
      send(ICMPV6_PARAMETER_PROBLEM, ICMPV6_UNKNOWN_NEXT_HEADER, pointer)
    }
  }

  /** A source that a packet can have (MUST-63; RFC 1122, 3.2.1.3; RFC 1812, 5.3.7; RFC 4291, 2.5 and 2.7). */
  private plausibleSource(from: Interface): boolean {
    const { source, version, destination, protocol } = this.ip
    // A mapped address in an IPv6 header would be taken for an IPv4 one.
    if (version === 6 && (source.isV4 || destination.isV4)) return false
    if (isMulticast(source)) return false
    // Without an address one may ask for neighbours only (RFC 4862); DHCP servers we are not.
    if (isUnspecified(source)) return version === 6 && protocol === PROTOCOL_ICMPV6
    if (from.loopback) return true
    return this.topology.kindOf(source) === 'other' && !isLoopback(source)
  }

  /** A destination that is none of our addresses, and yet means us. */
  private forUs(from: Interface): boolean {
    const { destination } = this.ip
    if (isLoopback(destination)) return from.loopback
    if (isMulticast(destination)) return this.topology.isMember(destination, from)
    return this.topology.kindOf(destination) === 'broadcast'
  }

  private receiveFragment(from: Interface, packet: Packet, toMany: boolean, now: number): void {
    const { whole, wholeIp, reassembly } = this
    if (!reassembly.add(this.ip, packet.bytes, packet.start, toMany, now)) return
    whole.bytes = reassembly.assembled
    whole.start = 0
    whole.end = reassembly.assembledEnd
    whole.checksumOffloaded = false
    // RFC 8200, 4.5: fragments within fragments are not put together.
    if (parseIp(whole.bytes, 0, whole.end, wholeIp) && !wholeIp.hasFragmentHeader && wholeIp.fragmentOffset === 0) {
      this.deliver(from, wholeIp, whole, toMany, now)
    } else this.counters.IpInHdrErrors += 1
  }

  private deliver(from: Interface, ip: IpHeader, packet: Packet, toMany: boolean, now: number): void {
    const { counters } = this
    const { protocol } = ip
    this.toMany = toMany
    if (protocol === (ip.version === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6)) {
      counters.IpInDelivers += 1
      this.icmpInput.receive(from, ip, packet, toMany, now)
      return
    }
    const receiver = this.receivers[protocol]
    if (receiver !== null) {
      // RFC 9293, 3.9.2.3, MUST-57: a connection is between two.
      if (toMany && protocol === PROTOCOL_TCP) {
        counters.IpInDiscards += 1
        return
      }
      counters.IpInDelivers += 1
      receiver.receive(ip, packet, now)
    } else if (ip.version === 6 && protocol === PROTOCOL_NONE) {
      counters.IpInDiscards += 1
    } else {
      counters.IpInUnknownProtos += 1
      this.reject(ip, packet, 'protocol-unreachable', now)
    }
  }

  /** RFC 1122, 3.3.2 and RFC 8200, 4.5: the first fragment's sender is told. */
  private timedOut(bytes: Uint8Array, start: number, end: number, now: number): void {
    const { wholeIp } = this
    if (!parseQuotedIp(bytes, start, end, wholeIp)) return
    const type = wholeIp.version === 4 ? ICMP_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED
    this.icmpOutput.error(type, ICMP_REASSEMBLY_TIME_EXCEEDED, 0, wholeIp, bytes, start, end, now)
  }
}
