import type { TcpConfig } from '../tcp/config.ts'
import { answerWithCookie, type CookieAnswer } from '../tcp/cookie-handshake.ts'
import type { TcpCounters } from '../tcp/counters.ts'
import type { Reason } from '../tcp/reason.ts'
import { refusal } from '../tcp/refusal.ts'
import type { Address } from '../wire/address.ts'
import { ECN_BITS, HEADROOM, IpHeader, NOT_ECT, Packet, PROTOCOL_TCP } from '../wire/packet.ts'
import { TcpSegment } from '../wire/tcp.ts'
import { emitTcp, TCP_CHECKSUM_OFFSET } from '../wire/tcp-header.ts'
import type { Endpoint } from './endpoint.ts'
import type { Interface } from './interface.ts'
import type { Network, SendOptions } from './network.ts'
import type { Sent } from './outbox.ts'
import type { Flow, Probe } from './probe.ts'
import type { Route } from './route.ts'
import type { TimeWait } from './time-wait-record.ts'

const TCP_HEADER = 20
const MAX_PACKET = 65_535
/** IP and TCP header with all options must leave room in 65,535 bytes of IP length. */
const MAX_HEADERS = 120
/** A device that has had no room for so long, in microseconds, loses what it is to send. */
const DEVICE_PATIENCE = 1_000_000

/** TCP payload without options that a path of `mtu` bytes carries to `remote`: the MSS to announce (MUST-67, SHLD-6). */
export function segmentSize(mtu: number, remote: Address): number {
  return Math.max(8, Math.min(mtu, MAX_PACKET) - TCP_HEADER - (remote.isV4 ? 20 : 40))
}

/** The same where a SYN names no MSS (RFC 9293, 3.7.1, MUST-15). */
export function defaultMss(remote: Address): number {
  return remote.isV4 ? 536 : 1220
}

/** Carries segments from connections to the network. */
export class TcpOutput {
  private readonly network: Network
  private readonly counters: TcpCounters
  private readonly segment = new TcpSegment()
  private readonly packet = new Packet()
  /** What a probe sees of the IP header; the network makes the one on the wire. */
  private readonly ip = new IpHeader()
  private readonly options: SendOptions = { hopLimit: 64, trafficClass: 0, dontFragment: true }
  /** Where segments are built that cannot be sent. */
  private waste: Uint8Array = new Uint8Array(0)
  /** When those for whom there was no room have waited long enough; Infinity = nobody waits. */
  giveUpAt = Number.POSITIVE_INFINITY

  constructor(network: Network, counters: TcpCounters) {
    this.network = network
    this.counters = counters
  }

  /**
   * Sends all that the endpoint's connection owes. 'partly' and 'nothing': as much as the device had
   * room for. Where there is no route, or a device that has had no room for long (it may have been
   * closed), what is owed is lost as it would be on the way, so that the connection's timers decide.
   */
  send(endpoint: Endpoint, now: number, probe: Probe): Sent {
    const { connection } = endpoint
    const route = this.usableRoute(endpoint)
    if (route === null) {
      connection.tcb.report('ENETUNREACH')
      this.lose(endpoint, now)
      return 'all'
    }
    if (route.mtu !== endpoint.mtu) {
      endpoint.mtu = route.mtu
      connection.setPathMss(segmentSize(route.mtu, endpoint.remote), now)
    }
    const { segmentation } = route.device
    connection.tcb.segmentationLimit = segmentation > 0 ? Math.min(segmentation, 65_535) - MAX_HEADERS : 0
    const { segment } = this
    for (let sent = false; ; sent = true) {
      const room = route.claim()
      if (room === null) {
        if (!this.lasts(route.interface, now)) return sent ? 'partly' : 'nothing'
        this.lose(endpoint, now)
        return 'all'
      }
      if (!sent) route.interface.refusingSince = Number.POSITIVE_INFINITY
      segment.bytes = room
      segment.payloadStart = HEADROOM
      if (!connection.poll(now, segment)) return 'all'
      segment.sourcePort = endpoint.localPort
      segment.destinationPort = endpoint.remotePort
      this.options.hopLimit = connection.options.hopLimit
      // The DSCP is the user's (IP_TOS; SHLD-22, SHLD-23), the ECN field the connection's.
      this.options.trafficClass = (connection.options.trafficClass & ~ECN_BITS) | segment.ecn
      this.transmit(route, segment, endpoint, connection.tcb.reason, probe, now)
    }
  }

  /** Answers a segment that no connection wants (RFC 9293, 3.10.7.1). */
  refuse(ip: IpHeader, segment: TcpSegment, probe: Probe, now: number): void {
    const route = this.network.route(ip.source, ip.destination)
    if (route === null || !this.hasRoom(route) || !refusal(segment, this.segment)) return
    this.counters.TcpOutRsts += 1
    this.transmitAlone(route, ip.trafficClass & 0xfc, null, 'refusal', probe, now)
  }

  /** The last ACK of a connection in TIME-WAIT, again. */
  acknowledgeLate(entry: TimeWait, probe: Probe, now: number): void {
    const route = this.network.route(entry.remote, entry.local)
    if (route === null || !this.hasRoom(route)) return
    entry.lastAck(this.segment, now)
    this.transmitAlone(route, 0, entry, 'time-wait-ack', probe, now)
  }

  /** The SYN,ACK to a SYN of which nothing is kept. */
  answerWithCookie(
    route: Route,
    syn: TcpSegment,
    answer: CookieAnswer,
    config: TcpConfig,
    probe: Probe,
    now: number,
  ): void {
    if (!this.hasRoom(route)) return
    this.segment.sourcePort = syn.destinationPort
    this.segment.destinationPort = syn.sourcePort
    answerWithCookie(syn, answer, config, this.segment)
    this.transmitAlone(route, 0, null, 'cookie', probe, now)
  }

  /** Whether the device takes one more packet; the segment to be built is then in its buffer. */
  private hasRoom(route: Route): boolean {
    const room = route.claim()
    if (room === null) return false
    this.segment.bytes = room
    this.segment.payloadStart = HEADROOM
    return true
  }

  /** Sends the segment that was built, which is no connection's. */
  private transmitAlone(
    route: Route,
    trafficClass: number,
    flow: Flow | null,
    reason: Reason,
    probe: Probe,
    now: number,
  ): void {
    this.segment.ecn = NOT_ECT
    this.options.hopLimit = 64
    this.options.trafficClass = trafficClass
    this.transmit(route, this.segment, flow, reason, probe, now)
  }

  /** Whether the device, which has no room, has had none for too long. */
  private lasts(device: Interface, now: number): boolean {
    if (device.refusingSince > now) device.refusingSince = now
    const end = device.refusingSince + DEVICE_PATIENCE
    if (now >= end) return true
    this.giveUpAt = Math.min(this.giveUpAt, end)
    return false
  }

  /** What the connection owes counts as sent, and is lost. */
  private lose(endpoint: Endpoint, now: number): void {
    const { segment } = this
    if (this.waste.length === 0) this.waste = new Uint8Array(HEADROOM + MAX_PACKET)
    endpoint.connection.tcb.segmentationLimit = 0
    segment.bytes = this.waste
    segment.payloadStart = HEADROOM
    while (endpoint.connection.poll(now, segment)) this.network.counters.IpOutDiscards += 1
  }

  private transmit(
    route: Route,
    segment: TcpSegment,
    flow: Flow | null,
    reason: Reason | '',
    probe: Probe,
    now: number,
  ): void {
    const { packet } = this
    this.counters.TcpOutSegs += 1
    packet.bytes = segment.bytes
    packet.start = emitTcp(segment)
    packet.end = segment.payloadStart + segment.payloadLength
    packet.segmentSize = segment.segmentSize
    packet.checksumOffloaded = false
    this.ip.version = route.destination.isV4 ? 4 : 6
    this.ip.source.set(route.source)
    this.ip.destination.set(route.destination)
    this.ip.protocol = PROTOCOL_TCP
    this.ip.trafficClass = this.options.trafficClass
    probe.segment('out', this.ip, segment, flow, now, reason)
    this.network.transmit(route, packet, PROTOCOL_TCP, TCP_CHECKSUM_OFFSET, this.options, now)
  }

  /**
   * The endpoint's route, looked up anew when the table has changed or the connection asks for it, from the same
   * address (MUST-45); null = there is none now.
   */
  private usableRoute(endpoint: Endpoint): Route | null {
    const { tcb } = endpoint.connection
    if (tcb.doubtsRoute) {
      tcb.doubtsRoute = false
      this.network.doubted(endpoint.route)
    } else if (endpoint.route.valid) return endpoint.route
    const route = this.network.route(endpoint.remote, endpoint.local)
    if (route !== null) endpoint.route = route
    return route
  }
}
