import { describe, expect, it } from 'vitest'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { PROTOCOL_TCP } from '../wire/packet.ts'
import { isAny, nth } from './aims.ts'
import { Bottleneck } from './bottleneck.ts'
import { Corruption } from './corruption.ts'
import { Duplication } from './duplication.ts'
import { forge } from './forge.ts'
import { Link } from './link.ts'
import { DropTail } from './queue.ts'
import { Reordering } from './reordering.ts'
import { SeededRandom } from './seeded-random.ts'
import { through } from './stage.testkit.ts'
import { VirtualClock } from './virtual-clock.ts'
import { WirePacket } from './wire-packet.ts'

const COUNT = 100_000

describe('duplication', () => {
  it('sends so many twice, the copy right behind and the same', () => {
    const passed = through(new Duplication(0.1, new SeededRandom(1)), COUNT)
    expect(passed.length / COUNT - 1).toBeCloseTo(0.1, 2)
    const copies = passed.filter((each, i) => {
      const before = passed[i - 1]
      return before?.number === each.number && before.packet.bytes === each.packet.bytes && before.at === each.at
    })
    expect(passed.length - copies.length).toBe(COUNT)
  })
})

describe('corruption', () => {
  it('turns one bit over in so many packets, anywhere, and leaves the others', () => {
    const passed = through(new Corruption(0.1, new SeededRandom(1)), 20_000, 1000, 64)
    const places = new Set<number>()
    let corrupt = 0
    for (const { number, packet } of passed) {
      const changed = [...packet.bytes]
        .map((byte, at) => ({ at, bits: byte ^ (number & 255) }))
        .filter(({ bits }) => bits)
      if (changed.length === 0) continue
      corrupt += 1
      expect(changed).toHaveLength(1)
      const { at, bits } = changed[0] ?? { at: -1, bits: 0 }
      expect(bits & (bits - 1)).toBe(0)
      places.add(at * 8 + Math.log2(bits))
    }
    expect(corrupt / 20_000).toBeCloseTo(0.1, 1)
    // 2,000 hits on 512 bits leave hardly one out.
    expect(places.size).toBeGreaterThan(490)
  })

  it('is caught by the checksums of IPv4 and TCP, wherever it strikes', () => {
    const bytes = forge({
      from: '10.0.0.1',
      to: '10.0.0.2',
      sourcePort: 1,
      destinationPort: 2,
      payload: new Uint8Array(11),
    })
    const corruption = new Corruption(1, new SeededRandom(1))
    const inOrder = (whole: Uint8Array) => {
      const { ip } = new WirePacket(whole)
      if (ip === null || ip.protocol !== PROTOCOL_TCP || ip.fragmentOffset > 0) return false
      const pseudo = pseudoHeaderSum(ip.source, ip.destination, ip.protocol, ip.payloadLength)
      return fold(sum(whole, ip.payloadStart, ip.payloadLength, pseudo)) === 0xffff
    }
    expect(inOrder(bytes)).toBe(true)
    const passed = Array.from({ length: 2000 }, () => {
      let taken = false
      corruption.pass(new WirePacket(bytes), 0, (packet) => {
        taken = inOrder(packet.bytes)
      })
      return taken
    })
    expect(passed).not.toContain(true)
  })
})

describe('reordering', () => {
  it('holds so many back for so long, and the others not at all', () => {
    const passed = through(new Reordering(0.05, 2500, new SeededRandom(1)), COUNT)
    const late = passed.filter(({ number, at }) => at === number * 1000 + 2500)
    expect(late.length / COUNT).toBeCloseTo(0.05, 2)
    expect(passed.filter(({ number, at }) => at === number * 1000)).toHaveLength(COUNT - late.length)
  })
})

describe('a bottleneck', () => {
  it('keeps its rate to the microsecond, and loses nothing by rounding', () => {
    // 100 bytes at 3 Mbit/s take 266.67 microseconds.
    const passed = through(new Bottleneck(3_000_000, new DropTail()), 3000, 0)
    const at = (number: number) => passed[number]?.at
    expect([at(0), at(1), at(2), at(2999)]).toEqual([267, 534, 800, 800_000])
  })

  it('leaves a packet alone that finds it idle', () => {
    const passed = through(new Bottleneck(8_000_000, new DropTail()), 100, 1000)
    expect(passed.map(({ number, at }) => at - number * 1000)).toEqual(Array(100).fill(100))
  })
})

describe('a fault that delays', () => {
  it('does not hold up those behind at a bottleneck', () => {
    const clock = new VirtualClock(0)
    const link = new Link(['a', 'b'], clock, { delay: 0, rate: 8_000_000 }, new SeededRandom(1))
    const arrivals: number[][] = []
    link.forth.onarrival = (bytes) => arrivals.push([bytes[0] ?? -1, clock.now()])
    link.fault({ aim: nth(1, isAny), effect: { delay: 5000 } })
    for (let i = 0; i < 3; i += 1) link.forth.send(new Uint8Array(1000).fill(i))
    clock.run(10_000)
    expect(arrivals).toEqual([
      [1, 1000],
      [2, 2000],
      [0, 6000],
    ])
  })
})
