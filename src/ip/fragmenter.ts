import type { IpHeader } from '../wire/packet.ts'

/** All fragments but the last carry a multiple of 8 bytes (RFC 791, 3.2; RFC 8200, 4.5). */
export function fragmentPayload(mtu: number, headerLength: number): number {
  return (mtu - headerLength) & ~7
}

/** Cuts a payload into fragments: the range of each and the header fields that say where it belongs. */
export class Fragmenter {
  /** Range of the current fragment within the payload, bytes. */
  offset = 0
  length = 0
  private total = 0
  private piece = 0
  private at = 0

  /** Begins with a payload of `total` bytes in pieces of `piece` bytes (`fragmentPayload`). False when no piece is left room. */
  begin(total: number, piece: number): boolean {
    this.total = total
    this.piece = piece
    this.at = 0
    return piece >= 8
  }

  /** Sets `offset`, `length` and the fields of `header` to the next fragment's; false = the last one is behind us. */
  next(header: IpHeader): boolean {
    if (this.at >= this.total) return false
    this.offset = this.at
    this.length = Math.min(this.piece, this.total - this.at)
    this.at += this.length
    header.fragmentOffset = this.offset
    header.payloadLength = this.length
    header.moreFragments = this.at < this.total
    return true
  }
}
