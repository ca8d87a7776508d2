import { describe, expect, it } from 'vitest'
import { Packets, PacketsBuilder } from './packets.ts'
import type { Act } from './timeline.ts'
import { withAct } from './with-act.ts'

/** Packets that are sent at 0, 10 ms, 20 ms ... and take 10 ms. */
function packets(count: number): Packets {
  const builder = new PacketsBuilder()
  for (let i = 0; i < count; i += 1) {
    builder.add({ from: 0, to: 1, sentAt: i * 10_000, arrivedAt: (i + 1) * 10_000, bytes: new Uint8Array(20) })
  }
  return new Packets(builder.finish())
}
const run = { packets: packets(6) }
const close = (at: number): Act => ({ kind: 'close', at, host: 'client', port: 1, peerPort: 2 })
const lose = (packet: number): Act => ({ kind: 'lose', packet, at: packet * 10_000 + 5000 })

describe('an act among those that were done', () => {
  it('keeps what was done until now, at this very moment too', () => {
    expect(withAct([close(5000), close(10_000)], close(10_000), run, 10_000)).toEqual([
      close(5000),
      close(10_000),
      close(10_000),
    ])
  })

  it('drops what was done in the future that is left', () => {
    expect(withAct([close(5000), close(10_001), lose(2)], close(10_000), run, 10_000)).toEqual([
      close(5000),
      close(10_000),
    ])
  })

  it('on a packet of the past keeps what was done since, but not to packets that may be others now', () => {
    expect(withAct([lose(0), lose(4), close(50_000)], lose(2), run, 55_000)).toEqual([lose(0), close(50_000), lose(2)])
  })

  it('on a packet to come keeps what is done before that', () => {
    expect(withAct([close(20_000)], lose(4), run, 0)).toEqual([close(20_000), lose(4)])
    expect(withAct([close(50_000)], { kind: 'duplicate', packet: 3 }, run, 0)).toEqual([
      { kind: 'duplicate', packet: 3 },
    ])
  })
})
