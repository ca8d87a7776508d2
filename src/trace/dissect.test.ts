import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeU16 } from '../wire/bytes.ts'
import { fold, pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { emitIp } from '../wire/ip-header.ts'
import { HEADROOM } from '../wire/packet.ts'
import { ACK, PSH, SYN, TcpSegment } from '../wire/tcp.ts'
import { emitTcp, TCP_CHECKSUM_OFFSET } from '../wire/tcp-header.ts'
import { dissect } from './dissect.ts'
import { FIELDS, type Field } from './field.ts'
import { ipHeader } from './ladder.testkit.ts'

/** A TCP packet between two addresses with a right checksum. */
function tcpPacket(from: string, to: string, set: Partial<TcpSegment>, payload = 0, behind = 0): Uint8Array {
  const segment = Object.assign(new TcpSegment(), { sourcePort: 40000, destinationPort: 80, seq: 7, window: 9, ...set })
  segment.bytes = new Uint8Array(HEADROOM + payload + behind).fill(0x61)
  segment.payloadStart = HEADROOM
  segment.payloadLength = payload
  const start = emitTcp(segment)
  const ip = ipHeader(from, to)
  ip.protocol = 6
  ip.payloadLength = HEADROOM + payload - start
  const pseudo = pseudoHeaderSum(ip.source, ip.destination, 6, ip.payloadLength)
  const checksum = ~fold(sum(segment.bytes, start, ip.payloadLength, pseudo)) & 0xffff
  writeU16(segment.bytes, start + TCP_CHECKSUM_OFFSET, checksum)
  return segment.bytes.slice(emitIp(ip, segment.bytes, start))
}

/** Bytes written as hexadecimal digits. */
function hex(text: string): Uint8Array {
  return Uint8Array.from(text.replaceAll(/\s/g, '').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
}

const values = (fields: readonly Field[]) => Object.fromEntries(fields.map((field) => [field.name, field.value]))
const named = (fields: readonly Field[], name: string) => fields.find((field) => field.name === name)

/** Fails unless each bit of `first` .. `last` is in exactly one of the fields; the same of all parts. */
function expectExact(fields: readonly Field[], first: number, last: number): void {
  let at = first
  for (const { start, end, bits, parts } of fields) {
    const from = start * 8 + (bits?.[0] ?? 0)
    const to = bits === undefined ? end * 8 : start * 8 + bits[1]
    expect(from).toBe(at)
    expect(to).toBeGreaterThan(from)
    expect(Math.ceil(to / 8)).toBe(end)
    expect(from).toBeLessThan(start * 8 + 8)
    expect(to).toBeGreaterThan(end * 8 - 8)
    if (parts.length > 0) expectExact(parts, from, to)
    at = to
  }
  expect(at).toBe(last)
}

const SYN_OPTIONS = { flags: SYN, mss: 1460, sackPermitted: true, hasTimestamps: true, tsVal: 5, windowScale: 7 }

describe('dissect', () => {
  it('tells every field of an IPv4 header', () => {
    const bytes = tcpPacket('192.0.2.1', '198.51.100.2', { flags: ACK })
    bytes[1] = 0xb9
    writeU16(bytes, 6, 0x4000)
    expect(values(dissect(bytes).filter((field) => field.layer === 'ip'))).toEqual({
      'ip.version': '4',
      'ip.ihl': '5 (20 B)',
      'ip.dscp': '46',
      'ip.ecn': 'ECT(1)',
      'ip.total_length': '40',
      'ip.identification': '0x0000',
      'ip.flags': 'DF',
      'ip.fragment_offset': '0',
      'ip.ttl': '64',
      'ip.protocol': '6 (TCP)',
      'ip.checksum': expect.stringMatching(/^0x[0-9a-f]{4}$/),
      'ip.source': '192.0.2.1',
      'ip.destination': '198.51.100.2',
    })
    // What was changed above makes the checksum of the header wrong, and that of TCP not.
    expect(dissect(bytes).filter((field) => field.ok !== undefined)).toMatchObject([
      { name: 'ip.checksum', start: 10, end: 12, ok: false },
      { name: 'tcp.checksum', start: 36, end: 38, ok: true },
    ])
  })

  it('tells every field of a TCP header, and each option', () => {
    const fields = dissect(tcpPacket('2001:db8::1', '2001:db8::2', SYN_OPTIONS, 3, 2))
    expectExact(fields, 0, 8 * (40 + 40 + 3 + 2))
    expect(values(fields.filter((field) => field.layer !== 'ip'))).toEqual({
      'tcp.source_port': '40000',
      'tcp.destination_port': '80',
      'tcp.seq': '7',
      'tcp.ack': '0',
      'tcp.data_offset': '10 (40 B)',
      'tcp.reserved': '0',
      'tcp.flags': 'SYN',
      'tcp.window': '9',
      'tcp.checksum': expect.anything(),
      'tcp.urgent_pointer': '0',
      'tcp.option.mss': '1460',
      'tcp.option.sack_permitted': '',
      'tcp.option.timestamps': 'TSval 5, TSecr 0',
      'tcp.option.nop': '1',
      'tcp.option.window_scale': '7 (×128)',
      'payload.data': '3 B',
      'payload.trailer': '2 B',
    })
    expect(named(fields, 'tcp.data_offset')).toMatchObject({ start: 52, end: 53, bits: [0, 4] })
    const flags = named(fields, 'tcp.flags')
    expect(flags).toMatchObject({ start: 52, end: 54, bits: [7, 16] })
    expect(flags?.parts.map((part) => part.name.slice(10))).toEqual([
      'ae',
      'cwr',
      'ece',
      'urg',
      'ack',
      'psh',
      'rst',
      'syn',
      'fin',
    ])
    expect(named(flags?.parts ?? [], 'tcp.flags.syn')).toMatchObject({ start: 53, end: 54, bits: [6, 7], value: '1' })
    expect(named(fields, 'tcp.checksum')?.ok).toBe(true)
  })

  it('tells the other options, those that are unknown or malformed, and what is behind their end', () => {
    const sackEdges = Uint32Array.of(10, 20, 30, 40, 0, 0, 0, 0)
    const some = dissect(tcpPacket('10.0.0.1', '10.0.0.2', { flags: ACK | PSH, sackCount: 2, sackEdges }))
    expect(named(some, 'tcp.option.sack')?.value).toBe('10:20 30:40')
    const header = 'c000 0001 00000001 00000002 b010 0000 0000 0000'
    const all = dissect(
      hex(`4500 0040 00000000 4006 0000 01010101 02020202 ${header}
      1c04 8002  2204 aabb  2206 01020304  fd03 09  00 00 05`),
    )
    const options = all.filter((field) => field.name.startsWith('tcp.option')).map(({ name, value }) => [name, value])
    expect(options).toEqual([
      ['tcp.option.user_timeout', '120 s'],
      ['tcp.option.unknown', 'aa bb'],
      ['tcp.option.fast_open', '01 02 03 04'],
      ['tcp.option.unknown', '09'],
      ['tcp.option.end', '0'],
      ['tcp.option.padding', '00 05'],
    ])
    const bad = dissect(
      hex(`4500 002c 00000000 4006 0000 01010101 02020202 ${header.replace('b010', '6010')} 0209 0101`),
    )
    expect(named(bad, 'tcp.option.malformed')).toMatchObject({ start: 40, end: 44, value: '02 09 01 01' })
  })

  it('tells the options of IPv4 and the extension headers of IPv6', () => {
    const v4 = dissect(hex('4700 001c 00000000 4011 0000 01010101 02020202  94040000 01 07 03 04'))
    expectExact(v4, 0, 28 * 8)
    expect(values(v4)).toMatchObject({
      'ip.option.router_alert': '00 00',
      'ip.option.nop': '1',
      'ip.option.record_route': '04',
    })
    const addresses = '20010db8000000000000000000000001 20010db8000000000000000000000002'
    const v6 = dissect(hex(`60012345 0013 00 40 ${addresses} 2c00 0104 00000000  1100 0009 00000007  aabbcc`))
    expectExact(v6, 0, (40 + 19) * 8)
    expect(values(v6)).toMatchObject({
      'ip.flow_label': '0x12345',
      'ip.next_header': '0',
      'ip.extension.hop_by_hop': '01 04 00 00 00 00',
      'ip.extension.fragment': '8',
      'payload.fragment': '3 B',
    })
  })

  it('takes UDP by its own length, and knows that 0 is no checksum', () => {
    const udp = dissect(hex('4500 0020 00000000 4011 0000 01010101 02020202  0035 1000 000a 0000 6162 6364'))
    expect(values(udp)).toMatchObject({
      'udp.source_port': '53',
      'udp.length': '10',
      'udp.checksum': '0x0000',
      'payload.data': '2 B',
      'payload.trailer': '2 B',
    })
    expect(named(udp, 'udp.checksum')).not.toHaveProperty('ok')
  })

  it('tells the packet that an ICMP error quotes, in short and in full', () => {
    const quoted = tcpPacket('10.0.0.1', '10.0.0.2', { flags: SYN, seq: 12345 }).subarray(0, 28)
    const bytes = new Uint8Array([
      ...hex('4500 0038 00000000 4001 0000 01010101 0a000001 0304 0000 0000 05dc'),
      ...quoted,
    ])
    writeU16(bytes, 22, ~fold(sum(bytes, 20, 36, 0)) & 0xffff)
    const fields = dissect(bytes)
    expectExact(fields, 0, 56 * 8)
    expect(values(fields)).toMatchObject({
      'icmp.type': '3 (Destination Unreachable)',
      'icmp.code': '4',
      'icmp.mtu': '1500',
      'icmp.quote': 'TCP 10.0.0.1:40000 > 10.0.0.2:80 seq 12345',
    })
    expect(named(fields, 'icmp.checksum')?.ok).toBe(true)
    expect(values(named(fields, 'icmp.quote')?.parts ?? [])).toMatchObject({ 'ip.ttl': '64', 'tcp.seq': '12345' })
  })

  it('says of a cut-off packet what is there, and nothing of its checksum', () => {
    const whole = tcpPacket('10.0.0.1', '10.0.0.2', SYN_OPTIONS, 100)
    for (let length = 0; length <= whole.length; length += 1) {
      const fields = dissect(whole.subarray(0, length))
      expectExact(fields, 0, length * 8)
      expect(named(fields, 'tcp.checksum')?.ok).toBe(length === whole.length ? true : undefined)
    }
  })

  it('puts each bit of any bytes into exactly one field, and each bit of a field into one part', () => {
    const first = fc.constantFrom(0x45, 0x46, 0x4f, 0x60, 0x00)
    const protocol = fc.constantFrom(0, 1, 6, 17, 43, 44, 58, 60, 59, 200)
    const length = fc.constantFrom(0, 20, 40, 60, 100)
    const bytes = fc.uint8Array({ maxLength: 120 })
    fc.assert(
      fc.property(first, protocol, length, fc.nat(8), fc.boolean(), bytes, (version, next, total, at, tidy, random) => {
        const packet = random.slice()
        // Often enough something that goes on beyond the first header.
        for (const [offset, value] of [
          [0, version],
          [2, 0],
          [3, total],
          [4, 0],
          [5, total],
          [6, next],
          [9, next],
        ] as const)
          if (at + offset < packet.length && (tidy || offset === 0)) packet[at + offset] = value
        const from = Math.min(at, packet.length)
        const before = packet.slice()
        const fields = dissect(packet, from)
        expectExact(fields, from * 8, packet.length * 8)
        for (const field of fields) expect(FIELDS).toHaveProperty([field.name])
        expect(packet).toEqual(before)
      }),
      { numRuns: 3000 },
    )
  })
})
