import { ICMP_PROHIBITED, ICMP_UNREACHABLE, ICMPV6_PROHIBITED, ICMPV6_UNREACHABLE } from '../wire/icmp.ts'
import type { Aim } from './aims.ts'
import { resetFor } from './answers.ts'
import type { Middlebox, Surrounds } from './middlebox.ts'
import type { Port } from './port.ts'
import type { WirePacket } from './wire-packet.ts'

/** What to do with the packets that a rule is for. */
export interface FirewallRule {
  readonly aim: Aim
  /**
   * 'drop' says nothing; 'prohibit' answers by ICMP 'communication administratively prohibited' (RFC 1812, 5.2.7.1;
   * RFC 4443, 3.1); 'reset' a TCP segment by RST in the name of its destination, and anything else not at all.
   */
  readonly verdict: 'accept' | 'drop' | 'prohibit' | 'reset'
}

/** A firewall as a function of a router: the first rule that is for a packet decides, and without one it is accepted. */
export class Firewall implements Middlebox {
  /** Packets that were not accepted. */
  refused = 0
  private readonly rules: readonly FirewallRule[]

  constructor(rules: readonly FirewallRule[]) {
    this.rules = rules
  }

  enter(packet: WirePacket, from: Port, router: Surrounds): WirePacket | null {
    const verdict = this.rules.find(({ aim }) => aim(packet))?.verdict ?? 'accept'
    if (verdict === 'accept') return packet
    this.refused += 1
    if (verdict === 'prohibit') {
      router.complain(packet, from, [ICMP_UNREACHABLE, ICMP_PROHIBITED], [ICMPV6_UNREACHABLE, ICMPV6_PROHIBITED])
    } else if (verdict === 'reset') {
      const reset = resetFor(packet)
      if (reset !== null) router.originate(reset)
    }
    return null
  }

  leave(packet: WirePacket): WirePacket {
    return packet
  }
}
