import { describe, expect, it } from 'vitest'
import { MARKS, Packets } from '../run/packets.ts'
import { play } from '../run/play.ts'
import type { Act, Timeline } from '../run/timeline.ts'
import { sandbox } from '../sandbox/presets.ts'
import { corruption, overtaking } from './touch.ts'

const OPEN = sandbox('pair')

function packetsOf(...acts: Act[]): Packets {
  const timeline: Timeline = { ...OPEN, acts: [...OPEN.acts, ...acts] }
  return new Packets(play(timeline).data.packets)
}
const port = packetsOf()
  .at(0)
  .bytes.subarray(20, 22)
  .reduce((all, byte) => all * 256 + byte, 0)
const write: Act = { kind: 'write', at: 100_000, host: 'client', port, peerPort: 80, bytes: 4000 }

describe('a packet that lets the next one pass', () => {
  it('arrives just behind it, out of order', () => {
    const packets = packetsOf(write)
    const first = packets.firstFrom(100_000)
    const act = overtaking(packets, first)
    expect(act).toEqual({ kind: 'delay', packet: first, by: 1 })
    if (act === null) return
    const changed = packetsOf(write, act)
    expect(changed.at(first).arrivedAt).toBeGreaterThan(changed.at(first + 1).arrivedAt)
    expect(changed.at(first + 1).marks & MARKS.outOfOrder).not.toBe(0)
  })

  it('is none where the next is sent only after it has arrived', () => {
    expect(overtaking(packetsOf(), 0)).toBeNull()
  })
})

describe('one bit turned over', () => {
  it.each(['ip', 'tcp', 'payload'] as const)('in %s: nothing is taken, and the data comes again', (part) => {
    const packets = packetsOf(write)
    const first = packets.firstFrom(100_000)
    const act = corruption(packets.at(first), part)
    if (act === null) throw new Error('there is no such part')
    const changed = packetsOf(write, act)
    expect(changed.at(first).marks & MARKS.corrupted).not.toBe(0)
    const again = Array.from({ length: changed.count }, (_, i) => changed.at(i)).filter((packet) => {
      return packet.seq === packets.at(first).seq && packet.length > 0
    })
    expect(again.length).toBeGreaterThan(1)
  })

  it('there is no payload in a SYN', () => {
    expect(corruption(packetsOf().at(0), 'payload')).toBeNull()
  })
})
