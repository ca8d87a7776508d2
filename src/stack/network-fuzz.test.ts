import { describe, expect, it } from 'vitest'
import { writeU16 } from '../wire/bytes.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { emitIp } from '../wire/ip-header.ts'
import { HEADROOM, IpHeader, Packet } from '../wire/packet.ts'
import type { IpCounters } from './ip-counters.ts'
import { address, TestNode, TestSurroundings } from './network.testkit.ts'
import { pipe } from './pipe.ts'
import { UdpService } from './udp.ts'
import type { UdpUser } from './udp-port.ts'

const ADDRESSES_V4 = [
  '10.0.0.1',
  '10.0.0.2',
  '10.0.0.255',
  '224.0.0.1',
  '255.255.255.255',
  '127.0.0.1',
  '0.0.0.0',
  '192.0.2.1',
]
const ADDRESSES_V6 = ['fd00::1', 'fd00::2', 'ff02::1', 'ff02::1:ff00:2', '::1', '::', '2001:db8::1', '::ffff:10.0.0.2']
const PROTOCOLS = [1, 1, 6, 17, 58, 58, 0, 43, 44, 59, 60, 253]

/** Packets that are nearly right: valid headers over random payloads, then a few bytes changed. */
class Generator {
  private readonly chance: TestSurroundings
  private readonly header = new IpHeader()

  constructor(seed: number) {
    this.chance = new TestSurroundings(seed)
  }

  below(limit: number): number {
    return this.chance.random() % limit
  }

  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)]
  }

  /** Writes a packet into `bytes` and returns where it starts and ends. */
  packet(bytes: Uint8Array): [number, number] {
    const length = this.one([0, 4, 8, 12, 20, 32, 40, 100, 120, 200, 1000])
    const end = HEADROOM + length
    for (let i = HEADROOM; i < end; i += 1) bytes[i] = this.below(4) === 0 ? this.below(256) : this.below(8)
    if (this.below(8) === 0) return [HEADROOM, end]
    const { header } = this
    header.version = this.one([4, 6])
    const addresses = header.version === 4 ? ADDRESSES_V4 : ADDRESSES_V6
    header.source.set(address(this.below(4) === 0 ? this.one(addresses) : addresses[0]))
    header.destination.set(address(this.below(4) === 0 ? this.one(addresses) : addresses[1]))
    header.protocol = this.one(PROTOCOLS)
    header.hopLimit = this.one([255, 64, 1, 0])
    header.identification = this.below(8)
    header.trafficClass = this.below(256)
    header.dontFragment = this.below(2) === 0
    header.moreFragments = this.below(4) === 0
    header.fragmentOffset = this.below(4) === 0 ? 8 * this.below(200) : 0
    header.hasFragmentHeader = header.moreFragments || header.fragmentOffset > 0
    header.payloadLength = length
    this.shapeTransport(bytes, length)
    const start = emitIp(header, bytes, HEADROOM)
    if (this.below(3) === 0)
      for (let i = this.below(4); i >= 0; i -= 1) bytes[start + this.below(end - start)] = this.below(256)
    return [start, this.below(10) === 0 ? start + this.below(end - start) : end]
  }

  /** Sensible types, lengths and a right checksum, mostly, so that the depths are reached. */
  private shapeTransport(bytes: Uint8Array, length: number): void {
    const { header } = this
    if (length < 8 || this.below(8) === 0) return
    const { protocol } = header
    if (protocol === 17) {
      writeU16(bytes, HEADROOM + 2, this.one([7, 9]))
      writeU16(bytes, HEADROOM + 4, length)
    }
    const isIcmp = protocol === 1 || protocol === 58
    if (isIcmp) {
      bytes[HEADROOM] = this.one([0, 1, 2, 3, 4, 5, 8, 11, 12, 128, 129, 135, 136])
      bytes[HEADROOM + 1] = this.one([0, 1, 3, 4])
      if (length > 40 && this.below(4) > 0) {
        bytes[HEADROOM] = this.one(protocol === 1 ? [3, 11, 12] : [1, 2, 3, 4])
        writeU16(bytes, HEADROOM + 6, this.one([0, 68, 576, 1280, 1400]))
        this.quote(bytes, HEADROOM + 8)
      }
    }
    const field = HEADROOM + (isIcmp ? 2 : 6)
    const pseudo = protocol === 1 ? 0 : pseudoHeaderSum(header.source, header.destination, protocol, length)
    writeU16(bytes, field, 0)
    writeU16(bytes, field, ~fold(sum(bytes, HEADROOM, length, pseudo)))
  }

  /** A packet that 10.0.0.2 may have sent. */
  private quote(bytes: Uint8Array, at: number): void {
    const quoted = new IpHeader()
    quoted.version = this.header.version
    quoted.source.set(this.header.destination)
    quoted.destination.set(this.header.source)
    quoted.protocol = this.one([6, 17, 1, 58])
    quoted.payloadLength = 100
    emitIp(quoted, bytes, at + (quoted.version === 4 ? 20 : 40))
  }
}

const deafUser: UdpUser = { deliver: () => true, fail() {}, notify() {} }

/** Every packet that came in ended in one way, or was put together with others. */
function expectBalance(counters: IpCounters): void {
  const ended =
    counters.IpInHdrErrors +
    counters.IpInAddrErrors +
    counters.IpInMartians +
    counters.IpInUnknownProtos +
    counters.IpInDiscards +
    counters.IpInDelivers +
    counters.IpReasmReqds
  expect(counters.IpInReceives + counters.IpReasmOKs).toBe(ended)
}

describe.each(['ip', 'ethernet'] as const)('a network on an %s device that is fed anything', (medium) => {
  it('does not throw, loses count of nothing and holds a bounded amount', () => {
    const [wire, end] = pipe({ medium, capacity: 64 })
    const node = new TestNode(3, {
      ipfrag_high_thresh: 32 * 1024,
      gc_thresh3: 8,
      unres_qlen_bytes: 4096,
      max_path_mtus: 8,
    })
    node.attach(end, '10.0.0.2/24', 'fd00::2/64')
    const udp = new UdpService(node.network, node.counters, () => 1, { ip_local_port_range: [40_000, 50_000] })
    udp.bind(deafUser, null, 7)
    const reached = { transport: 0, errors: 0, echoes: 0 }
    node.network.handle(6, {
      receive: () => {
        reached.transport += 1
      },
      error: (error, now) => {
        reached.errors += 1
        if (error.kind === 'packet-too-big') node.network.reducePathMtu(error.destination, error.mtu, now)
      },
    })
    node.network.listenEcho({
      reply: () => {
        reached.echoes += 1
      },
      error() {},
    })
    const generator = new Generator(11)
    const sent = new Packet()
    const heard = new Packet()
    let frames = 0
    for (let i = 0; i < 60_000; i += 1) {
      const room = wire.claim()
      if (room === null) throw new Error('the network does not take its packets')
      const [start, finish] = generator.packet(room)
      sent.bytes = room
      sent.start = start
      sent.end = finish
      if (medium === 'ethernet') {
        sent.start -= 14
        const group = generator.below(8) === 0
        room.set(group ? [0xff, 0xff, 0xff, 0xff, 0xff, 0xff] : end.hardwareAddress, sent.start)
        room.set([2, 0, 0, 0, 0, generator.below(20)], sent.start + 6)
        const type = generator.below(20) === 0 ? 0x0806 : room[start] >>> 4 === 6 ? 0x86dd : 0x0800
        writeU16(room, sent.start + 12, type)
        if (type === 0x0806) {
          room.set([0, 1, 8, 0, 6, 4, 0, 1 + generator.below(2), 2, 0, 0, 0, 0, 1, 10, 0, 0, generator.below(8)], start)
          room.set([0, 0, 0, 0, 0, 0, 10, 0, 0, generator.below(4)], start + 18)
          sent.end = Math.max(sent.end, start + generator.below(40))
        }
      }
      wire.transmit(sent)
      frames += 1
      if (i % 16 === 0) {
        node.surroundings.clock += generator.below(2_000_000)
        node.turn()
        while (wire.receive(heard));
      }
    }
    node.turn()
    while (wire.receive(heard));
    const { counters } = node
    expectBalance(counters)
    const below =
      counters.LinkInErrors + counters.LinkInOtherHosts + counters.LinkInUnknownTypes + counters.ArpInReceives
    expect(counters.IpInReceives + below).toBe(frames)
    // The depths were reached, or this shows little.
    expect(reached.transport).toBeGreaterThan(200)
    expect(reached.errors).toBeGreaterThan(50)
    expect(reached.echoes).toBeGreaterThan(50)
    expect(counters.UdpInDatagrams).toBeGreaterThan(100)
    expect(counters.IpReasmReqds).toBeGreaterThan(1000)
    expect(counters.IpReasmOKs).toBeGreaterThan(0)
    expect(counters.PathMtuReductions).toBeGreaterThan(0)
    if (medium === 'ethernet') expect(counters.NdpOutAdvertisements + counters.ArpOutReplies).toBeGreaterThan(0)
    for (let i = 0; i < 8; i += 1) {
      node.surroundings.clock += 600_000_000
      node.turn()
    }
    expect(node.network.deadline()).toBe(Number.POSITIVE_INFINITY)
  })
})
