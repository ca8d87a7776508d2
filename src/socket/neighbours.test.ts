import { describe, expect, it } from 'vitest'
import type { Device } from '../stack/device.ts'
import { Host } from '../stack/host.ts'
import { pipe } from '../stack/pipe.ts'
import { listen } from './server-socket.ts'
import { connect } from './stream-socket.ts'

describe('neighbours on an Ethernet', () => {
  it('RFC 4861 7.3.1: are not asked again while TCP gets its acknowledgments', () => {
    let now = 1_000_000
    const make = (address: string, device: Device) => {
      const host = new Host({ now: () => now, random: () => 7, wake: () => {} })
      host.addDevice(device)
      host.addAddress(address, device)
      return host
    }
    const [left, right] = pipe({ medium: 'ethernet' })
    const a = make('fd00::1/64', left)
    const b = make('fd00::2/64', right)
    const listener = listen(b, { port: 80 })
    const client = connect(a, { address: 'fd00::2', port: 80 })
    const settle = () => {
      for (let i = 0; i < 8; i += 1) {
        now += 10_000
        a.turn()
        b.turn()
      }
    }
    settle()
    const server = listener.accept()
    expect(client.state).toBe('ESTABLISHED')
    // Far longer than a neighbour counts as reachable without a sign.
    for (let i = 0; i < 100; i += 1) {
      client.write(new Uint8Array(1))
      settle()
      server?.read(new Uint8Array(10))
      now += 5_000_000
    }
    expect(a.stats().NdpOutSolicits).toBe(1)
    expect(a.stats().TcpRetransSegs).toBe(0)
  })
})
