import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAddress } from './address-text.ts'
import { emitIp, ipHeaderLength, parseIp, parseQuotedIp } from './ip-header.ts'
import { IpHeader } from './packet.ts'
import { amid, hex, ipFields, mutate, mutations, repairIpv4, uint8, uint16, v4Address } from './wire.testkit.ts'

/** The example that many texts on the header checksum share: UDP from 192.168.0.1 to 192.168.0.199. */
const KNOWN = hex('4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7')

const headers = fc
  .tuple(
    v4Address,
    v4Address,
    fc.record({
      protocol: uint8,
      hopLimit: uint8,
      trafficClass: uint8,
      identification: uint16,
      dontFragment: fc.boolean(),
      moreFragments: fc.boolean(),
      fragmentOffset: fc.nat(0x1fff).map((units) => units * 8),
      payloadLength: fc.nat(120),
    }),
  )
  .map(([source, destination, values]) => {
    const header = Object.assign(new IpHeader(), values)
    header.source.set(source)
    header.destination.set(destination)
    return header
  })

function emitted(header: IpHeader): Uint8Array {
  const bytes = new Uint8Array(100 + header.payloadLength)
  expect(ipHeaderLength(header)).toBe(20)
  expect(emitIp(header, bytes, 100)).toBe(80)
  return bytes.slice(80)
}

/** A packet with this header and `payload` more bytes, its checksum set right. */
function packet(text: string, payload: number): Uint8Array {
  const header = hex(text)
  const bytes = new Uint8Array(header.length + payload)
  bytes.set(header)
  repairIpv4(bytes)
  return bytes
}

function accepts(bytes: Uint8Array): boolean {
  return parseIp(bytes, 0, bytes.length, new IpHeader())
}

describe('IPv4 headers (RFC 791, 3.1)', () => {
  it('reads and writes a known one', () => {
    const bytes = new Uint8Array(0x73)
    bytes.set(KNOWN)
    const header = new IpHeader()
    expect(parseIp(bytes, 0, bytes.length, header)).toBe(true)
    expect(ipFields(header)).toEqual({
      version: 4,
      source: parseAddress('192.168.0.1'),
      destination: parseAddress('192.168.0.199'),
      protocol: 17,
      hopLimit: 64,
      trafficClass: 0,
      flowLabel: 0,
      identification: 0,
      dontFragment: true,
      moreFragments: false,
      fragmentOffset: 0,
      hasFragmentHeader: false,
      payloadLength: 95,
    })
    expect(header.payloadStart).toBe(20)
    expect(emitted(header).slice(0, 20)).toEqual(KNOWN)
  })

  it('verifies the header checksum (RFC 1122, 3.2.1.2)', () => {
    const bytes = packet('4500 0014 0000 0000 4006 0000 0a00 0001 0a00 0002', 0)
    expect(accepts(bytes)).toBe(true)
    for (let i = 0; i < 20; i++) expect(accepts(mutate(bytes, [{ at: i, value: bytes[i] ^ 0x01 }]))).toBe(false)
  })

  it('skips options', () => {
    const bytes = packet('4700 0022 0000 0000 4006 0000 0a00 0001 0a00 0002 9404 0000 0101 0100', 6)
    const header = new IpHeader()
    expect(parseIp(bytes, 0, bytes.length, header)).toBe(true)
    expect([header.payloadStart, header.payloadLength]).toEqual([28, 6])
  })

  it('leaves link padding out of the payload', () => {
    const bytes = packet('4500 0016 0000 0000 4006 0000 0a00 0001 0a00 0002', 26)
    const header = new IpHeader()
    expect(parseIp(bytes, 0, bytes.length, header)).toBe(true)
    expect(header.payloadLength).toBe(2)
  })

  it('reads the fragment fields: units of 8 bytes, the reserved bit ignored', () => {
    const bytes = packet('4500 0014 beef bfff 4006 0000 0a00 0001 0a00 0002', 0)
    const header = new IpHeader()
    expect(parseIp(bytes, 0, bytes.length, header)).toBe(true)
    expect(header).toMatchObject({ identification: 0xbeef, fragmentOffset: 65528, moreFragments: true })
    expect(header.dontFragment).toBe(false)
  })

  it.each([
    ['a total length below the header', packet('4500 0013 0000 0000 4006 0000 0a00 0001 0a00 0002', 0)],
    ['a total length beyond the packet', packet('4500 0015 0000 0000 4006 0000 0a00 0001 0a00 0002', 0)],
    ['a header length below 5', packet('4400 0014 0000 0000 4006 0000 0a00 0001 0a00 0002', 0)],
    ['a header length beyond the packet', packet('4600 0014 0000 0000 4006 0000 0a00 0001 0a00 0002', 0)],
    ['options beyond the total length', packet('4600 0014 0000 0000 4006 0000 0a00 0001 0a00 0002', 4)],
    ['another version', packet('5500 0014 0000 0000 4006 0000 0a00 0001 0a00 0002', 0)],
    ['19 bytes', KNOWN.slice(0, 19)],
    ['nothing', new Uint8Array(0)],
  ])('refuses %s', (_, bytes) => expect(accepts(bytes)).toBe(false))

  it('refuses a range outside the array', () => {
    const bytes = packet('4500 0014 0000 0000 4006 0000 0a00 0001 0a00 0002', 0)
    expect(parseIp(bytes, 0, 21, new IpHeader())).toBe(false)
    expect(parseIp(bytes, -1, 20, new IpHeader())).toBe(false)
    expect(parseIp(bytes, 10, 5, new IpHeader())).toBe(false)
  })

  it('gives back what was parsed, byte for byte and field for field', () => {
    fc.assert(
      fc.property(headers, (header) => {
        const bytes = emitted(header)
        const again = new IpHeader()
        expect(parseIp(bytes, 0, bytes.length, again)).toBe(true)
        expect(ipFields(again)).toEqual(ipFields(header))
        expect(emitted(again)).toEqual(bytes)
      }),
    )
  })

  it('says the same again of whatever parses, reading only the given range', () => {
    const first = new IpHeader()
    const second = new IpHeader()
    fc.assert(
      fc.property(headers, mutations, fc.boolean(), (header, changes, repair) => {
        const bytes = mutate(emitted(header), changes)
        if (repair) repairIpv4(bytes)
        const accepted = parseIp(amid(bytes, 3, 0x00), 3, 3 + bytes.length, first)
        expect(parseIp(amid(bytes, 3, 0xff), 3, 3 + bytes.length, second)).toBe(accepted)
        // A change may have made another version of it.
        if (!accepted || first.version !== 4) return
        expect(ipFields(second)).toEqual(ipFields(first))
        expect(first.payloadStart + first.payloadLength).toBeLessThanOrEqual(3 + bytes.length)
        const again = emitted(first)
        expect(parseIp(again, 0, again.length, second)).toBe(true)
        expect(ipFields(second)).toEqual(ipFields(first))
      }),
      { numRuns: 500 },
    )
  })

  it('takes any bytes without a throw', () => {
    const header = new IpHeader()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        if (bytes.length > 0) bytes[0] = 0x40 | (bytes[0] & 15)
        parseIp(bytes, 0, bytes.length, header)
        parseQuotedIp(bytes, 0, bytes.length, header)
      }),
    )
  })
})

describe('IPv4 headers quoted in ICMP errors (RFC 792)', () => {
  it('may be cut off 8 bytes behind the header, and the TTL may have changed', () => {
    const bytes = new Uint8Array(28)
    bytes.set(KNOWN)
    bytes[8] = 1
    const header = new IpHeader()
    expect(parseIp(bytes, 0, 28, header)).toBe(false)
    expect(parseQuotedIp(bytes, 0, 28, header)).toBe(true)
    expect(header).toMatchObject({ hopLimit: 1, payloadStart: 20, payloadLength: 8, protocol: 17 })
  })

  it('end where their total length says', () => {
    const bytes = packet('4500 001c 0000 0000 4006 0000 0a00 0001 0a00 0002', 30)
    const header = new IpHeader()
    expect(parseQuotedIp(bytes, 0, bytes.length, header)).toBe(true)
    expect(header.payloadLength).toBe(8)
  })

  it('must have their header whole', () => {
    expect(parseQuotedIp(KNOWN, 0, 19, new IpHeader())).toBe(false)
    expect(parseQuotedIp(hex('4600 001c 0000 0000 4006 0000 0a00 0001 0a00 0002'), 0, 20, new IpHeader())).toBe(false)
    expect(parseQuotedIp(hex('4500 0010 0000 0000 4006 0000 0a00 0001 0a00 0002'), 0, 20, new IpHeader())).toBe(false)
  })
})
