import { describe, expect, it } from 'vitest'
import { address, Host } from './host.ts'
import type { Probe } from './probe.ts'
import { Probes } from './probes.ts'
import { Tap } from './tap.ts'

function noting(name: string, seen: string[]): Probe {
  return {
    packet: (direction, device, packet, now) =>
      seen.push(`${name} ${direction} ${device.mtu} ${packet.end - packet.start} ${now}`),
    segment: (direction, ip, segment, flow, now, reason) =>
      seen.push(`${name} ${direction} ${ip.protocol} ${segment.destinationPort} ${flow?.remotePort} ${now} ${reason}`),
    state: (flow, from, to, now) => seen.push(`${name} ${flow.remotePort} ${from} ${to} ${now}`),
  }
}

describe('Probes', () => {
  it('tell everything to each, in their order, whether it was there from the beginning or came later', () => {
    const seen: string[] = []
    const probes = new Probes([noting('a', seen)])
    probes.add(noting('b', seen))
    const tap = new Tap({ mtu: 1500 })
    const host = new Host({ now: () => 7, wake: () => {}, random: () => 4 })
    host.probe = probes
    host.addDevice(tap)
    host.addAddress('192.0.2.2/24', tap)
    host.tcp.begin(host.tcp.connect(null, 0, address('192.0.2.1'), 80, 7), 7)
    host.turn()
    const [a, b] = ['a', 'b'].map((name) => seen.filter((line) => line.startsWith(name)).map((line) => line.slice(2)))
    expect(a).toEqual(['80 CLOSED SYN-SENT 7', 'out 6 80 80 7 open', 'out 1500 60 7'])
    expect(b).toEqual(a)
    expect(seen.map((line) => line[0]).join('')).toBe('ababab')
  })
})
