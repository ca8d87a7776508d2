import { describe, expect, it } from 'vitest'
import type { Device } from '../stack/device.ts'
import { Host } from '../stack/host.ts'
import { pipe } from '../stack/pipe.ts'
import { listen } from './server-socket.ts'
import { connect, type StreamSocket } from './stream-socket.ts'

/** Two hosts on one Ethernet with a connection between them, and time moved by hand. */
class Pair {
  now = 1_000_000
  readonly a: Host
  readonly b: Host
  readonly client: StreamSocket
  readonly server: StreamSocket | null

  constructor() {
    const [left, right] = pipe({ medium: 'ethernet' })
    this.a = this.host('fd00::1/64', left)
    this.b = this.host('fd00::2/64', right)
    const listener = listen(this.b, { port: 80 })
    this.client = connect(this.a, { address: 'fd00::2', port: 80 })
    this.settle()
    this.server = listener.accept()
  }

  settle(): void {
    for (let i = 0; i < 8; i += 1) {
      this.now += 10_000
      this.a.turn()
      this.b.turn()
    }
  }

  private host(address: string, device: Device): Host {
    const host = new Host({ now: () => this.now, random: () => 7, wake: () => {} })
    host.addDevice(device)
    host.addAddress(address, device)
    return host
  }
}

describe('neighbours on an Ethernet', () => {
  it('RFC 4861 7.3.1: are not asked again while TCP gets its acknowledgments', () => {
    const pair = new Pair()
    const { a, client, server } = pair
    expect(client.state).toBe('ESTABLISHED')
    // Far longer than a neighbour counts as reachable without a sign.
    for (let i = 0; i < 100; i += 1) {
      client.write(new Uint8Array(1))
      pair.settle()
      server?.read(new Uint8Array(10))
      pair.now += 5_000_000
    }
    expect(a.stats().NdpOutSolicits).toBe(1)
    expect(a.stats().TcpRetransSegs).toBe(0)
  })

  it('MUST-20: are asked again before their time when TCP gets none (R1)', () => {
    const pair = new Pair()
    const { a, client } = pair
    client.write(new Uint8Array(1))
    // The other host is silent from now on. Reachable would last 15 s; R1 comes after 1.4 s, the delay of a probe is 5 s.
    for (let i = 0; i < 90; i += 1) {
      a.turn()
      pair.now += 100_000
    }
    expect(a.stats().TcpRetransSegs).toBeGreaterThanOrEqual(3)
    expect(a.stats().NdpOutSolicits).toBeGreaterThan(1)
    expect(client.state).toBe('ESTABLISHED')
  })
})
