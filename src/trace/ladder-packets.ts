import { IcmpError } from '../ip/icmp-error.ts'
import type { Device } from '../stack/device.ts'
import { formatAddress } from '../wire/address-text.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { ETHERNET_HEADER, ETHERTYPE_IPV4, ETHERTYPE_IPV6, EthernetHeader, parseEthernet } from '../wire/ethernet.ts'
import { IcmpMessage, parseIcmp } from '../wire/icmp.ts'
import { parseIp } from '../wire/ip-header.ts'
import { IpHeader, type Packet, PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/packet.ts'
import { parseUdp, UdpDatagram } from '../wire/udp.ts'
import { type Label, packetLabel } from './ladder-events.ts'

/** A packet that belongs on a ladder and is no TCP segment. */
export interface SeenPacket {
  /** Address and port of both ends. An error comes from where the packet that it is about was to go. */
  readonly source: string
  readonly destination: string
  /** Alike for packets that are alike. */
  readonly key: string
  readonly label: Label
}

/** Reads UDP datagrams, and ICMP errors about TCP and UDP, from the packets of a device. */
export class PacketReader {
  private readonly ethernet = new EthernetHeader()
  private readonly ip = new IpHeader()
  private readonly udp = new UdpDatagram()
  private readonly icmp = new IcmpMessage()
  private readonly error = new IcmpError()

  /** Null: something else, a fragment, or damaged. */
  read(packet: Packet, medium: Device['medium']): SeenPacket | null {
    const { ip } = this
    const { bytes, start, end } = packet
    if (medium === 'ethernet' && !this.holdsIp(packet)) return null
    if (!parseIp(bytes, medium === 'ethernet' ? start + ETHERNET_HEADER : start, end, ip)) return null
    if (ip.moreFragments || ip.fragmentOffset > 0) return null
    if (ip.protocol === PROTOCOL_UDP) return this.readUdp(packet)
    return ip.protocol === (ip.version === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6) ? this.readError(packet) : null
  }

  private holdsIp({ bytes, start, end }: Packet): boolean {
    if (!parseEthernet(bytes, start, end, this.ethernet)) return false
    return this.ethernet.etherType === ETHERTYPE_IPV4 || this.ethernet.etherType === ETHERTYPE_IPV6
  }

  private readUdp({ bytes, checksumOffloaded }: Packet): SeenPacket | null {
    const { ip, udp } = this
    if (!parseUdp(bytes, ip.payloadStart, ip.payloadLength, udp)) return null
    if (udp.hasChecksum && !checksumOffloaded && !this.isIntact(bytes, true)) return null
    return {
      source: endpoint(formatAddress(ip.source), udp.sourcePort),
      destination: endpoint(formatAddress(ip.destination), udp.destinationPort),
      key: `udp ${udp.payloadLength} ${hash(bytes, udp.payloadStart, udp.payloadLength)}`,
      label: packetLabel('udp', `udp ${udp.payloadLength}`, udp.payloadLength, ''),
    }
  }

  private readError({ bytes, checksumOffloaded }: Packet): SeenPacket | null {
    const { ip, icmp, error } = this
    if (!parseIcmp(bytes, ip.payloadStart, ip.payloadLength, icmp) || !error.read(ip.version, icmp)) return null
    if (error.protocol !== PROTOCOL_TCP && error.protocol !== PROTOCOL_UDP) return null
    if (!checksumOffloaded && !this.isIntact(bytes, ip.version === 6)) return null
    const text = error.kind === 'packet-too-big' ? `icmp ${error.kind} ${error.mtu}` : `icmp ${error.kind}`
    const peer = formatAddress(error.destination)
    const from = formatAddress(ip.source)
    return {
      source: endpoint(peer, error.destinationPort),
      destination: endpoint(formatAddress(error.source), error.sourcePort),
      key: `${text} ${from} ${error.seq}`,
      label: packetLabel('icmp', text, 0, from === peer ? '' : from),
    }
  }

  /** Whether the sum over the payload of the IP packet comes out; ICMP has no pseudo-header (RFC 792), ICMPv6 has. */
  private isIntact(bytes: Uint8Array, pseudo: boolean): boolean {
    const { source, destination, protocol, payloadStart, payloadLength } = this.ip
    const initial = pseudo ? pseudoHeaderSum(source, destination, protocol, payloadLength) : 0
    return fold(sum(bytes, payloadStart, payloadLength, initial)) === 0xffff
  }
}

/** `10.0.0.1:80`, `[2001:db8::1]:80` (RFC 5952, 6). */
export function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** FNV-1a, 32 bits. */
function hash(bytes: Uint8Array, start: number, length: number): number {
  let value = 0x811c9dc5
  for (let i = start; i < start + length; i++) value = Math.imul(value ^ (bytes[i] ?? 0), 0x01000193)
  return value >>> 0
}
