import { Address } from './address.ts'

/**
 * Every packet buffer keeps this much room before its transport payload, enough for the largest
 * headers that are written there from right to left: TCP 60, IPv6 40, Ethernet 14, virtio 12.
 */
export const HEADROOM = 128

/** Upper-layer protocol numbers (IANA). */
export const PROTOCOL_ICMP = 1
export const PROTOCOL_TCP = 6
export const PROTOCOL_UDP = 17
export const PROTOCOL_ICMPV6 = 58

/** Where the ECN codepoint stands in a TOS or traffic class, and the codepoints (RFC 3168, 5). */
export const ECN_BITS = 3
export const NOT_ECT = 0
export const ECT1 = 1
export const ECT0 = 2
/** Congestion experienced. */
export const CE = 3

/** A packet on its way between a device and a host: a range of a buffer and what a device may add. */
export class Packet {
  bytes: Uint8Array = new Uint8Array(0)
  /** First byte of the packet (of the Ethernet header, or of the IP header on an IP device). */
  start = 0
  /** One past its last byte. */
  end = 0
  /** In: the transport checksum was verified below. Out: it is left to the device to fill in. */
  checksumOffloaded = false
  /** More than 0: a super-packet, to be cut into segments of so many payload bytes (TSO). */
  segmentSize = 0

  /** Makes it the packet that `bytes` are, whole, as it came off a wire. */
  hold(bytes: Uint8Array): void {
    this.bytes = bytes
    this.start = 0
    this.end = bytes.length
    this.checksumOffloaded = false
    this.segmentSize = 0
  }
}

/** The fields of an IPv4 or IPv6 header that matter above it; filled again and again. */
export class IpHeader {
  version: 4 | 6 = 4
  readonly source = new Address()
  readonly destination = new Address()
  /** Upper-layer protocol: for IPv6, the one behind the extension headers. */
  protocol = 0
  /** TTL or hop limit. */
  hopLimit = 64
  /** IPv4 TOS or IPv6 traffic class: DSCP in the upper six bits, ECN in the lower two. */
  trafficClass = 0
  /** IPv6 flow label. */
  flowLabel = 0
  /** Identification: 16 bits in IPv4, 32 in an IPv6 fragment header. */
  identification = 0
  dontFragment = false
  moreFragments = false
  /** In bytes. */
  fragmentOffset = 0
  /** IPv6 only: a fragment header is present (an atomic fragment has offset 0 and no more, RFC 6946). */
  hasFragmentHeader = false
  /** Range of the payload (in a fragment: its part) within the bytes that were parsed. */
  payloadStart = 0
  payloadLength = 0
}
