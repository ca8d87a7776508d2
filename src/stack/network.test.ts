import { beforeEach, describe, expect, it } from 'vitest'
import { writeU16, writeU32 } from '../wire/bytes.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { emitIp, parseIp } from '../wire/ip-header.ts'
import { HEADROOM, IpHeader, Packet } from '../wire/packet.ts'
import type { Device } from './device.ts'
import { address, pass, Recorder, settle, TestNode } from './network.testkit.ts'
import { pipe } from './pipe.ts'
import type { Route } from './route.ts'

const TEST_PROTOCOL = 253
const SECOND = 1_000_000
const options = { hopLimit: 64, trafficClass: 0, dontFragment: false }

/** Sends `data` over the test protocol; false = no room. */
function transmit(
  node: TestNode,
  route: Route | null,
  data: Uint8Array,
  protocol = TEST_PROTOCOL,
  overrides = {},
): boolean {
  const room = route === null ? null : node.network.claim(route, data.length)
  if (route === null || room === null) return false
  room.set(data, HEADROOM)
  const packet = new Packet()
  packet.bytes = room
  packet.start = HEADROOM
  packet.end = HEADROOM + data.length
  const offset = protocol === 6 ? 16 : -1
  node.network.transmit(route, packet, protocol, offset, { ...options, ...overrides }, node.surroundings.clock)
  return true
}

interface Crafted {
  from: string
  to: string
  protocol?: number
  data?: Uint8Array
  hopLimit?: number
  id?: number
  offset?: number
  more?: boolean
  dontFragment?: boolean
}

/** Puts a packet on the wire as `device`'s host would not. */
function inject(device: Device, crafted: Crafted): void {
  const { from, to, protocol = TEST_PROTOCOL, data = new Uint8Array(8), offset = 0, more = false } = crafted
  const header = new IpHeader()
  header.source.set(address(from))
  header.destination.set(address(to))
  header.version = from.includes(':') ? 6 : 4
  header.protocol = protocol
  header.hopLimit = crafted.hopLimit ?? 64
  header.identification = crafted.id ?? 1
  header.fragmentOffset = offset
  header.moreFragments = more
  header.dontFragment = crafted.dontFragment ?? false
  header.hasFragmentHeader = header.version === 6 && (offset > 0 || more)
  header.payloadLength = data.length
  const room = device.claim()
  if (room === null) throw new Error('no room')
  room.set(data, HEADROOM)
  const packet = new Packet()
  packet.bytes = room
  packet.start = emitIp(header, room, HEADROOM)
  packet.end = HEADROOM + data.length
  device.transmit(packet)
}

/** An ICMP or ICMPv6 message with its checksum. */
function icmp(from: string, to: string, type: number, code: number, word: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + data.length)
  bytes[0] = type
  bytes[1] = code
  writeU32(bytes, 4, word)
  bytes.set(data, 8)
  const pseudo = from.includes(':') ? pseudoHeaderSum(address(from), address(to), 58, bytes.length) : 0
  writeU16(bytes, 2, ~fold(sum(bytes, 0, bytes.length, pseudo)))
  return bytes
}

/** What waits on a device, as copies. */
function drain(device: Device): Uint8Array[] {
  const packet = new Packet()
  const packets: Uint8Array[] = []
  while (device.receive(packet)) packets.push(packet.bytes.slice(packet.start, packet.end))
  return packets
}

function counting(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i ^ (i >> 8))
}

describe.each([
  ['IPv4', '10.0.0.1', '10.0.0.2', '/24', '192.0.2.1', 20],
  ['IPv6', 'fd00::1', 'fd00::2', '/64', '2001:db8::1', 40],
] as const)('Network over %s', (family, one, two, length, far, headerLength) => {
  const version = family === 'IPv4' ? 4 : 6
  const icmpProtocol = version === 4 ? 1 : 58
  let wireA: Device
  let wireB: Device
  let a: TestNode
  let b: TestNode
  let recorder: Recorder

  beforeEach(() => {
    ;[wireA, wireB] = pipe()
    a = new TestNode(1).attach(wireA, one + length)
    b = new TestNode(2).attach(wireB, two + length)
    recorder = new Recorder()
    b.network.handle(TEST_PROTOCOL, recorder)
    a.network.handle(TEST_PROTOCOL, recorder)
  })

  it('carries a packet from one to the other', () => {
    const route = a.network.route(address(two), null)
    expect(route).toMatchObject({ local: false, mtu: 1500, valid: true, device: wireA })
    transmit(a, route, counting(100))
    settle(a, b)
    expect(recorder.received).toMatchObject([{ from: one, to: two, data: counting(100) }])
    expect(a.counters).toMatchObject({ IpOutRequests: 1 })
    expect(b.counters).toMatchObject({ IpInReceives: 1, IpInDelivers: 1 })
  })

  it('loops what is for itself', () => {
    for (const [to, from] of [
      [one, one],
      [version === 4 ? '127.0.0.1' : '::1', version === 4 ? '127.0.0.1' : '::1'],
    ]) {
      const route = a.network.route(address(to), null)
      expect(route).toMatchObject({ local: true })
      transmit(a, route, counting(10))
      settle(a)
      expect(recorder.received.pop()).toMatchObject({ from, to, data: counting(10) })
    }
    expect(drain(wireB)).toEqual([])
  })

  it('knows no way without a route, and takes the gateway with one', () => {
    expect(a.network.route(address(far), null)).toBeNull()
    expect(a.counters.IpOutNoRoutes).toBe(1)
    a.network.addRoute(address(version === 4 ? '0.0.0.0' : '::'), 0, wireA, address(two))
    expect(a.network.route(address(far), null)?.nextHop.equals(address(two))).toBe(true)
    expect(a.network.route(address(far), null)?.source.equals(address(one))).toBe(true)
    expect(a.network.route(address(two), address(far))).toBeNull()
    expect(a.network.route(address(far), address(version === 4 ? '127.0.0.1' : '::1'))).toBeNull()
  })

  it('lets routes know that they are old', () => {
    const route = a.network.route(address(two), null)
    a.network.addRoute(address(far), version === 4 ? 32 : 128, wireA, null)
    expect(route?.valid).toBe(false)
    const later = a.network.route(address(two), null)
    a.network.removeDevice(wireA)
    expect(later?.valid).toBe(false)
    expect(a.network.route(address(two), null)).toBeNull()
    transmit(a, later, counting(1))
    expect(drain(wireB)).toEqual([])
    expect(a.network.isLocal(address(one))).toBe(false)
  })

  it('drops what is for others or from nobody, and counts it', () => {
    const loopback = version === 4 ? '127.0.0.1' : '::1'
    const group = version === 4 ? '224.0.0.1' : 'ff02::1'
    inject(wireA, { from: one, to: far })
    inject(wireA, { from: one, to: version === 4 ? '224.0.0.9' : 'ff02::9' })
    inject(wireA, { from: one, to: loopback })
    inject(wireA, { from: group, to: two })
    inject(wireA, { from: two, to: two })
    inject(wireA, { from: loopback, to: two })
    inject(wireA, { from: version === 4 ? '0.0.0.0' : '::', to: two })
    settle(b)
    expect(b.counters).toMatchObject({ IpInReceives: 7, IpInAddrErrors: 3, IpInMartians: 4, IpInDelivers: 0 })
    expect(recorder.received).toEqual([])
    expect(drain(wireA)).toEqual([])
  })

  it('hands what is for a group or for all to others than TCP', () => {
    const group = version === 4 ? '10.0.0.255' : 'ff02::1'
    b.network.handle(6, recorder)
    inject(wireA, { from: one, to: group })
    inject(wireA, { from: one, to: group, protocol: 6, data: new Uint8Array(20) })
    inject(wireA, { from: one, to: group, protocol: 200 })
    settle(b)
    expect(recorder.received).toHaveLength(1)
    expect(b.counters).toMatchObject({ IpInDelivers: 1, IpInDiscards: 1, IpInUnknownProtos: 1, IcmpOutMsgs: 0 })
  })

  it('says that a protocol is not there', () => {
    const senders = new Recorder()
    a.network.handle(200, senders)
    transmit(a, a.network.route(address(two), null), counting(40), 200)
    settle(a, b)
    expect(b.counters.IpInUnknownProtos).toBe(1)
    expect(senders.errors).toMatchObject([{ kind: 'protocol-unreachable', to: two }])
  })

  it('sends ICMP errors at a bounded rate', () => {
    for (let i = 0; i < 20; i += 1) inject(wireA, { from: one, to: two, protocol: 200 })
    settle(b)
    expect(drain(wireA)).toHaveLength(6)
    expect(b.counters.IcmpOutRateLimitHost).toBe(14)
    pass(SECOND, b)
    inject(wireA, { from: one, to: two, protocol: 200 })
    settle(b)
    expect(drain(wireA)).toHaveLength(1)
  })

  it('quotes what it may, and never answers an error with an error', () => {
    inject(wireA, { from: one, to: two, protocol: 200, data: counting(1400) })
    settle(b)
    const [error] = drain(wireA)
    expect(error).toHaveLength(version === 4 ? 576 : 1280)
    const data = icmp(one, two, version === 4 ? 3 : 1, version === 4 ? 2 : 4, 0, error.slice(0, 48))
    inject(wireA, { from: one, to: two, protocol: icmpProtocol, data })
    settle(b)
    expect(drain(wireA)).toEqual([])
    expect(b.counters.IcmpInErrors).toBe(1)
  })

  it('answers echo requests with their data, not those to many', () => {
    const data = icmp(one, two, version === 4 ? 8 : 128, 0, 0x0007_0009, counting(33))
    inject(wireA, { from: one, to: two, protocol: icmpProtocol, data })
    const group = version === 4 ? '10.0.0.255' : 'ff02::1'
    const toMany = icmp(one, group, version === 4 ? 8 : 128, 0, 0x0007_0009, counting(33))
    inject(wireA, { from: one, to: group, protocol: icmpProtocol, data: toMany })
    const broken = icmp(one, two, version === 4 ? 8 : 128, 0, 1, counting(33))
    broken[20] ^= 1
    inject(wireA, { from: one, to: two, protocol: icmpProtocol, data: broken })
    settle(b)
    const answers = drain(wireA)
    expect(answers).toHaveLength(1)
    expect(answers[0].slice(headerLength)).toEqual(
      icmp(two, one, version === 4 ? 0 : 129, 0, 0x0007_0009, counting(33)),
    )
    expect(b.counters).toMatchObject({ IcmpInMsgs: 3, IcmpInEchos: 2, IcmpOutEchoReps: 1, IcmpInCsumErrors: 1 })
  })

  it('pings, in pieces where it must', () => {
    const replies: [number, number, number][] = []
    const stop = a.network.listenEcho({
      reply: (reply) => replies.push([reply.identifier, reply.sequence, reply.payloadLength]),
      error: () => {},
    })
    const route = a.network.route(address(two), null)
    if (route === null) throw new Error('no route')
    for (const [i, size] of [0, 56, 3000, 60_000].entries()) {
      expect(a.network.echo(route, 7, i, counting(size), a.surroundings.clock)).toBe(true)
    }
    expect(a.network.echo(route, 7, 9, counting(65_535), a.surroundings.clock)).toBe(false)
    settle(a, b)
    stop()
    a.network.echo(route, 7, 5, counting(1), a.surroundings.clock)
    settle(a, b)
    expect(replies).toEqual([
      [7, 0, 0],
      [7, 1, 56],
      [7, 2, 3000],
      [7, 3, 60_000],
    ])
    expect(a.counters).toMatchObject({ IpFragOKs: 2, IpReasmOKs: 2, IcmpOutEchos: 5, IcmpInEchoReps: 5 })
  })

  it('sends what is too long in pieces that fit, and puts them together', () => {
    transmit(a, a.network.route(address(two), null), counting(5000))
    const pieces = [...new Array(8)]
      .map(() => new Packet())
      .filter((packet) => wireB.receive(packet) && packet.end - packet.start <= 1500)
    expect(pieces).toHaveLength(4)
    transmit(a, a.network.route(address(two), null), counting(5000))
    settle(b)
    expect(recorder.received.map(({ data }) => data)).toEqual([counting(5000)])
    expect(a.counters).toMatchObject({ IpFragOKs: 2, IpFragCreates: 8 })
    expect(b.counters).toMatchObject({ IpReasmReqds: 4, IpReasmOKs: 1, IpInDelivers: 1 })
    // What is handed up looks like a packet that was never cut.
    const whole = new IpHeader()
    const { packet } = recorder.received[0]
    expect(parseIp(packet, 0, packet.length, whole)).toBe(true)
    expect(whole).toMatchObject({ payloadLength: 5000, moreFragments: false, dontFragment: false })
  })

  it('tells the sender when the rest of a datagram does not come', () => {
    inject(wireA, { from: one, to: two, data: counting(16), more: true })
    inject(wireA, { from: one, to: two, data: counting(16), more: true, offset: 16, id: 2 })
    settle(b)
    expect(b.network.deadline()).toBe(b.surroundings.clock + (version === 4 ? 30 : 60) * SECOND)
    pass(60 * SECOND, b)
    settle(b)
    const errors = drain(wireA)
    expect(errors).toHaveLength(1)
    expect([...errors[0].slice(headerLength, headerLength + 2)]).toEqual(version === 4 ? [11, 1] : [3, 1])
    expect(b.counters).toMatchObject({ IpReasmTimeout: 2, IcmpOutTimeExcds: 1 })
  })

  it('hands errors about its packets to the transport that sent them', () => {
    a.network.handle(6, recorder)
    const route = a.network.route(address(two), null)
    const segment = counting(20)
    transmit(a, route, segment, 6, { dontFragment: true })
    const [sent] = drain(wireB)
    const report = (type: number, code: number, word: number, from: string, to = one, quoted = sent) =>
      inject(wireB, { from, to, protocol: icmpProtocol, data: icmp(from, to, type, code, word, quoted) })
    if (version === 4) {
      report(3, 1, 0, far)
      report(3, 4, 1400, far)
      report(3, 4, 67, far)
      report(11, 0, 0, far)
    } else {
      report(1, 3, 0, far)
      report(2, 0, 1400, far)
      report(2, 0, 1279, far)
      report(3, 0, 0, far)
    }
    const ports = { sourcePort: 1, destinationPort: 0x0203, seq: 0x0405_0607, to: two }
    settle(a)
    expect(recorder.errors).toMatchObject([
      { kind: 'host-unreachable', mtu: 0, ...ports },
      { kind: 'packet-too-big', mtu: 1400, ...ports },
      { kind: 'time-exceeded', mtu: 0, ...ports },
    ])
    expect(a.counters.IcmpInErrors).toBe(1)
    // What we never sent.
    const foreign = sent.slice()
    foreign[version === 4 ? 15 : 23] ^= 1
    if (version === 4) {
      writeU16(foreign, 10, 0)
      writeU16(foreign, 10, ~fold(sum(foreign, 0, 20, 0)))
    }
    report(version === 4 ? 3 : 1, 1, 0, far, one, foreign)
    settle(a)
    expect(recorder.errors).toHaveLength(3)
    expect(a.counters.IcmpInErrors).toBe(2)
  })

  it('remembers a narrower path for ten minutes', () => {
    const route = a.network.route(address(two), null)
    a.network.reducePathMtu(address(two), 1300, a.surroundings.clock)
    expect(route?.mtu).toBe(1300)
    expect(a.network.route(address(two), null)?.mtu).toBe(1300)
    a.network.reducePathMtu(address(two), 1400, a.surroundings.clock)
    expect(route?.mtu).toBe(1300)
    transmit(a, route, counting(1400))
    expect(drain(wireB)).toHaveLength(2)
    expect(a.network.deadline()).toBe(a.surroundings.clock + 600 * SECOND)
    pass(600 * SECOND, a)
    settle(a)
    expect(route?.mtu).toBe(1500)
    expect(a.counters.PathMtuReductions).toBe(1)
  })

  it('cuts a packet that was built for a wider path', () => {
    const route = a.network.route(address(two), null)
    const room = route === null ? null : a.network.claim(route, 1400)
    if (route === null || room === null) throw new Error('no room')
    room.set(counting(1400), HEADROOM)
    a.network.reducePathMtu(address(two), 1300, a.surroundings.clock)
    const packet = new Packet()
    Object.assign(packet, { bytes: room, start: HEADROOM, end: HEADROOM + 1400 })
    a.network.transmit(route, packet, TEST_PROTOCOL, -1, options, a.surroundings.clock)
    settle(b)
    expect(recorder.received[0].data).toEqual(counting(1400))
  })

  it('takes a bounded number of packets from a device in a turn', () => {
    const small = new TestNode(3, { dev_weight: 10 })
    ;[wireA, wireB] = pipe()
    small.attach(wireB, two + length)
    for (let i = 0; i < 25; i += 1) inject(wireA, { from: one, to: two })
    small.surroundings.woken = 0
    small.turn()
    expect([small.counters.IpInReceives, small.surroundings.woken]).toEqual([10, 1])
    small.turn()
    small.turn()
    expect([small.counters.IpInReceives, small.surroundings.woken]).toEqual([25, 2])
  })

  it('shows every packet to the probe', () => {
    const seen: string[] = []
    a.network.probe = {
      packet: (direction, device, packet) => seen.push(`${direction} ${device.name} ${packet.end - packet.start}`),
      segment() {},
      state() {},
    }
    transmit(a, a.network.route(address(two), null), counting(10))
    transmit(a, a.network.route(address(one), null), counting(20))
    settle(a)
    expect(seen).toEqual([
      `out pipe0 ${headerLength + 10}`,
      `out lo ${headerLength + 20}`,
      `in lo ${headerLength + 20}`,
    ])
  })

  it('fills in the checksum, or leaves it to a device that does', () => {
    const [plain, offloading] = [pipe(), pipe({ checksumOffload: true })]
    const segment = counting(40)
    segment[16] = segment[17] = 0
    for (const [[near, end], offload] of [
      [plain, false],
      [offloading, true],
    ] as const) {
      const node = new TestNode(5).attach(near, one + length)
      transmit(node, node.network.route(address(two), null), segment, 6)
      const packet = new Packet()
      expect(end.receive(packet)).toBe(true)
      expect(packet.checksumOffloaded).toBe(offload)
      const pseudo = pseudoHeaderSum(address(one), address(two), 6, 40)
      const field = packet.end - 40 + 16
      const found = (packet.bytes[field] << 8) | packet.bytes[field + 1]
      expect(found).toBe(offload ? fold(pseudo) : ~fold(sum(segment, 0, 40, pseudo)) & 0xffff)
    }
  })

  it('passes super-packets to devices that cut them, up to their limit', () => {
    const [near, end] = pipe({ segmentation: 10_000 })
    const node = new TestNode(6).attach(near, one + length)
    const route = node.network.route(address(two), null)
    const send = (size: number) => {
      const room = route?.claim() ?? null
      if (route === null || room === null) throw new Error('no room')
      const packet = new Packet()
      Object.assign(packet, { bytes: room, start: HEADROOM, end: HEADROOM + size, segmentSize: 1448 })
      node.network.transmit(route, packet, 6, 16, { ...options, dontFragment: true }, 0)
    }
    send(9000)
    send(10_001 - headerLength)
    const packet = new Packet()
    expect(end.receive(packet)).toBe(true)
    expect(packet).toMatchObject({ segmentSize: 1448, checksumOffloaded: true })
    expect(packet.end - packet.start).toBe(9000 + headerLength)
    expect(end.receive(packet)).toBe(false)
    expect(node.counters.IpOutDiscards).toBe(1)
  })
})

describe('Network', () => {
  it('does not cut IPv4 packets that forbid it, but where the path is locked', () => {
    const [wireA, wireB] = pipe()
    const a = new TestNode().attach(wireA, '10.0.0.1/24')
    const route = a.network.route(address('10.0.0.2'), null)
    transmit(a, route, counting(3000), TEST_PROTOCOL, { dontFragment: true })
    expect(a.counters).toMatchObject({ IpFragFails: 1, IpOutDiscards: 1 })
    a.network.reducePathMtu(address('10.0.0.2'), 300, a.surroundings.clock)
    expect(route).toMatchObject({ mtu: 552, mtuLocked: true })
    transmit(a, route, counting(500), TEST_PROTOCOL, { dontFragment: true })
    const [packet] = drain(wireB)
    expect(packet[6] & 0x40).toBe(0)
  })

  it('takes atomic fragments for what they are (RFC 6946)', () => {
    const [wireA, wireB] = pipe()
    const b = new TestNode().attach(wireB, 'fd00::2/64')
    const recorder = new Recorder()
    b.network.handle(TEST_PROTOCOL, recorder)
    inject(wireA, { from: 'fd00::1', to: 'fd00::2', data: counting(16), more: true })
    const header = new IpHeader()
    Object.assign(header, {
      version: 6,
      protocol: TEST_PROTOCOL,
      identification: 1,
      hasFragmentHeader: true,
      payloadLength: 5,
    })
    header.source.set(address('fd00::1'))
    header.destination.set(address('fd00::2'))
    const room = wireA.claim()
    if (room === null) throw new Error('no room')
    const packet = new Packet()
    packet.bytes = room
    packet.start = emitIp(header, room, HEADROOM)
    packet.end = HEADROOM + 5
    wireA.transmit(packet)
    settle(b)
    expect(recorder.received.map(({ data }) => data.length)).toEqual([5])
    expect(b.counters).toMatchObject({ IpReasmReqds: 1, IpReasmFails: 0 })
  })

  it('does not take IPv6 packets with mapped addresses for IPv4', () => {
    const [wireA, wireB] = pipe()
    const b = new TestNode().attach(wireB, '10.0.0.2/24', 'fd00::2/64')
    const room = wireA.claim()
    if (room === null) throw new Error('no room')
    const header = new IpHeader()
    Object.assign(header, { version: 6, protocol: TEST_PROTOCOL })
    header.source.set(address('10.0.0.1'))
    header.destination.set(address('10.0.0.2'))
    const packet = new Packet()
    packet.bytes = room
    packet.start = emitIp(header, room, HEADROOM)
    packet.end = HEADROOM
    wireA.transmit(packet)
    settle(b)
    expect(b.counters.IpInMartians).toBe(1)
  })

  it('chooses the interface by the route and the source by the interface', () => {
    const [one] = pipe()
    const [two] = pipe()
    const node = new TestNode().attach(one, '10.0.0.1/24', 'fe80::1/64').attach(two, '10.1.0.1/24', 'fe80::2/64')
    node.network.addRoute(address('0.0.0.0'), 0, two, address('10.1.0.254'))
    const way = (to: string, from: string | null = null) =>
      node.network.route(address(to), from === null ? null : address(from))
    expect(way('10.0.0.9')?.device).toBe(one)
    expect(way('10.1.0.9')?.device).toBe(two)
    expect(way('192.0.2.1')).toMatchObject({ device: two, source: address('10.1.0.1'), nextHop: address('10.1.0.254') })
    expect(way('fe80::9', 'fe80::2')?.device).toBe(two)
    expect(way('fe80::9', 'fe80::1')?.device).toBe(one)
    expect(way('224.0.0.251')?.device).toBe(two)
    expect(way('ff02::fb')?.device).toBe(one)
    expect(way('10.0.0.255')?.cast).toBe('broadcast')
    expect(way('255.255.255.255')?.cast).toBe('broadcast')
    expect(way('0.0.0.0')).toBeNull()
    expect(way('10.0.0.1')?.local).toBe(true)
  })

  it('refuses what makes no sense when it is set up', () => {
    const [device] = pipe()
    const { network } = new TestNode().attach(device)
    expect(() => network.addDevice(device)).toThrow(RangeError)
    expect(() => network.addAddress(address('10.0.0.1'), 33, device)).toThrow(RangeError)
    expect(() => network.addAddress(address('10.0.0.1'), 24, pipe()[0])).toThrow(RangeError)
    expect(() => network.addRoute(address('10.0.0.0'), 8, device, address('fd00::1'))).toThrow(RangeError)
    for (const any of ['::', '0.0.0.0', '255.255.255.255']) expect(network.isLocal(address(any))).toBe(false)
    expect(network.devices.map(({ name }) => name)).toEqual(['lo', 'pipe0'])
  })
})
