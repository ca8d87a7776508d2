import { beforeEach, describe, expect, it } from 'vitest'
import type { Address } from '../wire/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import { HEADROOM, Packet } from '../wire/packet.ts'
import type { Device } from './device.ts'
import { address, pass, settle, TestNode } from './network.testkit.ts'
import { pipe } from './pipe.ts'
import { UdpService } from './udp.ts'
import type { UdpPort, UdpUser } from './udp-port.ts'

/** A user of a port that keeps what comes. */
class Mailbox implements UdpUser {
  readonly mail: { from: string; data: Uint8Array }[] = []
  readonly failures: string[] = []
  told = 0
  full = false

  deliver(source: Address, sourcePort: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (this.full) return false
    this.mail.push({
      from: `${formatAddress(source)} ${sourcePort}`,
      data: Uint8Array.from(bytes.subarray(start, start + length)),
    })
    return true
  }

  fail(code: string): void {
    this.failures.push(code)
  }

  notify(): void {
    this.told += 1
  }
}

class UdpNode extends TestNode {
  readonly udp = new UdpService(this.network, this.counters, () => this.surroundings.random(), {
    ip_local_port_range: [40_000, 40_003],
  })

  override turn(): void {
    super.turn()
    if (this.udp.hasNews) this.udp.notify([])
  }

  send(port: UdpPort, data: Uint8Array, to: string, toPort: number): string {
    return this.udp.send(port, data, 0, data.length, address(to), toPort, this.surroundings.clock)
  }
}

function counting(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i ^ (i >> 8))
}

describe.each([
  ['IPv4', '10.0.0.1', '10.0.0.2', '/24'],
  ['IPv6', 'fd00::1', 'fd00::2', '/64'],
])('UDP over %s', (family, one, two, length) => {
  let wireB: Device
  let wireA: Device
  let a: UdpNode
  let b: UdpNode
  let box: Mailbox
  let answerBox: Mailbox

  beforeEach(() => {
    ;[wireA, wireB] = pipe()
    a = new UdpNode(1)
    a.attach(wireA, one + length)
    b = new UdpNode(2)
    b.attach(wireB, two + length)
    box = new Mailbox()
    answerBox = new Mailbox()
  })

  it('carries datagrams of every length that fits, to the port', () => {
    const from = a.udp.bind(answerBox, null, 0)
    b.udp.bind(box, null, 53)
    const most = family === 'IPv4' ? 65_507 : 65_527
    const sizes = [0, 1, 1400, 1472, 1473, 9000, most]
    for (const size of sizes) expect(a.send(from, counting(size), two, 53)).toBe('sent')
    expect(a.send(from, counting(most + 1), two, 53)).toBe('EMSGSIZE')
    settle(a, b)
    expect(box.mail.map(({ data }) => data.length)).toEqual(sizes)
    expect(box.mail[4]).toEqual({ from: `${one} ${from.port}`, data: counting(1473) })
    expect(b.counters).toMatchObject({ UdpInDatagrams: 7, UdpNoPorts: 0, UdpInErrors: 0 })
    expect(a.counters.UdpOutDatagrams).toBe(7)
    expect(box.told).toBe(1)
  })

  it('refuses to cut what must not be cut', () => {
    const from = a.udp.bind(answerBox, null, 0)
    from.options.dontFragment = true
    const fits = 1500 - 8 - (family === 'IPv4' ? 20 : 40)
    expect(a.send(from, counting(fits), two, 53)).toBe('sent')
    expect(a.send(from, counting(fits + 1), two, 53)).toBe('EMSGSIZE')
  })

  it('tells a connected sender that nobody listens, and no other', () => {
    const connected = a.udp.bind(box, null, 0)
    const loose = a.udp.bind(answerBox, null, 0)
    a.udp.connect(connected, address(two), 99)
    a.send(connected, counting(5), two, 99)
    a.send(loose, counting(5), two, 99)
    settle(a, b)
    expect(b.counters).toMatchObject({ UdpNoPorts: 2, IcmpOutDestUnreachs: 2 })
    expect([box.failures, answerBox.failures]).toEqual([['ECONNREFUSED'], []])
    expect(box.told).toBe(1)
  })

  it('gives a datagram to the port that fits best', () => {
    const [any, own, connected] = [new Mailbox(), new Mailbox(), new Mailbox()]
    b.udp.bind(own, address(two), 53)
    const other = b.udp.bind(connected, null, 0)
    b.udp.connect(other, address(one), 7)
    const from = a.udp.bind(box, null, 7)
    const elsewhere = a.udp.bind(box, null, 8)
    a.send(from, counting(1), two, 53)
    a.send(from, counting(2), two, other.port)
    a.send(elsewhere, counting(3), two, other.port)
    settle(a, b)
    expect([any.mail.length, own.mail.length, connected.mail.length]).toEqual([0, 1, 1])
    expect(b.counters.UdpNoPorts).toBe(1)
    b.udp.disconnect(other)
    a.send(elsewhere, counting(3), two, other.port)
    settle(a, b)
    expect(connected.mail).toHaveLength(2)
  })

  it('hands out ephemeral ports while there are any, each once', () => {
    const ports = [1, 2, 3, 4].map(() => a.udp.bind(box, null, 0))
    expect(new Set(ports.map(({ port }) => port))).toEqual(new Set([40_000, 40_001, 40_002, 40_003]))
    expect(() => a.udp.bind(box, null, 0)).toThrow('EADDRINUSE')
    a.udp.close(ports[2])
    expect(a.udp.bind(box, null, 0).port).toBe(ports[2].port)
  })

  it('refuses ports that are taken and addresses that are not ours', () => {
    a.udp.bind(box, address(one), 53)
    expect(() => a.udp.bind(box, address(one), 53)).toThrow('EADDRINUSE')
    expect(() => a.udp.bind(box, null, 53)).toThrow('EADDRINUSE')
    expect(() => a.udp.bind(box, address(two), 54)).toThrow('EADDRNOTAVAIL')
    const loopback = family === 'IPv4' ? '127.0.0.1' : '::1'
    expect(a.udp.bind(box, address(loopback), 53).port).toBe(53)
  })

  it('says where no way leads', () => {
    const port = a.udp.bind(box, null, 0)
    const far = family === 'IPv4' ? '192.0.2.1' : '2001:db8::1'
    expect(a.send(port, counting(1), far, 1)).toBe('ENETUNREACH')
    expect(() => a.udp.connect(port, address(far), 1)).toThrow('ENETUNREACH')
  })

  it('drops what has a wrong checksum or length, and what there is no room for', () => {
    b.udp.bind(box, null, 53)
    const from = a.udp.bind(answerBox, null, 0)
    const packet = new Packet()
    const relay = (change: (bytes: Uint8Array, udp: number) => void) => {
      a.send(from, counting(20), two, 53)
      expect(wireB.receive(packet)).toBe(true)
      const copy = packet.bytes.slice(packet.start, packet.end)
      change(copy, copy.length - 28)
      const room = wireA.claim()
      if (room === null) throw new Error('no room')
      room.set(copy, HEADROOM)
      wireA.transmit(Object.assign(new Packet(), { bytes: room, start: HEADROOM, end: HEADROOM + copy.length }))
      settle(b)
    }
    relay(() => {})
    expect(box.mail).toHaveLength(1)
    relay((bytes, udp) => {
      bytes[udp + 10] ^= 1
    })
    relay((bytes, udp) => {
      bytes[udp + 5] = 7
    })
    relay((bytes, udp) => {
      bytes[udp + 6] = bytes[udp + 7] = 0
    })
    expect(b.counters).toMatchObject({
      UdpInDatagrams: family === 'IPv4' ? 2 : 1,
      UdpInCsumErrors: family === 'IPv4' ? 1 : 2,
      UdpInErrors: family === 'IPv4' ? 2 : 3,
    })
    box.full = true
    relay(() => {})
    expect(b.counters.UdpRcvbufErrors).toBe(1)
  })

  it('learns the path MTU for its own datagrams only', () => {
    const from = a.udp.bind(box, null, 0)
    const error = {
      kind: 'packet-too-big',
      mtu: 1300,
      source: address(one),
      destination: address(two),
      sourcePort: from.port,
      destinationPort: 53,
    }
    a.udp.error(Object.assign(Object.create(null), error, { sourcePort: 1 }), 0)
    expect(a.network.route(address(two), null)?.mtu).toBe(1500)
    a.udp.error(Object.assign(Object.create(null), error), 0)
    expect(a.network.route(address(two), null)?.mtu).toBe(1300)
  })

  it('tells who was refused for want of room, once there is some', () => {
    ;[wireA, wireB] = pipe({ capacity: 4 })
    a = new UdpNode(1)
    a.attach(wireA, one + length)
    const from = a.udp.bind(box, null, 0)
    while (a.send(from, counting(1), two, 53) === 'sent');
    expect(a.send(from, counting(1), two, 53)).toBe('EAGAIN')
    a.turn()
    expect(box.told).toBe(0)
    wireB.receive(new Packet())
    a.turn()
    a.turn()
    expect(box.told).toBe(1)
    expect(a.send(from, counting(1), two, 53)).toBe('sent')
  })

  it('sends to itself', () => {
    const from = a.udp.bind(box, null, 0)
    a.udp.bind(answerBox, null, 53)
    a.send(from, counting(60_000), one, 53)
    a.send(from, counting(3), family === 'IPv4' ? '127.0.0.1' : '::1', 53)
    settle(a)
    expect(answerBox.mail.map(({ data }) => data.length)).toEqual([60_000, 3])
  })
})

describe('UDP to many', () => {
  it('broadcasts on purpose only, and reaches all who fit', () => {
    const [wireA, wireB] = pipe()
    const a = new UdpNode(1)
    a.attach(wireA, '10.0.0.1/24')
    const b = new UdpNode(2)
    b.attach(wireB, '10.0.0.2/24')
    const [box, other] = [new Mailbox(), new Mailbox()]
    b.udp.bind(box, null, 53)
    b.udp.bind(other, null, 54)
    const from = a.udp.bind(new Mailbox(), null, 0)
    expect(a.send(from, counting(1), '10.0.0.255', 53)).toBe('EACCES')
    from.broadcast = true
    expect(a.send(from, counting(1), '10.0.0.255', 53)).toBe('sent')
    expect(a.send(from, counting(2), '255.255.255.255', 53)).toBe('sent')
    expect(a.send(from, counting(3), '224.0.0.1', 53)).toBe('sent')
    expect(a.send(from, counting(3), '224.0.0.1', 55)).toBe('sent')
    settle(a, b)
    expect(box.mail.map(({ data }) => data.length)).toEqual([1, 2, 3])
    expect(other.mail).toEqual([])
    expect(b.counters).toMatchObject({ UdpNoPorts: 1, IcmpOutMsgs: 0 })
    pass(1, a, b)
  })
})
