import { describe, expect, it } from 'vitest'
import type { Device } from '../stack/device.ts'
import { writeU16 } from '../wire/bytes.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { ETHERTYPE_ARP, ETHERTYPE_IPV4, EthernetHeader, emitEthernet } from '../wire/ethernet.ts'
import { emitIp, parseIp } from '../wire/ip-header.ts'
import { HEADROOM, IpHeader, Packet, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/packet.ts'
import { ACK, TcpSegment } from '../wire/tcp.ts'
import { emitTcp } from '../wire/tcp-header.ts'
import { emitUdp, UdpDatagram } from '../wire/udp.ts'
import { ipHeader } from './ladder.testkit.ts'
import { PcapngWriter } from './pcapng.ts'

interface Block {
  type: number
  body: DataView
  options: Map<number, Uint8Array>
}

/** Reads blocks by the draft's text alone: length before and after, options from `fixed` on. */
function readBlocks(chunks: Uint8Array[]): Block[] {
  const file = new Uint8Array(chunks.flatMap((chunk) => [...chunk]))
  const view = new DataView(file.buffer)
  const blocks: Block[] = []
  for (let at = 0; at < file.length; ) {
    const type = view.getUint32(at, true)
    const length = view.getUint32(at + 4, true)
    expect(length % 4).toBe(0)
    expect(view.getUint32(at + length - 4, true)).toBe(length)
    const body = new DataView(file.buffer, at + 8, length - 12)
    blocks.push({ type, body, options: readOptions(body, fixedLength(type, body)) })
    at += length
  }
  return blocks
}

function fixedLength(type: number, body: DataView): number {
  if (type === 0x0a0d0d0a) return 16
  if (type === 1) return 8
  return 20 + Math.ceil(body.getUint32(12, true) / 4) * 4
}

function readOptions(body: DataView, start: number): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>()
  for (let at = start; ; ) {
    const code = body.getUint16(at, true)
    const length = body.getUint16(at + 2, true)
    if (code === 0) {
      expect(at + 4).toBe(body.byteLength)
      return options
    }
    options.set(code, new Uint8Array(body.buffer, body.byteOffset + at + 4, length))
    at += 4 + Math.ceil(length / 4) * 4
  }
}

function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes)
}

function data(block: Block): Uint8Array {
  return new Uint8Array(block.body.buffer, block.body.byteOffset + 20, block.body.getUint32(12, true))
}

function device(name: string, medium: 'ip' | 'ethernet'): Device {
  const fields = { mtu: 1500, hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, 1), checksumOffload: true, segmentation: 0 }
  const methods = { attach() {}, receive: () => false, claim: () => null, transmit() {}, close() {} }
  return { name, medium, ...fields, ...methods }
}

function open() {
  const chunks: Uint8Array[] = []
  const writer = new PcapngWriter((bytes) => chunks.push(bytes), {
    hardware: 'virtual',
    os: 'Größe 三',
    application: 'estab',
    epoch: 1_700_000_000_000_000,
  })
  return { writer, blocks: () => readBlocks(chunks) }
}

function tcpPacket(version: 4 | 6, payload: number): Packet {
  const segment = Object.assign(new TcpSegment(), { sourcePort: 1, destinationPort: 2, flags: ACK, window: 9 })
  segment.bytes = new Uint8Array(HEADROOM + payload).fill(0xa5)
  segment.payloadStart = HEADROOM
  segment.payloadLength = payload
  const start = emitTcp(segment)
  return packetOf(version, segment.bytes, start, PROTOCOL_TCP)
}

function packetOf(version: 4 | 6, bytes: Uint8Array, start: number, protocol: number): Packet {
  const ip = ipHeader(version === 4 ? '10.0.0.1' : '2001:db8::1', version === 4 ? '10.0.0.2' : '2001:db8::2')
  ip.protocol = protocol
  ip.payloadLength = bytes.length - start
  return Object.assign(new Packet(), { bytes, start: emitIp(ip, bytes, start), end: bytes.length })
}

/** What a receiver sees: 0xffff where the checksum is good. */
function verify(bytes: Uint8Array, start: number): number {
  const ip = new IpHeader()
  expect(parseIp(bytes, start, bytes.length, ip)).toBe(true)
  const pseudo = pseudoHeaderSum(ip.source, ip.destination, ip.protocol, ip.payloadLength)
  return fold(sum(bytes, ip.payloadStart, ip.payloadLength, pseudo))
}

describe('PcapngWriter', () => {
  it('begins with a section header that says where it was made', () => {
    const [section] = open().blocks()
    expect(section.type).toBe(0x0a0d0d0a)
    expect(section.body.getUint32(0, true)).toBe(0x1a2b3c4d)
    expect([section.body.getUint16(4, true), section.body.getUint16(6, true)]).toEqual([1, 0])
    expect(section.body.getBigInt64(8, true)).toBe(-1n)
    expect([2, 3, 4].map((code) => text(section.options.get(code)))).toEqual(['virtual', 'Größe 三', 'estab'])
  })

  it('describes each device once, when its first packet comes', () => {
    const { writer, blocks } = open()
    const tun = device('tun0', 'ip')
    const tap = device('tap0', 'ethernet')
    const packet = tcpPacket(4, 1)
    for (const each of [tun, tap, tun]) writer.write('out', each, packet, 0)
    const interfaces = blocks().filter((block) => block.type === 1)
    expect(interfaces.map((block) => block.body.getUint16(0, true))).toEqual([101, 1])
    expect(interfaces.map((block) => text(block.options.get(2)))).toEqual(['tun0', 'tap0'])
    expect(interfaces.map((block) => text(block.options.get(3)))).toEqual(['mtu 1500', 'mtu 1500'])
    expect(interfaces.map((block) => block.options.get(9)?.[0])).toEqual([6, 6])
    expect(interfaces[1]?.options.get(6)).toEqual(tap.hardwareAddress)
    const packets = blocks().filter((block) => block.type === 6)
    expect(packets.map((block) => block.body.getUint32(0, true))).toEqual([0, 1, 0])
  })

  it('writes the time in microseconds, the direction, the comment and the bytes', () => {
    const { writer, blocks } = open()
    const packet = tcpPacket(4, 3)
    const probe = writer.probe()
    probe.packet('in', device('tun0', 'ip'), packet, 203)
    writer.write('out', device('tun0', 'ip'), packet, 1_000_000, 'lost on the way')
    const [first, second] = blocks().filter((block) => block.type === 6)
    const time = (block: Block) =>
      block.body.getUint32(4, true) * 2 ** 32 + block.body.getUint32(8, true) - 1_700_000_000_000_000
    expect([time(first), time(second)]).toEqual([203, 1_000_000])
    expect([first.options.get(2), second.options.get(2)]).toEqual([
      Uint8Array.of(1, 0, 0, 0),
      Uint8Array.of(2, 0, 0, 0),
    ])
    expect([first.options.has(1), text(second.options.get(1))]).toEqual([false, 'lost on the way'])
    expect(data(first)).toEqual(packet.bytes.slice(packet.start, packet.end))
    expect(first.body.getUint32(16, true)).toBe(43)
  })

  it.each([4, 6] as const)('completes TCP checksums left to the device, IPv%i', (version) => {
    const { writer, blocks } = open()
    const packet = tcpPacket(version, 999)
    packet.checksumOffloaded = true
    writer.write('out', device('tun0', 'ip'), packet, 0)
    const held = data(blocks()[2])
    expect(verify(held, 0)).toBe(0xffff)
    expect(verify(packet.bytes.slice(packet.start, packet.end), 0)).not.toBe(0xffff)
  })

  it('writes a super-packet as it is, with a complete checksum', () => {
    const { writer, blocks } = open()
    const packet = tcpPacket(4, 44 * 1460)
    packet.segmentSize = 1460
    writer.write('out', device('tun0', 'ip'), packet, 0)
    const held = data(blocks()[2])
    expect(held.length).toBe(44 * 1460 + 40)
    expect(verify(held, 0)).toBe(0xffff)
  })

  it('completes UDP in an Ethernet frame and leaves ARP alone', () => {
    const { writer, blocks } = open()
    const datagram = Object.assign(new UdpDatagram(), { sourcePort: 1, destinationPort: 2, payloadLength: 5 })
    datagram.bytes = new Uint8Array(HEADROOM + 5)
    datagram.payloadStart = HEADROOM
    const packet = packetOf(4, datagram.bytes, emitUdp(datagram), PROTOCOL_UDP)
    const ethernet = Object.assign(new EthernetHeader(), { etherType: ETHERTYPE_IPV4 })
    packet.start = emitEthernet(ethernet, packet.bytes, packet.start)
    packet.checksumOffloaded = true
    const tap = device('tap0', 'ethernet')
    writer.write('out', tap, packet, 0)
    writeU16(packet.bytes, packet.start + 12, ETHERTYPE_ARP)
    writer.write('out', tap, packet, 0)
    expect(verify(data(blocks()[2]), 14)).toBe(0xffff)
    expect(data(blocks()[3])).toEqual(packet.bytes.slice(packet.start, packet.end))
  })
})
