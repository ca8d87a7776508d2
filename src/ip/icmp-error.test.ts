import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Address } from '../wire/address.ts'
import { formatAddress, parseAddress } from '../wire/address-text.ts'
import { IcmpMessage } from '../wire/icmp.ts'
import { emitIp, parseIp } from '../wire/ip-header.ts'
import { IpHeader } from '../wire/packet.ts'
import { IcmpError } from './icmp-error.ts'
import { mayAnswerWithError, nextHeaderPointer, quotedLength } from './icmp-quote.ts'

const TRANSPORT = Uint8Array.of(0x12, 0x34, 0x00, 0x50, 0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4)

function quoted(version: 4 | 6, protocol: number, data = TRANSPORT, offset = 0): Uint8Array {
  const header = new IpHeader()
  const bytes = new Uint8Array(48 + data.length)
  bytes.set(data, 48)
  header.version = version
  header.source.set(parseAddress(version === 4 ? '10.0.0.1' : 'fd00::1') ?? new Address())
  header.destination.set(parseAddress(version === 4 ? '10.0.0.2' : 'fd00::2') ?? new Address())
  header.protocol = protocol
  header.payloadLength = data.length
  header.fragmentOffset = offset
  return bytes.slice(emitIp(header, bytes, 48))
}

function message(type: number, code: number, bytes: Uint8Array, word = 0): IcmpMessage {
  const made = new IcmpMessage()
  made.type = type
  made.code = code
  made.word = word
  made.bytes = bytes
  made.payloadLength = bytes.length
  return made
}

describe('IcmpError', () => {
  it('tells what was quoted of a TCP segment', () => {
    const error = new IcmpError()
    expect(error.read(4, message(3, 3, quoted(4, 6)))).toBe(true)
    expect(error).toMatchObject({ kind: 'port-unreachable', version: 4, protocol: 6, mtu: 0, seq: 0xdeadbeef })
    expect([error.sourcePort, error.destinationPort]).toEqual([0x1234, 80])
    expect([formatAddress(error.source), formatAddress(error.destination)]).toEqual(['10.0.0.1', '10.0.0.2'])
  })

  it('tells the identifier and sequence number of an echo', () => {
    const error = new IcmpError()
    const request = TRANSPORT.slice()
    request[0] = 128
    expect(error.read(6, message(1, 0, quoted(6, 58, request)))).toBe(true)
    expect(error).toMatchObject({ kind: 'network-unreachable', protocol: 58, sourcePort: 0xdead, seq: 0xbeef })
    // Other messages have nobody who waits.
    expect(error.read(6, message(1, 0, quoted(6, 58)))).toBe(false)
  })

  it('knows the kinds of both families', () => {
    const kind = (version: 4 | 6, type: number, code: number) => {
      const error = new IcmpError()
      return error.read(version, message(type, code, quoted(version, 17), 1400)) ? error.kind : null
    }
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16].map((code) => kind(4, 3, code))).toEqual([
      'network-unreachable',
      'host-unreachable',
      'protocol-unreachable',
      'port-unreachable',
      'packet-too-big',
      'source-route-failed',
      'network-unreachable',
      'host-unreachable',
      'host-unreachable',
      'prohibited',
      'prohibited',
      'network-unreachable',
      'host-unreachable',
      'prohibited',
      null,
    ])
    expect([kind(4, 11, 0), kind(4, 12, 0), kind(4, 4, 0), kind(4, 5, 1)]).toEqual([
      'time-exceeded',
      'parameter-problem',
      null,
      null,
    ])
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((code) => kind(6, 1, code))).toEqual([
      'network-unreachable',
      'prohibited',
      'prohibited',
      'host-unreachable',
      'port-unreachable',
      'prohibited',
      'prohibited',
      null,
    ])
    expect([kind(6, 2, 0), kind(6, 3, 1), kind(6, 4, 0), kind(6, 4, 1), kind(6, 100, 0)]).toEqual([
      'packet-too-big',
      'time-exceeded',
      'parameter-problem',
      'protocol-unreachable',
      null,
    ])
  })

  it('finds the MTU: as told, or the next plateau (RFC 1191, 5)', () => {
    const error = new IcmpError()
    error.read(4, message(3, 4, quoted(4, 6), 0xabcd_0578))
    expect(error.mtu).toBe(1400)
    const long = quoted(4, 6)
    long[2] = 1500 >> 8
    long[3] = 1500 & 0xff
    expect(error.read(4, message(3, 4, long))).toBe(true)
    expect(error.mtu).toBe(1492)
    error.read(6, message(2, 0, quoted(6, 6), 0x1_0000))
    expect(error.mtu).toBe(0x1_0000)
    expect(error.read(6, message(2, 0, quoted(6, 6), 0))).toBe(false)
  })

  it('refuses what quotes too little, a later fragment, the other family or nothing', () => {
    const error = new IcmpError()
    expect(error.read(4, message(3, 3, quoted(4, 6, TRANSPORT.slice(0, 8))))).toBe(true)
    expect(error.read(4, message(3, 3, quoted(4, 6, TRANSPORT.slice(0, 7))))).toBe(false)
    expect(error.read(4, message(3, 3, quoted(4, 6, TRANSPORT, 8)))).toBe(false)
    expect(error.read(4, message(3, 3, quoted(6, 6)))).toBe(false)
    expect(error.read(4, message(3, 3, new Uint8Array(0)))).toBe(false)
  })

  it('takes any bytes', () => {
    const error = new IcmpError()
    fc.assert(
      fc.property(
        fc.constantFrom<4 | 6>(4, 6),
        fc.nat(255),
        fc.nat(20),
        fc.uint8Array({ maxLength: 80 }),
        (v, type, code, bytes) => {
          error.read(v, message(type, code, bytes))
        },
      ),
    )
  })
})

describe('errors we send', () => {
  const header = (version: 4 | 6, source: string, destination: string, protocol = 17): IpHeader => {
    const ip = new IpHeader()
    ip.version = version
    ip.source.set(parseAddress(source) ?? new Address())
    ip.destination.set(parseAddress(destination) ?? new Address())
    ip.protocol = protocol
    ip.payloadLength = 8
    return ip
  }

  it('quote up to 576 bytes in all over IPv4, 1,280 over IPv6', () => {
    expect(quotedLength(4, 100)).toBe(100)
    expect(quotedLength(4, 1500)).toBe(576 - 28)
    expect(quotedLength(6, 1500)).toBe(1280 - 48)
  })

  it('never answer errors, groups, broadcasts, later fragments (RFC 1122, 3.2.2; RFC 4443, 2.4)', () => {
    const bytes = new Uint8Array(8)
    expect(mayAnswerWithError(header(4, '10.0.0.1', '10.0.0.2'), bytes)).toBe(true)
    expect(mayAnswerWithError(header(4, '0.0.0.0', '10.0.0.2'), bytes)).toBe(false)
    expect(mayAnswerWithError(header(4, '224.0.0.1', '10.0.0.2'), bytes)).toBe(false)
    expect(mayAnswerWithError(header(4, '10.0.0.1', '224.0.0.1'), bytes)).toBe(false)
    expect(mayAnswerWithError(header(4, '10.0.0.1', '255.255.255.255'), bytes)).toBe(false)
    expect(mayAnswerWithError(header(6, '::', 'fd00::1'), bytes)).toBe(false)
    const fragment = header(4, '10.0.0.1', '10.0.0.2')
    fragment.fragmentOffset = 8
    expect(mayAnswerWithError(fragment, bytes)).toBe(false)
    for (const [type, allowed] of [
      [3, false],
      [8, true],
      [11, false],
      [5, false],
    ] as const) {
      bytes[0] = type
      expect(mayAnswerWithError(header(4, '10.0.0.1', '10.0.0.2', 1), bytes)).toBe(allowed)
    }
    bytes[0] = 1
    expect(mayAnswerWithError(header(6, 'fd00::1', 'fd00::2', 58), bytes)).toBe(false)
    bytes[0] = 128
    expect(mayAnswerWithError(header(6, 'fd00::1', 'fd00::2', 58), bytes)).toBe(true)
  })

  it('point at the next-header field that is not known', () => {
    const plain = quoted(6, 200)
    const ip = new IpHeader()
    expect(parseIp(plain, 0, plain.length, ip)).toBe(true)
    expect(nextHeaderPointer(plain, 0, ip)).toBe(6)
    // Destination options of 16 bytes, then an atomic fragment header, then protocol 200.
    const extended = new Uint8Array(plain.length + 24)
    extended.set(plain.subarray(0, 40))
    extended.set(plain.subarray(40), 64)
    extended[5] += 24
    extended[6] = 60
    extended.set([44, 1, 1, 12], 40)
    extended.set([200], 56)
    expect(parseIp(extended, 0, extended.length, ip)).toBe(true)
    expect(ip.protocol).toBe(200)
    expect(nextHeaderPointer(extended, 0, ip)).toBe(56)
  })
})
