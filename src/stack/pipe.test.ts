import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HEADROOM, Packet } from '../wire/packet.ts'
import type { Device } from './device.ts'
import { Loopback } from './loopback.ts'
import { pipe } from './pipe.ts'

function send(device: Device, value: number, length = 1): boolean {
  const room = device.claim()
  if (room === null) return false
  const packet = new Packet()
  packet.bytes = room
  packet.start = HEADROOM
  packet.end = HEADROOM + length
  packet.segmentSize = value
  packet.checksumOffloaded = device.checksumOffload
  room.fill(value, packet.start, packet.end)
  device.transmit(packet)
  return true
}

function take(device: Device): number {
  const packet = new Packet()
  return device.receive(packet) ? packet.bytes[packet.start] : -1
}

describe('pipe', () => {
  it('hands packets over in order, with what belongs to them', () => {
    const [a, b] = pipe({ checksumOffload: true })
    send(a, 1, 10)
    send(a, 2, 20)
    const packet = new Packet()
    expect(b.receive(packet)).toBe(true)
    expect(packet).toMatchObject({ start: HEADROOM, end: HEADROOM + 10, checksumOffloaded: true, segmentSize: 1 })
    expect(packet.bytes[HEADROOM]).toBe(1)
    expect(take(b)).toBe(2)
    expect(take(b)).toBe(-1)
    expect(take(a)).toBe(-1)
  })

  it('does what a bounded queue does, whatever the order of calls', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.boolean(), { maxLength: 200 }), (capacity, sends) => {
        const [a, b] = pipe({ capacity })
        const model: number[] = []
        for (const [i, sending] of sends.entries()) {
          if (sending) {
            expect(send(a, i & 0xff)).toBe(model.length < capacity)
            if (model.length < capacity) model.push(i & 0xff)
          } else expect(take(b)).toBe(model.shift() ?? -1)
        }
      }),
    )
  })

  it('keeps what was received untouched until the next call, while more is sent', () => {
    const [a, b] = pipe({ capacity: 2 })
    const packet = new Packet()
    send(a, 1)
    b.receive(packet)
    while (send(a, 9));
    a.claim()?.fill(9)
    expect(packet.bytes[packet.start]).toBe(1)
  })

  it('uses few buffers again and again', () => {
    const [a, b] = pipe()
    const seen = new Set<Uint8Array>()
    for (let i = 0; i < 1000; i += 1) {
      const room = a.claim()
      if (room !== null) seen.add(room)
      send(a, i)
      take(b)
    }
    expect(seen.size).toBeLessThanOrEqual(2)
  })

  it('claims the same room until something is sent', () => {
    const [a] = pipe()
    const room = a.claim()
    expect(a.claim()).toBe(room)
    send(a, 1)
    expect(a.claim()).not.toBe(room)
  })

  it('has room for the headers and the largest packet', () => {
    expect(pipe()[0].claim()?.length).toBe(HEADROOM + 1500)
    const [big] = pipe({ segmentation: 65_535 })
    expect(big.claim()?.length).toBe(HEADROOM + 65_535)
    expect(big.checksumOffload).toBe(true)
  })

  it('wakes the receiver once until it has found nothing more', () => {
    const [a, b] = pipe()
    let woken = 0
    b.attach(() => {
      woken += 1
    })
    send(a, 1)
    send(a, 2)
    expect(woken).toBe(1)
    take(b)
    send(a, 3)
    expect(woken).toBe(1)
    while (take(b) >= 0);
    send(a, 4)
    expect(woken).toBe(2)
  })

  it('wakes who is attached after packets have come', () => {
    const [a, b] = pipe()
    send(a, 1)
    let woken = 0
    b.attach(() => {
      woken += 1
    })
    expect(woken).toBe(1)
  })

  it('wakes the sender that was refused, once there is room', () => {
    const [a, b] = pipe({ capacity: 2 })
    let woken = 0
    a.attach(() => {
      woken += 1
    })
    while (send(a, 1));
    take(b)
    take(b)
    expect(woken).toBe(1)
    expect(send(a, 1)).toBe(true)
  })

  it('loses what is sent to an end that was closed, and sends nothing from it', () => {
    const [a, b] = pipe({ capacity: 2 })
    send(a, 1)
    b.close()
    for (let i = 0; i < 10; i += 1) expect(send(a, i)).toBe(true)
    expect(take(b)).toBe(-1)
    expect(b.claim()).toBeNull()
  })

  it('has two addresses where it is an Ethernet, none where not', () => {
    const [a, b] = pipe({ medium: 'ethernet' })
    expect(a.hardwareAddress).not.toEqual(b.hardwareAddress)
    expect(a.hardwareAddress[0] & 3).toBe(2)
    expect(pipe()[0].hardwareAddress).toEqual(new Uint8Array(6))
  })
})

describe('Loopback', () => {
  it('receives what it sends, and says so', () => {
    const device = new Loopback()
    let woken = 0
    device.attach(() => {
      woken += 1
    })
    send(device, 7)
    expect(woken).toBe(1)
    expect(take(device)).toBe(7)
    expect(take(device)).toBe(-1)
    device.close()
    expect(device.claim()).toBeNull()
  })
})
