import { Address } from '../wire/address.ts'
import { writeU16 } from '../wire/bytes.ts'
import { fold, sum } from '../wire/checksum.ts'
import { IPV4_HEADER } from '../wire/ipv4.ts'
import { IPV6_FRAGMENT_HEADER, IPV6_HEADER } from '../wire/ipv6.ts'
import type { IpHeader } from '../wire/packet.ts'
import { copyBytes } from './copy.ts'

/** No IP packet is longer; for IPv6, behind its fixed header. */
const MAX_LENGTH = 65_535
/** An honest sender makes 1,280-byte pieces or such: 64 KiB in 256-byte pieces is generous. */
const MAX_FRAGMENTS = 256
/** What a datagram and a fragment cost besides the bytes, roughly, so that empty ones are not free. */
const DATAGRAM_COST = 256
const FRAGMENT_COST = 128

const CONGESTION_EXPERIENCED = 3
const NEXT_HEADER_FRAGMENT = 44

/** What became of a fragment. 'overlap': the datagram is dead now, and everything that still comes of it is 'refused'. */
export type Insertion = 'held' | 'duplicate' | 'refused' | 'overlap' | 'complete'

class Fragment {
  /** Range within the datagram's payload. */
  readonly offset: number
  readonly end: number
  /** A copy; the payload stands at its end. The first fragment's headers stand before it. */
  readonly bytes: Uint8Array

  constructor(offset: number, end: number, bytes: Uint8Array) {
    this.offset = offset
    this.end = end
    this.bytes = bytes
  }

  /** Where the payload begins in `bytes`. */
  get payloadStart(): number {
    return this.bytes.length - (this.end - this.offset)
  }
}

/** A datagram of which fragments have come. */
export class Datagram {
  readonly version: 4 | 6
  readonly born: number
  readonly bucket: number
  /** Bytes this holds, bookkeeping included. */
  held = DATAGRAM_COST
  /** Overlapping fragments were seen: kept only to refuse the rest (RFC 5722, 3). */
  dead = false
  /** A fragment came to more than this host. */
  toMany = false
  chain: Datagram | null = null
  older: Datagram | null = null
  younger: Datagram | null = null
  private readonly source = new Address()
  private readonly destination = new Address()
  private readonly identification: number
  /** RFC 791, 3.2 has the protocol among what tells datagrams apart, RFC 8200, 4.5 has not. */
  private readonly protocol: number
  /** In order of their offsets. */
  private fragments: Fragment[] = []
  private received = 0
  /** Payload length, known with the last fragment; -1 = not yet. */
  private total = -1
  /** Bits by ECN codepoint: which were seen (RFC 3168, 5.3). */
  private codepoints = 0

  constructor(ip: IpHeader, now: number, bucket: number) {
    this.version = ip.version
    this.born = now
    this.bucket = bucket
    this.source.set(ip.source)
    this.destination.set(ip.destination)
    this.identification = ip.identification
    this.protocol = ip.version === 4 ? ip.protocol : 0
  }

  /** Whether a fragment can be of any datagram: not empty, whole units of 8 bytes but at the end, not beyond what IP can carry. */
  static acceptable(ip: IpHeader): boolean {
    if (ip.payloadLength === 0 || (ip.moreFragments && (ip.payloadLength & 7) !== 0)) return false
    const room = ip.version === 4 ? MAX_LENGTH - IPV4_HEADER : MAX_LENGTH
    return ip.fragmentOffset + ip.payloadLength <= room
  }

  /** The first fragment as a packet of its own; null = it is not here. */
  get first(): Fragment | null {
    const first = this.fragments[0]
    return first !== undefined && first.offset === 0 ? first : null
  }

  isOf(ip: IpHeader): boolean {
    return (
      this.identification === ip.identification &&
      this.version === ip.version &&
      (this.version === 6 || this.protocol === ip.protocol) &&
      this.source.equals(ip.source) &&
      this.destination.equals(ip.destination)
    )
  }

  /** Takes a copy of the fragment that `ip` describes, whose packet begins at `start`. */
  insert(ip: IpHeader, bytes: Uint8Array, start: number, toMany: boolean): Insertion {
    if (this.dead || !Datagram.acceptable(ip)) return 'refused'
    const offset = ip.fragmentOffset
    const end = offset + ip.payloadLength
    const index = this.position(offset)
    const before = this.fragments[index - 1]
    const after = this.fragments[index]
    if (after !== undefined && after.offset === offset && after.end === end && this.same(after, ip, bytes)) {
      // RFC 8200, 4.5: a network may deliver twice.
      return 'duplicate'
    }
    const overlaps = (before !== undefined && before.end > offset) || (after !== undefined && after.offset < end)
    if (overlaps || this.contradicts(ip, end)) return this.kill()
    if (this.fragments.length >= MAX_FRAGMENTS) return this.kill()
    const payloadEnd = ip.payloadStart + ip.payloadLength
    const copy = copyBytes(bytes, offset === 0 ? start : ip.payloadStart, payloadEnd)
    this.fragments.splice(index, 0, new Fragment(offset, end, copy))
    this.received += ip.payloadLength
    this.held += copy.length + FRAGMENT_COST
    this.codepoints |= 1 << (ip.trafficClass & 3)
    this.toMany ||= toMany
    if (!ip.moreFragments) this.total = end
    return this.received === this.total ? 'complete' : 'held'
  }

  /**
   * Writes the datagram as one unfragmented packet to `out` from 0 on, which holds 65,575 bytes, and
   * returns where it ends; 0 = its fragments do not make a packet.
   */
  assemble(out: Uint8Array): number {
    const first = this.first
    if (first === null) return 0
    const headerLength = first.payloadStart - (this.version === 6 ? IPV6_FRAGMENT_HEADER : 0)
    if (
      this.version === 4 ? headerLength + this.total > MAX_LENGTH : headerLength - IPV6_HEADER + this.total > MAX_LENGTH
    ) {
      return 0
    }
    const notCapable = (this.codepoints & 1) !== 0
    const congested = (this.codepoints & (1 << CONGESTION_EXPERIENCED)) !== 0
    // RFC 3168, 5.3: a mark must not be lost, and must not come to one who does not understand it.
    if (congested && notCapable) return 0
    out.set(first.bytes.subarray(0, headerLength))
    for (const { bytes, offset, payloadStart } of this.fragments) {
      out.set(bytes.subarray(payloadStart), headerLength + offset)
    }
    if (this.version === 4) finishV4(out, headerLength, this.total, congested)
    else finishV6(out, headerLength, this.total, congested, first.bytes[headerLength])
    return headerLength + this.total
  }

  /** Where a fragment at `offset` belongs; mostly they come in order. */
  private position(offset: number): number {
    let at = this.fragments.length
    while (at > 0 && this.fragments[at - 1].offset >= offset) at -= 1
    return at
  }

  private same(fragment: Fragment, ip: IpHeader, bytes: Uint8Array): boolean {
    let at = ip.payloadStart
    for (let i = fragment.payloadStart; i < fragment.bytes.length; i += 1, at += 1) {
      if (fragment.bytes[i] !== bytes[at]) return false
    }
    return ip.moreFragments === (this.total !== fragment.end)
  }

  /** Two ends, or data beyond the end. */
  private contradicts(ip: IpHeader, end: number): boolean {
    if (this.total >= 0) return !ip.moreFragments || end > this.total
    const last = this.fragments[this.fragments.length - 1]
    return !ip.moreFragments && last !== undefined && last.end > end
  }

  private kill(): Insertion {
    this.dead = true
    this.fragments = []
    this.held = DATAGRAM_COST
    return 'overlap'
  }
}

function finishV4(out: Uint8Array, headerLength: number, payloadLength: number, congested: boolean): void {
  if (congested) out[1] |= CONGESTION_EXPERIENCED
  writeU16(out, 2, headerLength + payloadLength)
  writeU16(out, 6, 0)
  writeU16(out, 10, 0)
  writeU16(out, 10, ~fold(sum(out, 0, headerLength, 0)))
}

/** `nextHeader`: what the fragment header of the first fragment named (RFC 8200, 4.5). */
function finishV6(
  out: Uint8Array,
  headerLength: number,
  payloadLength: number,
  congested: boolean,
  nextHeader: number,
) {
  if (congested) out[1] |= CONGESTION_EXPERIENCED << 4
  writeU16(out, 4, headerLength - IPV6_HEADER + payloadLength)
  let field = 6
  let at = IPV6_HEADER
  while (at < headerLength && out[field] !== NEXT_HEADER_FRAGMENT) {
    field = at
    at += (out[at + 1] + 1) << 3
  }
  out[field] = nextHeader
}
