import type { Packet } from '../wire/packet.ts'
import type { Interface } from './interface.ts'
import type { Hop, Link } from './link.ts'

/** A link that carries bare IP packets to one other end. */
export class IpLink implements Link {
  private readonly interface: Interface

  constructor(owner: Interface) {
    this.interface = owner
  }

  open(): 'one' {
    return 'one'
  }

  send(_hop: Hop, packet: Packet, now: number): void {
    this.interface.transmit(packet, now)
  }

  neighbourMessage(): void {}

  reached(): void {}

  doubted(): void {}

  tick(): void {}

  deadline(): number {
    return Number.POSITIVE_INFINITY
  }

  close(): void {}
}
