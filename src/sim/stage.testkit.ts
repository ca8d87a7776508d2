import type { Stage } from './stage.ts'
import { WirePacket } from './wire-packet.ts'

/** A packet that came out of a stage: the number that it was sent under, and when. */
export interface Passed {
  readonly number: number
  readonly packet: WirePacket
  readonly at: number
}

/** Sends `count` packets of `length` bytes through a stage, one each `gap` microseconds; those that come out, in the order of their sending. */
export function through(stage: Stage, count: number, gap = 1000, length = 100): Passed[] {
  const out: Passed[] = []
  for (let number = 0; number < count; number += 1) {
    const bytes = new Uint8Array(length).fill(number & 255)
    stage.pass(new WirePacket(bytes), number * gap, (packet, at) => out.push({ number, packet, at }))
  }
  return out
}

/** Mean of some numbers, and their standard deviation. */
export function spread(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length
  const variance = values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / values.length
  return { mean, deviation: Math.sqrt(variance) }
}
