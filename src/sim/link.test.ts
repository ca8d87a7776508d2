import { describe, expect, it } from 'vitest'
import { listen } from '../socket/server-socket.ts'
import { connect } from '../socket/stream-socket.ts'
import type { Device } from '../stack/device.ts'
import { Host } from '../stack/host.ts'
import { HEADROOM, Packet } from '../wire/packet.ts'
import { link } from './link.ts'
import { VirtualClock } from './virtual-clock.ts'

function send(device: Device, value: number): void {
  const packet = new Packet()
  const room = device.claim()
  if (room === null) throw new Error('no room')
  packet.bytes = room
  packet.start = HEADROOM
  packet.end = HEADROOM + 1
  room[HEADROOM] = value
  device.transmit(packet)
}

function received(device: Device): number[] {
  const values: number[] = []
  const packet = new Packet()
  while (device.receive(packet)) values.push(packet.bytes[packet.start] ?? -1)
  return values
}

describe('a link', () => {
  it('brings packets after its delay, in order, and says so', () => {
    const clock = new VirtualClock(0)
    const [left, right] = link(clock, { delay: 100, mtu: 1500 })
    const woken: number[] = []
    right.attach(() => woken.push(clock.now()))
    send(left, 1)
    send(left, 2)
    clock.run(50)
    send(left, 3)
    clock.run(99)
    expect(received(right)).toEqual([])
    clock.run(149)
    expect(received(right)).toEqual([1, 2])
    clock.run(150)
    expect(received(right)).toEqual([3])
    expect(woken).toEqual([100, 100, 150])
    expect(received(left)).toEqual([])
  })

  it('loses what is under way when its end is closed, and sends nothing from there', () => {
    const clock = new VirtualClock(0)
    const [left, right] = link(clock, { delay: 100, mtu: 1500 })
    send(left, 1)
    right.close()
    send(right, 2)
    clock.run(1000)
    expect([received(right), received(left)]).toEqual([[], []])
  })

  it('gives the same run for the same seed, to the last packet', () => {
    const run = (seed: number): string[] => {
      const clock = new VirtualClock()
      const ends = link(clock, { delay: 1234, mtu: 600 })
      const lines: string[] = []
      const hosts = ends.map((device, i) => {
        const surroundings = clock.surroundings(seed + i)
        const host = new Host(surroundings)
        surroundings.onwake = () => host.turn()
        host.addDevice(device)
        host.addAddress(`10.0.0.${i + 1}/24`, device)
        host.probe = {
          packet: (direction, _device, packet, now) => {
            const bytes = packet.bytes.subarray(packet.start, packet.end)
            lines.push(`${i} ${now} ${direction} ${Buffer.from(bytes).toString('hex')}`)
          },
          segment() {},
          state() {},
        }
        return host
      })
      const [a, b] = hosts as [Host, Host]
      const server = listen(b, { port: 80 })
      const client = connect(a, { address: '10.0.0.2', port: 80 })
      clock.run(clock.now() + 10_000)
      client.write(new Uint8Array(20_000))
      client.close()
      clock.run(clock.now() + 100_000)
      const accepted = server.accept()
      while ((accepted?.read(new Uint8Array(5000)) ?? 0) > 0);
      accepted?.close()
      clock.run(clock.now() + 200_000_000)
      return lines
    }
    expect(run(1).length).toBeGreaterThan(60)
    expect(run(1)).toEqual(run(1))
    expect(run(1)).not.toEqual(run(5))
  })
})
