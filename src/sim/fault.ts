import type { Aim } from './aims.ts'
import type { Onward, Stage } from './stage.ts'
import type { WirePacket } from './wire-packet.ts'

/** What a fault does to the packets that it is for: drops them, holds them for so many microseconds, doubles them, or what a function says. */
export type FaultEffect =
  | 'drop'
  | 'duplicate'
  | { readonly delay: number }
  | ((packet: WirePacket) => readonly WirePacket[])

/** Something that goes wrong on purpose, for the packets that it is aimed at. */
export class Fault implements Stage {
  /** Packets that it has met. */
  hits = 0
  private readonly aim: Aim
  private readonly effect: FaultEffect

  constructor(aim: Aim, effect: FaultEffect) {
    this.aim = aim
    this.effect = effect
  }

  pass(packet: WirePacket, now: number, onward: Onward): void {
    if (!this.aim(packet)) {
      onward(packet, now)
      return
    }
    this.hits += 1
    const { effect } = this
    if (effect === 'drop') return
    if (typeof effect === 'function') {
      for (const each of effect(packet)) onward(each, now)
    } else if (effect === 'duplicate') {
      onward(packet, now)
      onward(packet, now)
    } else {
      onward(packet, now + effect.delay)
    }
  }
}
