import { describe, expect, it } from 'vitest'
import { parseAddress } from '../wire/address-text.ts'
import { emitIp, parseIp } from '../wire/ip-header.ts'
import { ECT0, IpHeader, NOT_ECT, PROTOCOL_UDP } from '../wire/packet.ts'
import { Bottleneck } from './bottleneck.ts'
import { CoDel, DropTail, type QueueDiscipline, Red } from './queue.ts'
import { SeededRandom } from './seeded-random.ts'
import { through } from './stage.testkit.ts'
import { WirePacket } from './wire-packet.ts'

/** 1,000 bytes each millisecond. */
const RATE = 8_000_000
const LENGTH = 1000

/** An IP packet of 1,000 bytes. */
function packet(ecn: number, version: 4 | 6 = 4): WirePacket {
  const header = new IpHeader()
  header.version = version
  const [source, destination] = version === 4 ? ['10.0.0.1', '10.0.0.2'] : ['fd00::1', 'fd00::2']
  header.source.set(parseAddress(source ?? '') ?? header.source)
  header.destination.set(parseAddress(destination ?? '') ?? header.destination)
  header.protocol = PROTOCOL_UDP
  header.trafficClass = ecn
  const headerLength = version === 4 ? 20 : 40
  header.payloadLength = LENGTH - headerLength
  const bytes = new Uint8Array(LENGTH)
  emitIp(header, bytes, headerLength)
  return new WirePacket(bytes)
}

/** Packets for so many milliseconds, `each` of them in a millisecond; how long those waited that came out. */
function waits(bottleneck: Bottleneck, milliseconds: number, each: number, from = 0, ecn = NOT_ECT): number[] {
  const out: number[] = []
  for (let i = 0; i < milliseconds * each; i += 1) {
    const now = from + Math.floor((i * 1000) / each)
    bottleneck.pass(packet(ecn), now, (_packet, at) => out.push(at - now - 1000))
  }
  return out
}

describe('drop-tail', () => {
  it('holds so many packets', () => {
    const bottleneck = new Bottleneck(RATE, new DropTail(5))
    expect(through(bottleneck, 10, 0, LENGTH).map(({ number, at }) => [number, at])).toEqual([
      [0, 1000],
      [1, 2000],
      [2, 3000],
      [3, 4000],
      [4, 5000],
    ])
    expect(bottleneck.dropped).toBe(5)
  })

  it('holds so many bytes, to the last', () => {
    expect(through(new Bottleneck(RATE, new DropTail(undefined, 3000)), 10, 0, LENGTH)).toHaveLength(3)
    expect(through(new Bottleneck(RATE, new DropTail(undefined, 2999)), 10, 0, LENGTH)).toHaveLength(2)
  })

  it('has room again when one has left', () => {
    // Two come while one leaves: half of them find room once it is full.
    const bottleneck = new Bottleneck(RATE, new DropTail(10))
    expect(waits(bottleneck, 1000, 2).length).toBe(1009)
    expect(bottleneck.dropped).toBe(991)
  })
})

describe('RED', () => {
  const judgeAt = (bytes: number, times: number, seed = 1) => {
    const red = new Red({ kind: 'red', least: 20_000, most: 60_000 }, new SeededRandom(seed))
    const state = { packets: bytes / LENGTH, bytes, wait: bytes }
    const verdicts: string[] = []
    // The mean has to get there first.
    for (let i = 0; i < 10_000; i += 1) red.judge(state, LENGTH, i)
    for (let i = 0; i < times; i += 1) verdicts.push(red.judge(state, LENGTH, 10_000 + i))
    return verdicts.filter((each) => each === 'drop').length / times
  }

  it('drops nothing below the least, everything above the most, and more and more in between', () => {
    expect(judgeAt(19_000, 1000)).toBe(0)
    expect(judgeAt(61_000, 1000)).toBe(1)
    const shares = [30_000, 40_000, 50_000].map((bytes) => judgeAt(bytes, 50_000))
    // Evenly spread between 1 and 1 / p, the drops are 2p / (1 + p) of all.
    for (const [i, base] of [0.025, 0.05, 0.075].entries()) {
      expect(Math.abs((shares[i] ?? 0) / ((2 * base) / (1 + base)) - 1)).toBeLessThan(0.1)
    }
  })

  it('lets a burst through that is over before the mean has followed', () => {
    const bottleneck = new Bottleneck(RATE, new Red({ kind: 'red', least: 20_000, most: 60_000 }, new SeededRandom(1)))
    expect(through(bottleneck, 100, 0, LENGTH)).toHaveLength(100)
  })

  it('forgets a long queue when nothing has come for long', () => {
    const red = new Red({ kind: 'red', least: 20_000, most: 60_000 }, new SeededRandom(1))
    const bottleneck = new Bottleneck(RATE, red)
    waits(bottleneck, 3000, 2)
    const { dropped } = bottleneck
    expect(dropped).toBeGreaterThan(100)
    expect(waits(bottleneck, 1000, 1, 60_000_000).length).toBe(1000)
    expect(bottleneck.dropped).toBe(dropped)
  })

  it('marks packets whose ends speak ECN, and drops the others', () => {
    const red = () => new Red({ kind: 'red', least: 10_000, most: 1_000_000, ecn: true }, new SeededRandom(1))
    const [capable, not] = [new Bottleneck(RATE, red()), new Bottleneck(RATE, red())]
    waits(capable, 500, 2, 0, ECT0)
    waits(not, 500, 2, 0, NOT_ECT)
    expect([capable.dropped, capable.marked > 0]).toEqual([0, true])
    expect([not.marked, not.dropped > 0]).toEqual([0, true])
  })
})

describe('CoDel', () => {
  const codel = (ecn = false) => new Bottleneck(RATE, new CoDel({ kind: 'codel', ecn }))

  it('RFC 8289, 4.2: does not punish a burst that is gone within an interval', () => {
    const bottleneck = codel()
    for (let burst = 0; burst < 10; burst += 1) {
      for (let i = 0; i < 80; i += 1) bottleneck.pass(packet(NOT_ECT), burst * 200_000, () => {})
    }
    expect(bottleneck.dropped).toBe(0)
  })

  it('RFC 8289, 4.2: brings down a queue that stands, by drops whose distance shrinks by the square root of their number', () => {
    const bottleneck = codel()
    // 20 ms of a queue, and then as much as leaves.
    for (let i = 0; i < 20; i += 1) bottleneck.pass(packet(NOT_ECT), 0, () => {})
    const drops: number[] = []
    const late: number[] = []
    for (let ms = 0; ms < 1000; ms += 1) {
      const before = bottleneck.dropped
      bottleneck.pass(packet(NOT_ECT), ms * 1000, (_packet, at) => {
        if (ms > 900) late.push(at - ms * 1000 - 1000)
      })
      if (bottleneck.dropped > before) drops.push(ms)
    }
    const gaps = drops.map((at, i) => at - (drops[i - 1] ?? at)).slice(1)
    for (const [i, gap] of gaps.slice(0, 8).entries()) expect(Math.abs(gap - 100 / Math.sqrt(i + 1))).toBeLessThan(3)
    expect(Math.max(...late)).toBeLessThanOrEqual(5000)
  })

  it('RFC 8289, 5.5: goes on at the rate that it needed when the queue stands again soon, and from the beginning later', () => {
    const next = (pause: number, episodes = 2) => {
      const queue = new CoDel({ kind: 'codel' })
      let now = 0
      const stand = (milliseconds: number) => {
        const drops: number[] = []
        for (const end = now + milliseconds * 1000; now < end; now += 1000) {
          if (queue.judge({ packets: 20, bytes: 20_000, wait: 20_000 }, LENGTH, now) === 'drop') drops.push(now)
        }
        return drops
      }
      let drops = stand(1000)
      for (let i = 1; i < episodes; i += 1) {
        for (const end = now + pause; now < end; now += 1000)
          queue.judge({ packets: 0, bytes: 0, wait: 0 }, LENGTH, now)
        drops = stand(250)
      }
      return (drops[1] ?? 0) - (drops[0] ?? 0)
    }
    expect(next(10_000)).toBeLessThan(40_000)
    // What was needed the last time counts, not all that ever was.
    expect(next(10_000, 3)).toBeGreaterThan(next(10_000))
    expect(next(10_000_000)).toBe(100_000)
  })

  it('marks packets whose ends speak ECN', () => {
    const bottleneck = codel(true)
    waits(bottleneck, 400, 2, 0, ECT0)
    expect([bottleneck.dropped, bottleneck.marked > 3]).toEqual([0, true])
  })

  it('does not drop what only waits for the one packet that is being sent', () => {
    // A packet takes 8 ms, more than the target; each comes while the one before it is being sent.
    const bottleneck = new Bottleneck(1_000_000, new CoDel({ kind: 'codel' }))
    bottleneck.pass(packet(NOT_ECT), 0, () => {})
    expect(through(bottleneck, 1000, 8000, LENGTH)).toHaveLength(1000)
  })
})

describe('a congestion mark', () => {
  it.each([4, 6] as const)('RFC 3168, 5: is CE in an IPv%i packet that is otherwise as it was', (version) => {
    const bottleneck = new Bottleneck(RATE, { judge: () => 'mark' } satisfies QueueDiscipline)
    const before = packet(ECT0, version)
    let after: WirePacket | null = null
    bottleneck.pass(before, 0, (marked) => {
      after = marked
    })
    const header = new IpHeader()
    const bytes = (after as WirePacket | null)?.bytes ?? new Uint8Array(0)
    // With the checksum of IPv4 in order, or it would not be read.
    expect(parseIp(bytes, 0, bytes.length, header)).toBe(true)
    expect(header.trafficClass).toBe(3)
    expect(before.ip?.trafficClass).toBe(ECT0)
    expect(bytes.slice(version === 4 ? 12 : 8)).toEqual(before.bytes.slice(version === 4 ? 12 : 8))
  })
})
