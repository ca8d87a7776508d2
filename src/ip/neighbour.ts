import { Address } from '../wire/address.ts'
import type { Packet } from '../wire/packet.ts'
import { copyBytes } from './copy.ts'

/**
 * RFC 4861, 7.3.2, for ARP too. INCOMPLETE: asked for, not answered. REACHABLE: lately confirmed.
 * STALE: known, not lately confirmed. DELAY: used while stale, waiting for a hint from above. PROBE:
 * asked again. GONE: not in the table any more, to be looked up anew.
 */
export type NeighbourState = 'INCOMPLETE' | 'REACHABLE' | 'STALE' | 'DELAY' | 'PROBE' | 'GONE'

/** A packet that waits for its neighbour's link address: a copy, from the IP header on. */
export class WaitingPacket {
  readonly bytes: Uint8Array
  readonly checksumOffloaded: boolean
  readonly segmentSize: number

  constructor(packet: Packet) {
    this.bytes = copyBytes(packet.bytes, packet.start, packet.end)
    this.checksumOffloaded = packet.checksumOffloaded
    this.segmentSize = packet.segmentSize
  }
}

/** One node of the same link. */
export class Neighbour {
  readonly address: Address
  readonly linkAddress = new Uint8Array(6)
  state: NeighbourState = 'INCOMPLETE'
  /** When the timer of INCOMPLETE, DELAY or PROBE fires; Infinity = it does not run. Microseconds. */
  deadline = Number.POSITIVE_INFINITY
  /** REACHABLE until then; seen to when the neighbour is used, so that an idle host sleeps. */
  reachableUntil = 0
  /** Solicitations sent without an answer. */
  solicitations = 0
  /** When something was last sent to it: the longest unused is evicted. */
  usedAt: number
  /** Packets that wait, oldest first, while INCOMPLETE. */
  waiting: WaitingPacket[] = []

  constructor(address: Address, now: number) {
    this.address = address.clone()
    this.usedAt = now
  }

  hasLinkAddress(other: Uint8Array): boolean {
    const own = this.linkAddress
    for (let i = 0; i < 6; i += 1) if (own[i] !== other[i]) return false
    return true
  }
}

/** Stands where no neighbour was looked up yet. */
export const GONE_NEIGHBOUR: Neighbour = goneNeighbour()

function goneNeighbour(): Neighbour {
  const neighbour = new Neighbour(new Address(), 0)
  neighbour.state = 'GONE'
  return neighbour
}
