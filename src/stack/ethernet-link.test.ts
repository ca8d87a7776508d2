import { beforeEach, describe, expect, it } from 'vitest'
import { ARP_REPLY, ARP_REQUEST, ArpPacket, emitArp, parseArp } from '../wire/arp.ts'
import { writeU16 } from '../wire/bytes.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { ETHERTYPE_ARP, ETHERTYPE_IPV6, EthernetHeader, emitEthernet, parseEthernet } from '../wire/ethernet.ts'
import { emitIp, parseIp } from '../wire/ip-header.ts'
import { emitNeighbour, NeighbourMessage, parseNeighbour } from '../wire/ndp.ts'
import { HEADROOM, IpHeader, Packet } from '../wire/packet.ts'
import type { Device } from './device.ts'
import { address, pass, Recorder, settle, TestNode } from './network.testkit.ts'
import { pipe } from './pipe.ts'

const TEST_PROTOCOL = 253
const SECOND = 1_000_000
const BROADCAST = [255, 255, 255, 255, 255, 255]
const options = { hopLimit: 64, trafficClass: 0, dontFragment: false }

function transmit(node: TestNode, to: string, data: Uint8Array): void {
  const route = node.network.route(address(to), null)
  const room = route === null ? null : node.network.claim(route, data.length)
  if (route === null || room === null) throw new Error('no way')
  room.set(data, HEADROOM)
  const packet = new Packet()
  Object.assign(packet, { bytes: room, start: HEADROOM, end: HEADROOM + data.length })
  node.network.transmit(route, packet, TEST_PROTOCOL, -1, options, node.surroundings.clock)
}

/** The frames that wait on a device. */
function frames(device: Device): { to: number[]; type: number; bytes: Uint8Array }[] {
  const packet = new Packet()
  const header = new EthernetHeader()
  const seen: { to: number[]; type: number; bytes: Uint8Array }[] = []
  while (device.receive(packet)) {
    expect(parseEthernet(packet.bytes, packet.start, packet.end, header)).toBe(true)
    const bytes = packet.bytes.slice(packet.start + 14, packet.end)
    seen.push({ to: [...header.destination], type: header.etherType, bytes })
  }
  return seen
}

function sendFrame(device: Device, to: number[], type: number, write: (bytes: Uint8Array, at: number) => number): void {
  const room = device.claim()
  if (room === null) throw new Error('no room')
  const header = new EthernetHeader()
  header.destination.set(to)
  header.source.set(device.hardwareAddress)
  header.etherType = type
  const packet = new Packet()
  packet.bytes = room
  packet.end = write(room, HEADROOM)
  packet.start = emitEthernet(header, room, HEADROOM)
  device.transmit(packet)
}

interface ArpText {
  operation: number
  sender: string
  target: string
  to?: number[]
  link?: number[]
}

function sendArp(device: Device, { operation, sender, target, to, link }: ArpText): void {
  const arp = new ArpPacket()
  arp.operation = operation
  arp.senderLink.set(link ?? device.hardwareAddress)
  arp.senderAddress.set(address(sender))
  arp.targetAddress.set(address(target))
  sendFrame(device, to ?? BROADCAST, ETHERTYPE_ARP, (bytes, at) => emitArp(arp, bytes, at))
}

describe('ARP', () => {
  let wireA: Device
  let wireB: Device
  let b: TestNode
  let ours: number[]

  beforeEach(() => {
    ;[wireA, wireB] = pipe({ medium: 'ethernet' })
    b = new TestNode(2).attach(wireB, '10.0.0.2/24')
    ours = [...wireB.hardwareAddress]
  })

  function answer(): ArpPacket | null {
    settle(b)
    const [frame] = frames(wireA)
    if (frame === undefined) return null
    const arp = new ArpPacket()
    expect(parseArp(frame.bytes, 0, frame.bytes.length, arp)).toBe(true)
    expect(frame.to).toEqual([...wireA.hardwareAddress])
    return arp
  }

  it('answers who asks for it, and then knows it', () => {
    sendArp(wireA, { operation: ARP_REQUEST, sender: '10.0.0.1', target: '10.0.0.2' })
    expect(answer()).toMatchObject({
      operation: ARP_REPLY,
      senderAddress: address('10.0.0.2'),
      senderLink: wireB.hardwareAddress,
      targetAddress: address('10.0.0.1'),
    })
    transmit(b, '10.0.0.1', new Uint8Array(1))
    expect(frames(wireA)).toMatchObject([{ to: [...wireA.hardwareAddress], type: 0x0800 }])
  })

  it('answers a probe, and learns nothing from it (RFC 5227)', () => {
    sendArp(wireA, { operation: ARP_REQUEST, sender: '0.0.0.0', target: '10.0.0.2' })
    expect(answer()).toMatchObject({ operation: ARP_REPLY, targetAddress: address('0.0.0.0') })
  })

  it('does not answer for others, nor believe what cannot be', () => {
    sendArp(wireA, { operation: ARP_REQUEST, sender: '10.0.0.1', target: '10.0.0.3' })
    sendArp(wireA, { operation: ARP_REQUEST, sender: '10.0.0.2', target: '10.0.0.2' })
    sendArp(wireA, { operation: ARP_REQUEST, sender: '224.0.0.1', target: '10.0.0.2' })
    sendArp(wireA, { operation: ARP_REQUEST, sender: '10.0.0.1', target: '10.0.0.2', link: BROADCAST })
    sendArp(wireA, { operation: 3, sender: '10.0.0.1', target: '10.0.0.2' })
    sendFrame(wireA, BROADCAST, ETHERTYPE_ARP, (_, at) => at + 10)
    expect(answer()).toBeNull()
    expect(b.counters).toMatchObject({ ArpInReceives: 6, ArpInErrors: 5 })
  })

  it('takes unsolicited replies for entries it has, and no others', () => {
    sendArp(wireA, { operation: ARP_REPLY, sender: '10.0.0.7', target: '10.0.0.2', to: ours })
    settle(b)
    transmit(b, '10.0.0.7', new Uint8Array(1))
    expect(frames(wireA)).toMatchObject([{ type: ETHERTYPE_ARP, to: BROADCAST }])
    sendArp(wireA, { operation: ARP_REPLY, sender: '10.0.0.7', target: '10.0.0.7', link: [2, 9, 9, 9, 9, 9] })
    settle(b)
    expect(frames(wireA)).toMatchObject([{ type: 0x0800, to: [2, 9, 9, 9, 9, 9] }])
  })

  it('drops frames for others, unknown types, fragments of frames, versions that do not fit', () => {
    sendFrame(wireA, [2, 1, 1, 1, 1, 1], 0x0800, (_, at) => at + 40)
    sendFrame(wireA, ours, 0x88cc, (_, at) => at + 40)
    sendFrame(wireA, ours, ETHERTYPE_IPV6, (bytes, at) => {
      bytes[at] = 0x45
      return at + 40
    })
    const packet = new Packet()
    packet.bytes = wireA.claim() ?? new Uint8Array(0)
    packet.end = 13
    wireA.transmit(packet)
    settle(b)
    expect(b.counters).toMatchObject({ LinkInOtherHosts: 1, LinkInUnknownTypes: 1, LinkInErrors: 2, IpInReceives: 0 })
  })

  it('sends broadcasts to all and groups to their link address', () => {
    transmit(b, '255.255.255.255', new Uint8Array(1))
    transmit(b, '10.0.0.255', new Uint8Array(1))
    transmit(b, '224.0.0.251', new Uint8Array(1))
    expect(frames(wireA).map(({ to }) => to)).toEqual([BROADCAST, BROADCAST, [1, 0, 0x5e, 0, 0, 251]])
  })

  it('does not answer a packet that the link has broadcast', () => {
    const header = new IpHeader()
    Object.assign(header, { version: 4, protocol: 200, payloadLength: 8 })
    header.source.set(address('10.0.0.1'))
    header.destination.set(address('10.0.0.2'))
    sendFrame(wireA, BROADCAST, 0x0800, (bytes, at) => {
      emitIp(header, bytes, at + 20)
      return at + 28
    })
    settle(b)
    expect(b.counters).toMatchObject({ IpInUnknownProtos: 1, IcmpOutMsgs: 0 })
  })
})

describe('NDP', () => {
  let wireA: Device
  let wireB: Device
  let b: TestNode
  let ours: number[]

  beforeEach(() => {
    ;[wireA, wireB] = pipe({ medium: 'ethernet' })
    b = new TestNode(2).attach(wireB, 'fd00::2/64')
    ours = [...wireB.hardwareAddress]
  })

  interface NdpText {
    type: number
    from: string
    to: string
    target: string
    link?: number[] | null
    solicited?: boolean
    override?: boolean
    hopLimit?: number
    frameTo?: number[]
    corrupt?: boolean
  }

  function sendNdp(text: NdpText): void {
    const { type, from, to, target, link, hopLimit = 255, frameTo } = text
    const message = new NeighbourMessage()
    message.type = type
    message.target.set(address(target))
    message.solicited = text.solicited ?? false
    message.override = text.override ?? false
    message.hasLinkAddress = link !== null
    message.linkAddress.set(link ?? wireA.hardwareAddress)
    const header = new IpHeader()
    Object.assign(header, { version: 6, protocol: 58, hopLimit })
    header.source.set(address(from))
    header.destination.set(address(to))
    sendFrame(wireA, frameTo ?? ours, ETHERTYPE_IPV6, (bytes, at) => {
      const end = emitNeighbour(message, bytes, at + 40)
      header.payloadLength = end - at - 40
      const pseudo = pseudoHeaderSum(header.source, header.destination, 58, header.payloadLength)
      writeU16(bytes, at + 42, ~fold(sum(bytes, at + 40, header.payloadLength, pseudo)))
      if (text.corrupt) bytes[at + 50] ^= 1
      emitIp(header, bytes, at + 40)
      return end
    })
  }

  function answers(): { to: string; message: NeighbourMessage; link: number[] }[] {
    settle(b)
    return frames(wireA).flatMap(({ to: link, bytes }) => {
      const ip = new IpHeader()
      const message = new NeighbourMessage()
      expect(parseIp(bytes, 0, bytes.length, ip)).toBe(true)
      if (ip.protocol !== 58) return []
      const pseudo = pseudoHeaderSum(ip.source, ip.destination, 58, ip.payloadLength)
      expect(fold(sum(bytes, ip.payloadStart, ip.payloadLength, pseudo))).toBe(0xffff)
      if (!parseNeighbour(bytes, ip.payloadStart, ip.payloadLength, message)) return []
      expect(ip.hopLimit).toBe(255)
      const { destination } = ip
      const to = destination.equals(address('ff02::1'))
        ? 'all'
        : destination.equals(address('fd00::1'))
          ? 'one'
          : 'other'
      return [{ to, message, link }]
    })
  }

  const group = 'ff02::1:ff00:2'
  const groupLink = [0x33, 0x33, 0xff, 0, 0, 2]

  it('answers solicitations to the group and to itself', () => {
    const told = { solicited: true, override: true, hasLinkAddress: true, linkAddress: wireB.hardwareAddress }
    sendNdp({ type: 135, from: 'fd00::1', to: group, target: 'fd00::2', frameTo: groupLink })
    expect(answers()).toMatchObject([{ to: 'one', message: { type: 136, ...told }, link: [...wireA.hardwareAddress] }])
    sendNdp({ type: 135, from: 'fd00::1', to: 'fd00::2', target: 'fd00::2' })
    expect(answers()).toMatchObject([{ to: 'one', message: { type: 136, ...told } }])
  })

  it('answers duplicate address detection to all', () => {
    sendNdp({ type: 135, from: '::', to: group, target: 'fd00::2', frameTo: groupLink, link: null })
    expect(answers()).toMatchObject([
      { to: 'all', message: { type: 136, solicited: false }, link: [0x33, 0x33, 0, 0, 0, 1] },
    ])
  })

  it('refuses what RFC 4861, 7.1 refuses', () => {
    const solicitation = { type: 135, from: 'fd00::1', to: 'fd00::2', target: 'fd00::2' }
    sendNdp({ ...solicitation, hopLimit: 254 })
    sendNdp({ ...solicitation, from: '::', to: group, frameTo: groupLink })
    sendNdp({ ...solicitation, from: '::', link: null })
    sendNdp({ ...solicitation, target: 'ff02::1' })
    sendNdp({
      type: 136,
      from: 'fd00::1',
      to: 'ff02::1',
      target: 'fd00::1',
      solicited: true,
      frameTo: [51, 51, 0, 0, 0, 1],
    })
    expect(b.counters.NdpInErrors).toBe(0)
    expect(answers()).toEqual([])
    expect(b.counters.NdpInErrors).toBe(5)
    sendNdp({ ...solicitation, corrupt: true })
    sendNdp({ ...solicitation, target: 'fd00::3' })
    expect(answers()).toEqual([])
    expect(b.counters).toMatchObject({ NdpInErrors: 5, IcmpInCsumErrors: 1 })
  })

  it('learns from advertisements only about whom it asks', () => {
    sendNdp({ type: 136, from: 'fd00::1', to: 'fd00::2', target: 'fd00::1', solicited: true })
    settle(b)
    transmit(b, 'fd00::1', new Uint8Array(1))
    expect(answers()).toMatchObject([{ to: 'other', message: { type: 135, target: address('fd00::1') } }])
    sendNdp({ type: 136, from: 'fd00::1', to: 'fd00::2', target: 'fd00::1', link: null, solicited: true })
    settle(b)
    expect(frames(wireA)).toEqual([])
    sendNdp({ type: 136, from: 'fd00::1', to: 'fd00::2', target: 'fd00::1', solicited: true, override: true })
    settle(b)
    expect(frames(wireA)).toMatchObject([{ to: [...wireA.hardwareAddress], type: ETHERTYPE_IPV6 }])
  })
})

describe.each([
  ['IPv4', '10.0.0.1', '10.0.0.2', '10.0.0.9', '/24'],
  ['IPv6', 'fd00::1', 'fd00::2', 'fd00::9', '/64'],
])('two networks on an Ethernet, %s', (_, one, two, nobody, length) => {
  let a: TestNode
  let b: TestNode
  let recorder: Recorder

  beforeEach(() => {
    const [wireA, wireB] = pipe({ medium: 'ethernet' })
    a = new TestNode(1).attach(wireA, one + length)
    b = new TestNode(2).attach(wireB, two + length)
    recorder = new Recorder()
    a.network.handle(TEST_PROTOCOL, recorder)
    b.network.handle(TEST_PROTOCOL, recorder)
  })

  function solicitations(): number {
    return a.counters.ArpOutRequests + a.counters.NdpOutSolicits
  }

  it('find one another, and lose nothing meanwhile', () => {
    for (let i = 0; i < 20; i += 1) transmit(a, two, new Uint8Array(10).fill(i))
    transmit(a, two, new Uint8Array(60_000))
    settle(a, b)
    expect(recorder.received.map(({ data }) => data.length)).toEqual([...new Array(20).fill(10), 60_000])
    expect(recorder.received.slice(0, 20).map(({ data }) => data[0])).toEqual([...new Array(20).keys()])
    expect(solicitations()).toBe(1)
    transmit(b, one, new Uint8Array(3))
    settle(a, b)
    expect(recorder.received).toHaveLength(22)
    expect(b.counters.ArpOutRequests + b.counters.NdpOutSolicits).toBe(0)
  })

  it('tell the transport when nobody answers for three seconds', () => {
    transmit(a, nobody, Uint8Array.of(0, 1, 0, 2, 0, 0, 0, 0))
    expect(a.network.deadline()).toBe(a.surroundings.clock + SECOND)
    for (let i = 0; i < 2; i += 1) {
      pass(SECOND, a, b)
      settle(a, b)
      expect(recorder.errors).toEqual([])
    }
    pass(SECOND, a, b)
    settle(a, b)
    expect(solicitations()).toBe(3)
    expect(recorder.errors).toMatchObject([{ kind: 'host-unreachable', to: nobody }])
    expect(a.counters).toMatchObject({ NeighResolveFails: 1, NeighQueueDrops: 1 })
    expect(a.network.deadline()).toBe(Number.POSITIVE_INFINITY)
    transmit(a, nobody, new Uint8Array(8))
    expect(solicitations()).toBe(4)
  })

  it('probe one another when they have been silent, and go on', () => {
    transmit(a, two, new Uint8Array(8))
    settle(a, b)
    pass(60 * SECOND, a, b)
    transmit(a, two, new Uint8Array(8))
    expect(a.network.deadline()).toBe(a.surroundings.clock + 5 * SECOND)
    settle(a, b)
    expect(recorder.received).toHaveLength(2)
    pass(5 * SECOND, a, b)
    settle(a, b)
    expect(solicitations()).toBe(2)
    expect(a.network.deadline()).toBe(Number.POSITIVE_INFINITY)
  })

  it('need not probe when the transport knows that its packets arrive', () => {
    transmit(a, two, new Uint8Array(8))
    settle(a, b)
    pass(60 * SECOND, a, b)
    const route = a.network.route(address(two), null)
    if (route === null) throw new Error('no route')
    const room = a.network.claim(route, 8)
    const packet = new Packet()
    Object.assign(packet, { bytes: room, start: HEADROOM, end: HEADROOM + 8 })
    a.network.transmit(route, packet, TEST_PROTOCOL, -1, options, a.surroundings.clock)
    a.network.reached(route, a.surroundings.clock)
    pass(5 * SECOND, a, b)
    settle(a, b)
    expect(solicitations()).toBe(1)
  })

  it('hold back a bounded number of packets', () => {
    for (let i = 0; i < 300; i += 1) transmit(a, nobody, new Uint8Array(8))
    expect(a.counters.NeighQueueDrops).toBe(300 - 128)
    const big = new Uint8Array(1400)
    for (let i = 0; i < 3000; i += 1) transmit(a, nobody, big)
    expect(a.counters.NeighQueueDrops).toBe(3300 - 128)
  })
})
