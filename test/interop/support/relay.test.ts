import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Device } from '../../../src/stack/device.ts'
import { HEADROOM, type Packet } from '../../../src/wire/packet.ts'
import { type Impairments, Relay } from './relay.ts'
import { TimedQueue } from './timed-queue.ts'

/** A device whose packets are handed in and looked at by hand; each packet is one 32-bit number. */
class Hand implements Device {
  readonly name = 'hand'
  readonly mtu = 1500
  readonly medium = 'ip'
  readonly hardwareAddress = new Uint8Array(6)
  readonly checksumOffload = false
  readonly segmentation = 0
  readonly sent: number[] = []
  private readonly waiting: number[] = []
  private readonly inbox = new Uint8Array(4)
  private readonly room = new Uint8Array(HEADROOM + 4)
  private wake = () => {}

  attach(wake: () => void): void {
    this.wake = wake
  }

  push(...numbers: number[]): void {
    this.waiting.push(...numbers)
    this.wake()
  }

  receive(packet: Packet): boolean {
    const next = this.waiting.shift()
    if (next === undefined) return false
    new DataView(this.inbox.buffer).setUint32(0, next)
    packet.bytes = this.inbox
    packet.start = 0
    packet.end = 4
    return true
  }

  claim(): Uint8Array {
    return this.room
  }

  transmit(packet: Packet): void {
    this.sent.push(new DataView(packet.bytes.buffer).getUint32(packet.start))
  }

  close(): void {}
}

const NUMBERS = Array.from({ length: 1000 }, (_, i) => i)

describe('Relay', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  function relay(forth: Partial<Impairments>, seed = 1): { a: Hand; b: Hand; relay: Relay } {
    const a = new Hand()
    const b = new Hand()
    return { a, b, relay: new Relay(a, b, forth, {}, seed) }
  }

  it('forwards both ways at once, in order', () => {
    const { a, b } = relay({})
    a.push(1, 2, 3)
    b.push(9, 8)
    expect(b.sent).toEqual([1, 2, 3])
    expect(a.sent).toEqual([9, 8])
  })

  it.each([
    ['loss', 'lost'],
    ['duplicate', 'duplicated'],
    ['corrupt', 'corrupted'],
    ['reorder', 'reordered'],
  ] as const)('applies %s as often as asked, and the same for the same seed', (impairment, count) => {
    const run = (seed: number) => {
      const { a, b, relay: made } = relay({ [impairment]: 0.1 }, seed)
      for (const number of NUMBERS) a.push(number)
      vi.advanceTimersByTime(10)
      return { sent: b.sent, counts: made.forth.counts }
    }
    const { sent, counts } = run(5)
    expect(counts[count]).toBeGreaterThan(60)
    expect(counts[count]).toBeLessThan(140)
    expect(counts.forwarded).toBe(sent.length)
    expect(sent).not.toEqual(NUMBERS)
    expect(run(5).sent).toEqual(sent)
    expect(run(6).sent).not.toEqual(sent)
  })

  it('turns over one bit where it corrupts', () => {
    const { a, b } = relay({ corrupt: 1 })
    a.push(...NUMBERS)
    for (const [i, number] of b.sent.entries()) {
      const changed = (number ^ i) >>> 0
      expect(Number.isInteger(Math.log2(changed))).toBe(true)
    }
  })

  it('holds a packet back while later ones overtake it', () => {
    const { a, b, relay: made } = relay({ reorder: 1, reorderBy: 4 })
    a.push(1)
    made.forth.impairments.reorder = 0
    a.push(2, 3)
    expect(b.sent).toEqual([2, 3])
    vi.advanceTimersByTime(4)
    expect(b.sent).toEqual([2, 3, 1])
  })

  it('delays', () => {
    const { a, b } = relay({ delay: 20 })
    a.push(1)
    vi.advanceTimersByTime(10)
    a.push(2)
    vi.advanceTimersByTime(9)
    expect(b.sent).toEqual([])
    vi.advanceTimersByTime(1)
    expect(b.sent).toEqual([1])
    vi.advanceTimersByTime(10)
    expect(b.sent).toEqual([1, 2])
  })

  it('limits the rate and what it holds meanwhile', () => {
    // 4 bytes take 10 ms.
    const { a, b, relay: made } = relay({ rate: 3200, queue: 3 })
    a.push(1, 2, 3, 4, 5)
    expect(made.forth.counts.overflowed).toBe(2)
    vi.advanceTimersByTime(10)
    expect(b.sent).toEqual([1])
    a.push(6)
    vi.advanceTimersByTime(100)
    expect(b.sent).toEqual([1, 2, 3, 6])
  })
})

it('TimedQueue gives items by time, then by arrival', () => {
  const queue = new TimedQueue<string>()
  const times = NUMBERS.map((i) => (i * 7919) % 50)
  for (const [i, time] of times.entries())
    queue.put(time, `${String(time).padStart(2, '0')}.${String(i).padStart(4, '0')}`)
  const order = NUMBERS.map(() => queue.take())
  expect(order).toEqual([...order].sort())
  expect(queue.length).toBe(0)
  expect(queue.due).toBe(Number.POSITIVE_INFINITY)
  expect(queue.take()).toBeUndefined()
})
