import { type NewPacket, Packets, PacketsBuilder } from '../run/packets.ts'
import type { Run } from '../run/run.ts'
import { momentsOf } from '../run/when.ts'
import { layoutOf } from './layout.ts'

const NO_BYTES = new Uint8Array()

/** A run of these packets between lanes 'a', 'b' ... and whatever else is given. */
export function runOf(packets: readonly Partial<NewPacket>[], rest: Partial<Run> = {}): Run {
  const builder = new PacketsBuilder()
  let end = 0
  for (const packet of packets) {
    builder.add({ from: 0, to: 1, sentAt: 0, bytes: NO_BYTES, protocol: 6, ...packet })
    for (const at of [packet.sentAt, packet.arrivedAt, packet.lostAt]) if (at !== undefined && at > end) end = at
  }
  return {
    source: 'played',
    lanes: ['a', 'b', 'c'].slice(0, 2).map((name) => ({ name, kind: 'host', addresses: [] })),
    packets: new Packets(builder.finish()),
    links: [],
    connections: [],
    moves: [],
    timers: [],
    samples: [],
    deeds: [],
    remarks: [],
    checks: [],
    figures: [],
    brokenOff: '',
    end,
    epoch: 0,
    ...rest,
  }
}

/** The same with how it is set on paper. */
export function shownOf(packets: readonly Partial<NewPacket>[], rest: Partial<Run> = {}) {
  const run = runOf(packets, rest)
  return { run, layout: layoutOf(run, momentsOf(run)) }
}
