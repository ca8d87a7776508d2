import { describe, expect, it } from 'vitest'
import { HEADROOM, Packet } from '../wire/packet.ts'
import { Tap } from './tap.ts'

function send(tap: Tap, value: number): boolean {
  const room = tap.claim()
  if (room === null) return false
  const packet = new Packet()
  room[HEADROOM] = value
  packet.bytes = room
  packet.start = HEADROOM
  packet.end = HEADROOM + 1
  tap.transmit(packet)
  return true
}

function attached(capacity: number): { tap: Tap; woken: () => number } {
  const tap = new Tap({ capacity })
  let count = 0
  tap.attach(() => {
    count += 1
  })
  return { tap, woken: () => count }
}

describe('Tap', () => {
  it('gives copies of what was sent, in order', () => {
    const { tap } = attached(8)
    send(tap, 1)
    send(tap, 2)
    expect([tap.take(), tap.take(), tap.take()]).toEqual([new Uint8Array([1]), new Uint8Array([2]), null])
  })

  it('says when there is room again, to a host that was refused, once', () => {
    const { tap, woken } = attached(2)
    expect([send(tap, 1), send(tap, 2), send(tap, 3)]).toEqual([true, true, false])
    expect(woken()).toBe(0)
    tap.take()
    expect(woken()).toBe(1)
    tap.take()
    tap.take()
    expect(woken()).toBe(1)
  })

  it('says nothing to a host that was not', () => {
    const { tap, woken } = attached(1)
    tap.take()
    send(tap, 1)
    tap.take()
    tap.take()
    expect(woken()).toBe(0)
  })

  it('brings what is delivered, wakes the host, and loses what is too much', () => {
    const { tap, woken } = attached(2)
    expect([1, 2, 3].map((n) => tap.deliver(new Uint8Array([n])))).toEqual([true, true, false])
    expect(woken()).toBe(2)
    const packet = new Packet()
    expect([tap.receive(packet), [...packet.bytes]]).toEqual([true, [1]])
    expect([tap.receive(packet), [...packet.bytes]]).toEqual([true, [2]])
    expect(tap.receive(packet)).toBe(false)
  })

  it('tells a host that comes later what waits', () => {
    const tap = new Tap()
    tap.deliver(new Uint8Array([1]))
    let woken = 0
    tap.attach(() => {
      woken += 1
    })
    expect(woken).toBe(1)
  })

  it('carries nothing once closed', () => {
    const { tap } = attached(4)
    send(tap, 1)
    tap.deliver(new Uint8Array([1]))
    tap.close()
    expect([tap.take(), tap.claim(), tap.deliver(new Uint8Array([1])), tap.receive(new Packet())]).toEqual([
      null,
      null,
      false,
      false,
    ])
  })
})
