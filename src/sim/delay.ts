import type { Onward, Stage } from './stage.ts'
import type { WirePacket } from './wire-packet.ts'

/** The time that it takes to get there, the same for all. */
export class Delay implements Stage {
  private readonly microseconds: number

  constructor(microseconds: number) {
    this.microseconds = microseconds
  }

  pass(packet: WirePacket, now: number, onward: Onward): void {
    onward(packet, now + this.microseconds)
  }
}
