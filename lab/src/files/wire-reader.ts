import { type CapturedPacket, parseCapturedSegment } from 'estab/trace'
import {
  type Address,
  formatAddress,
  IpHeader,
  PROTOCOL_ICMP,
  PROTOCOL_ICMPV6,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  parseQuotedIp,
  readU16,
  TcpSegment,
  UDP_HEADER,
} from 'estab/wire'
import { endpoint } from '../run/fields.ts'

/** Of an ICMP error: its own header, before what it quotes. */
const ICMP_HEADER = 8
/** Destination unreachable, source quench, time exceeded, parameter problem; of ICMPv6 every type below 128. */
const ERRORS: ReadonlySet<number> = new Set([3, 4, 11, 12])
const FIRST_INFORMATION = 128

/** Reads packets as they were on a wire, cut or not, one after the other into the same fields. */
export class WireReader {
  readonly ip = new IpHeader()
  readonly segment = new TcpSegment()
  /** Whether `segment` is what the packet carries. */
  isTcp = false
  /** Of UDP, or of what an ICMP error quotes; -1 = none. */
  sourcePort = -1
  destinationPort = -1
  /** Bytes of payload. */
  length = 0
  private readonly quoted = new IpHeader()
  /** Of what is no TCP segment. */
  private otherPair = ''

  /** False for what is no IP packet. */
  read(packet: CapturedPacket): boolean {
    this.sourcePort = -1
    this.destinationPort = -1
    this.otherPair = ''
    this.isTcp = parseCapturedSegment(packet, this.ip, this.segment)
    if (this.isTcp) {
      this.length = this.segment.payloadLength
      return true
    }
    const { bytes, ip: start } = packet
    if (start < 0 || !parseQuotedIp(bytes, start, bytes.length, this.ip)) return false
    this.length = this.ip.payloadLength
    if (this.ip.fragmentOffset > 0) return true
    if (this.ip.protocol === PROTOCOL_UDP) this.readUdp(bytes)
    else this.readError(bytes)
    return true
  }

  /** Between which ports it goes, in whichever direction; '' = between none. What an ICMP error quotes counts. */
  get pair(): string {
    const { isTcp, ip, segment } = this
    return isTcp ? pairOf(ip, PROTOCOL_TCP, segment.sourcePort, segment.destinationPort) : this.otherPair
  }

  /** Whether it goes between one of these, of which `sums` are the `pairSum`s: those spare most packets a text. */
  isOf(pairs: ReadonlySet<string>, sums: ReadonlySet<number>): boolean {
    const { isTcp, ip, segment } = this
    if (!isTcp) return pairs.has(this.otherPair)
    const ports = segment.sourcePort + segment.destinationPort
    const sum = PROTOCOL_TCP + ports + wordsOf(ip.source) + wordsOf(ip.destination)
    return sums.has(sum) && pairs.has(this.pair)
  }

  /** '10.0.0.1:80' of both ends of a pair of ports. */
  endpoints(): readonly [source: string, destination: string] {
    const { ip, segment, isTcp } = this
    const [from, to] = isTcp ? [segment.sourcePort, segment.destinationPort] : [this.sourcePort, this.destinationPort]
    return [endpoint(formatAddress(ip.source), from), endpoint(formatAddress(ip.destination), to)]
  }

  private readUdp(bytes: Uint8Array): void {
    const { payloadStart, payloadLength } = this.ip
    if (payloadLength < UDP_HEADER) return
    this.sourcePort = readU16(bytes, payloadStart)
    this.destinationPort = readU16(bytes, payloadStart + 2)
    this.length = Math.max(0, readU16(bytes, payloadStart + 4) - UDP_HEADER)
    this.otherPair = pairOf(this.ip, PROTOCOL_UDP, this.sourcePort, this.destinationPort)
  }

  private readError(bytes: Uint8Array): void {
    const { protocol, payloadStart, payloadLength } = this.ip
    if (payloadLength <= ICMP_HEADER) return
    const type = bytes[payloadStart] ?? 0
    const tells =
      protocol === PROTOCOL_ICMP ? ERRORS.has(type) : protocol === PROTOCOL_ICMPV6 && type < FIRST_INFORMATION
    const { quoted } = this
    if (!tells || !parseQuotedIp(bytes, payloadStart + ICMP_HEADER, payloadStart + payloadLength, quoted)) return
    if ((quoted.protocol !== PROTOCOL_TCP && quoted.protocol !== PROTOCOL_UDP) || quoted.payloadLength < 4) return
    const at = quoted.payloadStart
    this.otherPair = pairOf(quoted, quoted.protocol, readU16(bytes, at), readU16(bytes, at + 2))
  }
}

/** Of all numbers in a `pair`. */
export function pairSum(pair: string): number {
  return pair.split(' ').reduce((sum, number) => sum + Number(number), 0)
}

function wordsOf({ w0, w1, w2, w3 }: Address): number {
  return w0 + w1 + w2 + w3
}

/** The same for both directions. */
function pairOf(
  { source, destination }: IpHeader,
  protocol: number,
  sourcePort: number,
  destinationPort: number,
): string {
  const from = `${source.w0} ${source.w1} ${source.w2} ${source.w3} ${sourcePort}`
  const to = `${destination.w0} ${destination.w1} ${destination.w2} ${destination.w3} ${destinationPort}`
  return from < to ? `${protocol} ${from} ${to}` : `${protocol} ${to} ${from}`
}
