import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { address, settle, TestNode } from '../stack/network.testkit.ts'
import { pipe } from '../stack/pipe.ts'
import { UdpService } from '../stack/udp.ts'
import { formatAddress } from '../wire/address-text.ts'
import { type DatagramHost, DatagramSocket } from './datagram.ts'

class UdpHost extends TestNode implements DatagramHost {
  readonly udp = new UdpService(this.network, this.counters, () => this.surroundings.random(), {
    ip_local_port_range: [40_000, 50_000],
  })

  now(): number {
    return this.surroundings.now()
  }

  override turn(): void {
    super.turn()
    if (this.udp.hasNews) this.udp.notify([])
  }
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

describe('DatagramSocket', () => {
  let a: UdpHost
  let b: UdpHost

  beforeEach(() => {
    const [wireA, wireB] = pipe({ capacity: 4096 })
    a = new UdpHost(1)
    a.attach(wireA, '10.0.0.1/24', 'fd00::1/64')
    b = new UdpHost(2)
    b.attach(wireB, '10.0.0.2/24', 'fd00::2/64')
  })

  /** The text of the next datagram and who sent it; null = none waits. */
  function next(socket: DatagramSocket): [string, string, number] | null {
    const into = new Uint8Array(65_536)
    const length = socket.receive(into)
    if (length < 0) return null
    return [new TextDecoder().decode(into.subarray(0, length)), formatAddress(socket.sender), socket.senderPort]
  }

  it('sends and receives, over both families, and answers', () => {
    const server = new DatagramSocket(b, { port: 53 })
    const client = new DatagramSocket(a)
    const events: string[] = []
    server.onevent = () => events.push('server')
    client.onevent = () => events.push('client')
    expect(client.send(bytes('four'), '10.0.0.2', 53)).toBe(true)
    expect(client.send(bytes('six'), address('fd00::2'), 53)).toBe(true)
    expect(client.send(bytes(''), 'fd00::2', 53)).toBe(true)
    settle(a, b)
    expect(next(server)).toEqual(['four', '10.0.0.1', client.port])
    server.send(bytes('back'), server.sender, server.senderPort)
    expect(next(server)).toEqual(['six', 'fd00::1', client.port])
    expect(next(server)).toEqual(['', 'fd00::1', client.port])
    expect(next(server)).toBeNull()
    settle(a, b)
    expect(next(client)).toEqual(['back', '10.0.0.2', 53])
    expect(events).toEqual(['server', 'client'])
  })

  it('gives as much of a datagram as fits and forgets the rest', () => {
    const server = new DatagramSocket(b, { port: 53 })
    const client = new DatagramSocket(a)
    client.send(bytes('much too long'), '10.0.0.2', 53)
    client.send(bytes('next'), '10.0.0.2', 53)
    settle(a, b)
    const into = new Uint8Array(4)
    expect(server.receive(into)).toBe(4)
    expect([new TextDecoder().decode(into), server.senderLength]).toEqual(['much', 13])
    expect(next(server)?.[0]).toBe('next')
  })

  it('holds a bounded number of bytes, empty datagrams too', () => {
    const server = new DatagramSocket(b, { port: 53, receiveBuffer: 10_000 })
    const client = new DatagramSocket(a)
    for (let i = 0; i < 20; i += 1) client.send(new Uint8Array(872), '10.0.0.2', 53)
    settle(a, b)
    expect(server.pending).toBe(10)
    expect(b.counters.UdpRcvbufErrors).toBe(10)
    while (next(server) !== null);
    for (let i = 0; i < 100; i += 1) client.send(new Uint8Array(0), '10.0.0.2', 53)
    settle(a, b)
    expect(server.pending).toBe(Math.floor(10_000 / 128))
  })

  it('keeps datagrams whole and in order, whatever is received in between', () => {
    const step = fc.oneof(fc.nat(3000), fc.constant(-1))
    const sender = new DatagramSocket(a)
    const server = new DatagramSocket(b, { port: 53, receiveBuffer: 1_000_000 })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const model: Uint8Array[] = []
        const into = new Uint8Array(4000)
        const check = () => {
          const expected = model.shift()
          const length = server.receive(into)
          expect(length < 0 ? undefined : into.slice(0, length)).toEqual(expected)
        }
        for (const [i, size] of steps.entries()) {
          if (size < 0) check()
          else {
            const data = Uint8Array.from({ length: size }, (_, j) => i + j)
            model.push(data)
            server.deliver(address('10.0.0.1'), 9, data, 0, size)
          }
        }
        while (model.length > 0) check()
        expect(server.pending).toBe(0)
      }),
      { numRuns: 50 },
    )
    sender.close()
  })

  it('connects to one peer, and is told that nobody listens there', () => {
    const client = new DatagramSocket(a)
    client.connect('10.0.0.2', 99)
    expect(formatAddress(client.address ?? address('::'))).toBe('10.0.0.1')
    let events = 0
    client.onevent = () => {
      events += 1
    }
    client.send(bytes('hello'))
    settle(a, b)
    expect(events).toBe(1)
    expect(() => client.receive(new Uint8Array(1))).toThrow('ECONNREFUSED')
    expect(client.receive(new Uint8Array(1))).toBe(-1)
    client.send(bytes('hello'))
    settle(a, b)
    expect(() => client.send(bytes('again'))).toThrow('ECONNREFUSED')
    client.disconnect()
    expect(() => client.send(bytes('whither'))).toThrow('EDESTADDRREQ')
  })

  it('takes only the peer it is connected to', () => {
    const server = new DatagramSocket(b, { port: 53 })
    const [one, two] = [new DatagramSocket(a), new DatagramSocket(a)]
    server.connect('10.0.0.1', one.port)
    one.send(bytes('one'), '10.0.0.2', 53)
    two.send(bytes('two'), '10.0.0.2', 53)
    settle(a, b)
    expect(next(server)?.[0]).toBe('one')
    expect(next(server)).toBeNull()
  })

  it('refuses what makes no sense', () => {
    const socket = new DatagramSocket(a, { port: 53, address: '10.0.0.1' })
    expect(() => new DatagramSocket(a, { port: 53 })).toThrow('EADDRINUSE')
    expect(() => new DatagramSocket(a, { address: '10.0.0.9' })).toThrow('EADDRNOTAVAIL')
    expect(() => new DatagramSocket(a, { address: 'nonsense' })).toThrow(TypeError)
    expect(() => new DatagramSocket(a, { port: 65_536 })).toThrow(RangeError)
    expect(() => socket.send(bytes('x'), '10.0.0.2', 0)).toThrow(RangeError)
    expect(() => socket.send(bytes('x'), 'fd00::2', 5)).toThrow('ENETUNREACH')
    expect(() => socket.send(new Uint8Array(65_508), '10.0.0.2', 5)).toThrow('EMSGSIZE')
    expect(() => socket.send(bytes('x'), '10.0.0.255', 5)).toThrow('EACCES')
    socket.broadcast = true
    expect(socket.send(bytes('x'), '10.0.0.255', 5)).toBe(true)
  })

  it('takes an unspecified address for all addresses', () => {
    for (const any of ['::', '0.0.0.0']) {
      const socket = new DatagramSocket(a, { port: 53, address: any })
      expect(socket.address).toBeNull()
      socket.close()
    }
  })

  it('gives its port back when it is closed', () => {
    const socket = new DatagramSocket(b, { port: 53 })
    const client = new DatagramSocket(a)
    client.send(bytes('x'), '10.0.0.2', 53)
    let events = 0
    socket.onevent = () => {
      events += 1
    }
    b.network.receive(b.now())
    socket.close()
    socket.close()
    settle(a, b)
    expect([events, socket.pending]).toEqual([0, 0])
    expect(() => socket.send(bytes('x'), '10.0.0.1', 1)).toThrow('EBADF')
    expect(() => socket.receive(new Uint8Array(1))).toThrow('EBADF')
    expect(new DatagramSocket(b, { port: 53 }).port).toBe(53)
  })
})
