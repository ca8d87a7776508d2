/**
 * Bytes to records and back: pure and total. Malformed input gives false and leaves the record in any
 * state; nothing throws, and nothing outside the given range is read.
 */
export { Address } from './address.ts'
export { formatAddress, type Prefix, parseAddress, parsePrefix } from './address-text.ts'
export { ARP_LENGTH, ARP_REPLY, ARP_REQUEST, ArpPacket, emitArp, parseArp } from './arp.ts'
export { readU16, readU32, writeU16, writeU32 } from './bytes.ts'
export { fold, pseudoHeaderSum, sum } from './checksum.ts'
export {
  ETHERNET_HEADER,
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  EthernetHeader,
  emitEthernet,
  multicastLinkAddress,
  parseEthernet,
} from './ethernet.ts'
export * from './icmp.ts'
export { emitIp, ipHeaderLength, parseIp, parseQuotedIp } from './ip-header.ts'
export { IPV4_HEADER } from './ipv4.ts'
export { IPV6_FRAGMENT_HEADER, IPV6_HEADER, PROTOCOL_NONE, walkExtensions } from './ipv6.ts'
export { emitNeighbour, NEIGHBOUR_MESSAGE_MAX, NeighbourMessage, parseNeighbour, solicitedNode } from './ndp.ts'
export {
  CE,
  ECN_BITS,
  ECT0,
  ECT1,
  HEADROOM,
  IpHeader,
  NOT_ECT,
  Packet,
  PROTOCOL_ICMP,
  PROTOCOL_ICMPV6,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from './packet.ts'
export * as seq from './seq.ts'
export { ACK, AE, CWR, ECE, FIN, MAX_SACK_BLOCKS, PSH, RST, SYN, TcpSegment, URG } from './tcp.ts'
export {
  emitTcp,
  parseTcp,
  TCP_CHECKSUM_OFFSET,
  TCP_MAX_HEADER,
  TCP_MIN_HEADER,
  tcpHeaderLength,
} from './tcp-header.ts'
export { emitUdp, parseUdp, UDP_CHECKSUM_OFFSET, UDP_HEADER, UdpDatagram } from './udp.ts'
