import { Address } from '../wire/address.ts'
import type { Route } from './route.ts'
import type { SendOptions } from './transport.ts'

/** Who holds a UDP port: a socket. Called inside the packet path but for `notify`: it records. */
export interface UdpUser {
  /** A datagram, a range of `bytes` to be copied; false = there is no room for it. */
  deliver(source: Address, sourcePort: number, bytes: Uint8Array, start: number, length: number): boolean
  /** An ICMP error about what was sent to the peer it is connected to; `code` as the errno of Linux. */
  fail(code: string): void
  /** At the end of a turn in which something came, or room for what could not be sent. */
  notify(): void
}

/** A UDP port in use, by one user. */
export class UdpPort {
  readonly user: UdpUser
  readonly port: number
  /** Null = every address of the host. */
  local: Address | null
  /** Connected: datagrams go to this peer if not told otherwise, and come from it alone. */
  connected = false
  readonly remote = new Address()
  remotePort = 0
  /** Whether it may send to broadcast addresses (SO_BROADCAST). */
  broadcast = false
  readonly options: SendOptions = { hopLimit: 64, trafficClass: 0, dontFragment: false }
  /** The route of the last datagram; null before the first. */
  route: Route | null = null
  /** Was refused for want of room, and is told when there is some. */
  blocked = false
  /** In the list of those to be told at the end of the turn. */
  hasNews = false
  /** `local` before it was connected. */
  boundTo: Address | null

  constructor(user: UdpUser, local: Address | null, port: number) {
    this.user = user
    this.local = local
    this.boundTo = local
    this.port = port
  }

  /** How well a datagram from `source` to `destination` fits: -1 = not at all. */
  match(destination: Address, source: Address, sourcePort: number): number {
    let score = 0
    if (this.local !== null) {
      if (!this.local.equals(destination)) return -1
      score += 1
    }
    if (this.connected) {
      if (this.remotePort !== sourcePort || !this.remote.equals(source)) return -1
      score += 2
    }
    return score
  }
}
