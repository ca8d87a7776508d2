import { describe, expect, it } from 'vitest'
import { joinedHosts } from '../adapter/node/joined-hosts.testkit.ts'
import { seeded } from '../sim/seeded.testkit.ts'
import type { Device } from '../stack/device.ts'
import { Host } from '../stack/host.ts'
import { pipe } from '../stack/pipe.ts'
import { ByteStream } from './byte-stream.ts'
import { listen } from './server-socket.ts'
import { CLOSED, connect, READABLE } from './stream-socket.ts'
import { bytes, codeOf, text, World } from './world.testkit.ts'

describe.each(['10.0.0.2', 'fd00::2'])('sockets over a link, to %s', (address) => {
  it('carry bytes both ways and close in order', () => {
    const world = new World()
    const { client, server } = world.pair(address)
    expect(client.write(bytes('hello'))).toBe(5)
    world.run(100_000)
    expect(text(server)).toBe('hello')
    expect(server.read(new Uint8Array(1))).toBe(-1)
    server.write(bytes('world'))
    client.shutdown('write')
    world.run(100_000)
    expect(text(client)).toBe('world')
    expect(server.read(new Uint8Array(1))).toBe(0)
    expect([client.state, server.state]).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT'])
    server.write(bytes('after your FIN'))
    server.close()
    world.run(100_000)
    expect(text(client)).toBe('after your FIN')
    expect(client.state).toBe('TIME-WAIT')
    client.close()
    world.run(61_000_000)
    expect(world.states).toEqual(['SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT', 'CLOSED'])
    expect([...world.client.tcp.connections()]).toEqual([])
    expect([...world.server.tcp.connections()]).toEqual([])
  })

  it('RFC 9293 3.10.7.1: a port that nobody listens on refuses', () => {
    const world = new World()
    const socket = connect(world.client, { address, port: 81 })
    const events: number[] = []
    socket.onevent = (e) => events.push(e)
    world.run(100_000)
    expect(events.some((e) => (e & CLOSED) !== 0)).toBe(true)
    expect(socket.error).toBe('ECONNREFUSED')
    expect(codeOf(() => socket.read(new Uint8Array(1)))).toBe('ECONNREFUSED')
    expect(world.flags).toEqual(['out SYN', 'in RST'])
  })

  it('close with unread data sends RST (RFC 9293, 3.6.1)', () => {
    const world = new World()
    const { client, server } = world.pair(address)
    client.write(bytes('unread'))
    world.run(100_000)
    server.close()
    world.run(100_000)
    expect(client.error).toBe('ECONNRESET')
    expect(codeOf(() => client.write(bytes('x')))).toBe('ECONNRESET')
    expect(codeOf(() => client.write(bytes('x')))).toBe('EPIPE')
  })
})

describe('a listener', () => {
  it('leaves the third ACK unanswered when its accept queue is full, and takes the connection later', () => {
    const world = new World()
    const listener = listen(world.server, { port: 80, backlog: 1 })
    const clients = Array.from({ length: 4 }, () => connect(world.client, { address: '10.0.0.2', port: 80 }))
    world.run(500_000)
    expect(world.server.stats().TcpExtListenOverflows).toBeGreaterThan(0)
    const first = listener.accept()
    const second = listener.accept()
    expect([first, second]).not.toContain(null)
    expect(listener.accept()).toBeNull()
    world.run(20_000_000)
    expect(listener.accept()).not.toBeNull()
    expect(listener.accept()).not.toBeNull()
    expect(clients.map((c) => c.state)).toEqual(Array(4).fill('ESTABLISHED'))
  })

  it('resets with tcp_abort_on_overflow', () => {
    const world = new World({ tcp_abort_on_overflow: true })
    listen(world.server, { port: 80, backlog: 0 })
    const clients = Array.from({ length: 3 }, () => connect(world.client, { address: '10.0.0.2', port: 80 }))
    world.run(500_000)
    expect(clients.filter((c) => c.error === 'ECONNRESET').length).toBeGreaterThan(0)
  })

  it('resets what was not accepted when it closes', () => {
    const world = new World()
    const listener = listen(world.server, { port: 80 })
    const client = connect(world.client, { address: '10.0.0.2', port: 80 })
    world.run(100_000)
    listener.close()
    world.run(100_000)
    expect(client.error).toBe('ECONNRESET')
    expect(listen(world.server, { port: 80 }).port).toBe(80)
  })

  it('refuses a port that is taken, and an address that is not ours', () => {
    const world = new World()
    listen(world.server, { port: 80, address: '10.0.0.2' })
    expect(codeOf(() => listen(world.server, { port: 80 }))).toBe('EADDRINUSE')
    expect(codeOf(() => listen(world.server, { port: 81, address: '10.0.0.9' }))).toBe('EADDRNOTAVAIL')
    expect(listen(world.server, { port: 80, address: 'fd00::2' }).port).toBe(80)
    expect(() => listen(world.server, { port: 70_000 })).toThrow(/70000 is no port/)
  })
})

describe('a client', () => {
  it('runs out of ephemeral ports with EADDRNOTAVAIL, and none is used twice', () => {
    const world = new World({ ip_local_port_range: [40_000, 40_009] })
    listen(world.server, { port: 80 })
    const ports = new Set(
      Array.from({ length: 10 }, () => connect(world.client, { address: '10.0.0.2', port: 80 }).localPort),
    )
    expect(ports.size).toBe(10)
    expect(codeOf(() => connect(world.client, { address: '10.0.0.2', port: 80 }))).toBe('EADDRNOTAVAIL')
    expect(connect(world.client, { address: '10.0.0.2', port: 81 }).localPort).toBeGreaterThan(39_999)
  })

  it('fails with ENETUNREACH without a route, ETIMEDOUT after the SYN retries', () => {
    const world = new World()
    expect(codeOf(() => connect(world.client, { address: '192.0.2.1', port: 80 }))).toBe('ENETUNREACH')
    const socket = connect(world.client, { address: '10.0.0.77', port: 80 })
    world.run(126_000_000)
    expect(socket.error).toBe('')
    world.run(2_000_000)
    expect(socket.error).toBe('ETIMEDOUT')
    expect(world.flags).toEqual(Array(7).fill('out SYN'))
  })

  it('refuses what is no address and no port', () => {
    const world = new World()
    expect(() => connect(world.client, { address: 'example', port: 80 })).toThrow(/example is no IP address/)
    expect(() => connect(world.client, { address: '10.0.0.2', port: 0 })).toThrow(RangeError)
    expect(codeOf(() => connect(world.client, { address: '10.0.0.2', port: 80, localAddress: '10.0.0.3' }))).toBe(
      'EADDRNOTAVAIL',
    )
  })

  it('connects to its own host over loopback', () => {
    const world = new World()
    const listener = listen(world.client, { port: 80 })
    const socket = connect(world.client, { address: '127.0.0.1', port: 80 })
    world.run(1000)
    const accepted = listener.accept()
    expect(socket.state).toBe('ESTABLISHED')
    socket.write(bytes('me'))
    world.run(1000)
    expect(accepted === null ? '' : text(accepted)).toBe('me')
  })

  it('knows settings by name, and says which it does not know', () => {
    expect(() => new World({ tcp_no_such: 1 } as never)).toThrow(/unknown setting tcp_no_such/)
    expect(() => new World({ somaxconn: -1 })).toThrow(/somaxconn takes a whole number/)
  })
})

describe('TIME-WAIT', () => {
  it('RFC 9293 3.10.7.4: answers the FIN again and waits 2 MSL anew', () => {
    const world = new World()
    const { client, server, listener } = world.pair()
    client.close()
    world.run(10_000)
    // The last ACK gets lost: the peer will send its FIN again.
    world.devices[0].transmit = () => {}
    server.close()
    world.run(10_000)
    Reflect.deleteProperty(world.devices[0], 'transmit')
    expect(server.state).toBe('LAST-ACK')
    world.run(1_000_000)
    expect(server.state).toBe('CLOSED')
    expect([...world.client.tcp.connections()].map((c) => c.state)).toEqual(['TIME-WAIT'])
    // 60 s after the FIN it would be over, had the 2 MSL not begun anew.
    world.run(59_100_000)
    expect([...world.client.tcp.connections()].length).toBe(1)
    world.run(1_000_000)
    expect([...world.client.tcp.connections()].length).toBe(0)
    listener.close()
  })

  it('MAY-2: a new connection of the same four-tuple takes its place', () => {
    const world = new World()
    listen(world.server, { port: 80 }).onready = function onready() {}
    const { client, server } = (() => {
      const socket = connect(world.client, { address: '10.0.0.2', port: 80, localPort: 5555 })
      world.run(10_000)
      const accepted = [...world.server.tcp.listening()][0]?.accept()
      return { client: socket, server: accepted }
    })()
    server?.connection.close(world.server.now())
    if (server) world.server.tcp.touch(server)
    world.run(10_000)
    client.close()
    world.run(10_000)
    expect([...world.server.tcp.connections()].map((c) => c.state)).toEqual(['TIME-WAIT'])
    const again = connect(world.client, { address: '10.0.0.2', port: 80, localPort: 5555 })
    world.run(10_000)
    expect(again.state).toBe('ESTABLISHED')
  })
})

describe('devices', () => {
  it.each([
    { name: 'plain', options: { mtu: 1500 } },
    { name: 'checksums offloaded', options: { mtu: 1500, checksumOffload: true } },
    { name: 'super-packets', options: { mtu: 1500, segmentation: 65_535 } },
    { name: 'large MTU', options: { mtu: 65_535 } },
    { name: 'small MTU, Ethernet', options: { mtu: 576, medium: 'ethernet' as const } },
  ])('carry the same bytes: $name', ({ options }) => {
    let now = 1_000_000
    const random = seeded(7)
    const make = (address: string, device: Device) => {
      const host = new Host({ now: () => now, random, wake: () => {} })
      host.addDevice(device)
      host.addAddress(address, device)
      return host
    }
    const [left, right] = pipe(options)
    const a = make('10.0.0.1/24', left)
    const b = make('10.0.0.2/24', right)
    const listener = listen(b, { port: 80 })
    const client = connect(a, { address: '10.0.0.2', port: 80 })
    const turn = () => {
      now += 10
      a.turn()
      b.turn()
    }
    for (let i = 0; i < 10; i += 1) turn()
    const server = listener.accept()
    if (server === null) throw new Error('nothing to accept')
    const total = 3_000_000
    const data = new Uint8Array(total).map((_, i) => (i * 13 + (i >> 9)) & 255)
    const got = new Uint8Array(total)
    let sent = 0
    let received = 0
    for (let i = 0; i < 20_000 && received < total; i += 1) {
      if (sent < total) sent += client.write(data.subarray(sent, sent + 100_000))
      turn()
      const count = server.read(got.subarray(received, received + 70_000))
      if (count > 0) received += count
    }
    expect(received).toBe(total)
    expect(Buffer.compare(got, data)).toBe(0)
    expect(a.stats().TcpRetransSegs).toBe(0)
    expect(b.stats().TcpInCsumErrors).toBe(0)
  })
})

describe('ByteStream on the event loop of Node', () => {
  it('echoes with back-pressure', async () => {
    const [a, b] = joinedHosts()
    const listener = listen(b.host, { port: 7 })
    listener.onready = async () => {
      const socket = listener.accept()
      if (socket === null) return
      const stream = new ByteStream(socket)
      for await (const chunk of stream) await stream.write(chunk)
      stream.end()
      await stream.closed()
      stream.close()
    }
    const stream = new ByteStream(connect(a.host, { address: '10.0.0.2', port: 7 }))
    await stream.opened()
    const sending = (async () => {
      for (let i = 0; i < 50; i += 1) await stream.write(new Uint8Array(100_000).fill(i))
      stream.end()
    })()
    let received = 0
    for await (const chunk of stream) received += chunk.length
    await sending
    expect(received).toBe(5_000_000)
    stream.close()
    a.stop()
    b.stop()
  })

  it('rejects when the connection is refused, and when the peer resets', async () => {
    const [a, b] = joinedHosts()
    const refused = new ByteStream(connect(a.host, { address: '10.0.0.2', port: 7 }))
    await expect(refused.opened()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    const listener = listen(b.host, { port: 8 })
    listener.onready = () => {
      const socket = listener.accept()
      if (socket !== null) {
        socket.onevent = (events) => {
          if (events & READABLE) socket.abort()
        }
      }
    }
    const reset = new ByteStream(connect(a.host, { address: '10.0.0.2', port: 8 }))
    await reset.opened()
    await reset.write(new Uint8Array(10))
    await expect(reset.read()).rejects.toMatchObject({ code: 'ECONNRESET' })
    a.stop()
    b.stop()
  })

  it('SO_SNDBUF shows what was chosen as it is (Linux: 87040 on a new connection), and twice what was set', () => {
    const { client, server } = new World().pair()
    expect([client, server].map((socket) => socket.getOption('SO_SNDBUF'))).toEqual([87_040, 87_040])
    client.setOption('SO_SNDBUF', 30_000)
    expect([client.getOption('SO_SNDBUF'), client.writable]).toEqual([60_000, 30_000])
  })
})
