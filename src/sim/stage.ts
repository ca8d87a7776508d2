import type { WirePacket } from './wire-packet.ts'

/** Sends a packet, or a copy of it, on to the next stage, which it reaches at `at`. */
export type Onward = (packet: WirePacket, at: number) => void

/**
 * A part of the way from one device to another, which decides what becomes of a packet: lost (nothing is sent
 * onward), late, twice, changed. Packets come in the order of their times.
 */
export interface Stage {
  /** `now`: when the packet gets here, microseconds; `onward` is to be called before this returns, with times not before `now`. */
  pass(packet: WirePacket, now: number, onward: Onward): void
}
