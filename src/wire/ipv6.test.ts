import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAddress } from './address-text.ts'
import { emitIp, ipHeaderLength, parseIp, parseQuotedIp } from './ip-header.ts'
import { walkExtensions } from './ipv6.ts'
import { IpHeader } from './packet.ts'
import { amid, hex, ipFields, mutate, mutations, uint8, uint32, v6Address } from './wire.testkit.ts'

const ADDRESSES = '20010db8000000000000000000000001 20010db8000000000000000000000002'

/* Extension headers, each with the next header to be filled in for `NN`. */
const HOP_BY_HOP = 'NN00 0502 0000 0100'
const DESTINATION = 'NN01 0104 0000 0000 1e06 0000 0000 0000'
const ROUTING = 'NN00 0400 0000 0000'
const ATOMIC = 'NN00 0000 1234 5678'
const FIRST = 'NN00 0001 1234 5678'
const SECOND = 'NN00 0010 1234 5678'

/** A packet with a chain of [its number, its text] and then `payload` with protocol `last`. */
function packet(chain: [number, string][], last: number, payload: string): Uint8Array {
  const numbers = [...chain.map(([number]) => number), last]
  const texts = chain.map(([, text], i) => text.replace('NN', numbers[i + 1].toString(16).padStart(2, '0')))
  const body = hex(texts.join('') + payload)
  const fixed = hex(`6000 0000 ${body.length.toString(16).padStart(4, '0')} 0040 ${ADDRESSES}`)
  fixed[6] = numbers[0]
  return Uint8Array.from([...fixed, ...body])
}

function parsed(bytes: Uint8Array): IpHeader {
  const header = new IpHeader()
  expect(parseIp(bytes, 0, bytes.length, header)).toBe(true)
  return header
}

function accepts(bytes: Uint8Array): boolean {
  return parseIp(bytes, 0, bytes.length, new IpHeader())
}

const headers = fc
  .tuple(
    v6Address,
    v6Address,
    fc.record({
      // Not a number of an extension header: behind those the walk would go on.
      protocol: uint8.filter((protocol) => ![0, 43, 44, 60].includes(protocol)),
      hopLimit: uint8,
      trafficClass: uint8,
      flowLabel: fc.nat(0xfffff),
      payloadLength: fc.nat(80),
    }),
    fc.option(
      fc.record({
        identification: uint32,
        moreFragments: fc.boolean(),
        fragmentOffset: fc.nat(0x1fff).map((units) => units * 8),
      }),
      { nil: undefined },
    ),
  )
  .map(([source, destination, values, fragment]) => {
    const header = Object.assign(new IpHeader(), { version: 6 as const }, values, fragment)
    header.hasFragmentHeader = fragment !== undefined
    header.source.set(source)
    header.destination.set(destination)
    return header
  })

function emitted(header: IpHeader): Uint8Array {
  const bytes = new Uint8Array(100 + header.payloadLength)
  const start = emitIp(header, bytes, 100)
  expect(100 - start).toBe(ipHeaderLength(header))
  return bytes.slice(start)
}

describe('IPv6 headers (RFC 8200, 3)', () => {
  it('reads and writes the SYN of a TCP connection', () => {
    const bytes = hex(`
      602a bcde 0028 0640 20010db8000000000000000000000001 fe80000000000000021122fffe334455
      d431 01bb 0000 0001 0000 0000 a002 fd20 0000 0000 0204 05a0 0402 080a 0000 0001 0000 0000 0103 0307`)
    const header = parsed(bytes)
    expect(ipFields(header)).toEqual({
      version: 6,
      source: parseAddress('2001:db8::1'),
      destination: parseAddress('fe80::211:22ff:fe33:4455'),
      protocol: 6,
      hopLimit: 64,
      trafficClass: 0x02,
      flowLabel: 0xabcde,
      identification: 0,
      dontFragment: false,
      moreFragments: false,
      fragmentOffset: 0,
      hasFragmentHeader: false,
      payloadLength: 40,
    })
    expect(header.payloadStart).toBe(40)
    expect(emitted(header).slice(0, 40)).toEqual(bytes.slice(0, 40))
  })

  it('writes a fragment header (RFC 8200, 4.5)', () => {
    const header = parsed(packet([[44, SECOND]], 6, 'aabb'))
    expect(header).toMatchObject({ protocol: 6, hasFragmentHeader: true, identification: 0x12345678 })
    expect(emitted(header).slice(0, 48)).toEqual(packet([[44, SECOND]], 6, 'aabb').slice(0, 48))
  })

  it('leaves link padding out of the payload', () => {
    const bytes = Uint8Array.from([...packet([], 17, '0102'), 0, 0, 0])
    expect(parsed(bytes).payloadLength).toBe(2)
  })

  it('refuses what is cut short', () => {
    const bytes = packet([], 6, '0102')
    expect(accepts(bytes.slice(0, 41))).toBe(false)
    expect(accepts(bytes.slice(0, 39))).toBe(false)
    expect(parseIp(bytes, 0, 43, new IpHeader())).toBe(false)
  })

  it('gives back what was parsed, byte for byte and field for field', () => {
    fc.assert(
      fc.property(headers, (header) => {
        const bytes = emitted(header)
        expect(ipFields(parsed(bytes))).toEqual(ipFields(header))
        expect(emitted(parsed(bytes))).toEqual(bytes)
      }),
    )
  })

  it('says the same again of whatever parses, reading only the given range', () => {
    const first = new IpHeader()
    const second = new IpHeader()
    const chained = fc
      .tuple(
        fc.array(
          fc.constantFrom<[number, string]>([60, DESTINATION], [43, ROUTING], [44, ATOMIC], [44, FIRST], [44, SECOND]),
          { maxLength: 3 },
        ),
        fc.boolean(),
      )
      .map(([chain, hop]) => packet(hop ? [[0, HOP_BY_HOP], ...chain] : chain, 6, '0102030405060708'))
    fc.assert(
      fc.property(fc.oneof(headers.map(emitted), chained), mutations, (packetBytes, changes) => {
        const bytes = mutate(packetBytes, changes)
        bytes[0] = 0x60 | (bytes[0] & 15)
        const accepted = parseIp(amid(bytes, 5, 0x00), 5, 5 + bytes.length, first)
        expect(parseIp(amid(bytes, 5, 0x3c), 5, 5 + bytes.length, second)).toBe(accepted)
        if (!accepted) return
        expect(ipFields(second)).toEqual(ipFields(first))
        expect(first.payloadStart + first.payloadLength).toBeLessThanOrEqual(5 + bytes.length)
        expect(ipFields(parsed(emitted(first)))).toEqual(ipFields(first))
      }),
      { numRuns: 1000 },
    )
  })

  it('takes any bytes without a throw', () => {
    const header = new IpHeader()
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 120 }), fc.constantFrom(0, 43, 44, 60), (bytes, next) => {
        bytes[0] = 0x60 | (bytes[0] & 15)
        if (bytes.length > 6) {
          bytes[4] = 0
          bytes[6] = next
        }
        parseIp(bytes, 0, bytes.length, header)
        parseQuotedIp(bytes, 0, bytes.length, header)
        walkExtensions(bytes, 0, bytes.length, next, header)
      }),
      { numRuns: 500 },
    )
  })
})

describe('IPv6 extension headers (RFC 8200, 4)', () => {
  it.each<[string, [number, string][], number]>([
    ['hop-by-hop options (4.3)', [[0, HOP_BY_HOP]], 48],
    ['destination options (4.6)', [[60, DESTINATION]], 56],
    ['a routing header without segments left (4.4)', [[43, ROUTING]], 48],
    ['an atomic fragment (RFC 6946)', [[44, ATOMIC]], 48],
    [
      'all in the recommended order (4.1)',
      [
        [0, HOP_BY_HOP],
        [60, DESTINATION],
        [43, ROUTING],
        [44, ATOMIC],
      ],
      80,
    ],
    [
      'any order and number (4.1)',
      [
        [43, ROUTING],
        [60, DESTINATION],
        [43, ROUTING],
        [60, DESTINATION],
      ],
      88,
    ],
  ])('walks %s', (_, chain, payloadStart) => {
    const header = parsed(packet(chain, 17, '0102030405060708'))
    expect(header).toMatchObject({ protocol: 17, payloadStart, payloadLength: 8 })
    expect(header.hasFragmentHeader).toBe(chain.some(([number]) => number === 44))
  })

  it('ends at a fragment: the payload is a part of something, whatever its next header', () => {
    const first = parsed(
      packet(
        [
          [44, FIRST],
          [60, DESTINATION],
        ],
        6,
        'aa',
      ),
    )
    expect(first).toMatchObject({ protocol: 60, moreFragments: true, fragmentOffset: 0, payloadStart: 48 })
    const second = parsed(packet([[44, SECOND]], 60, 'ffff'))
    expect(second).toMatchObject({ protocol: 60, moreFragments: false, fragmentOffset: 16, payloadLength: 2 })
  })

  it('takes the walk on once the parts are together, and refuses fragments within', () => {
    const bytes = packet(
      [
        [44, FIRST],
        [60, DESTINATION],
      ],
      6,
      'aabb',
    )
    const header = parsed(bytes)
    expect(walkExtensions(bytes, header.payloadStart, bytes.length, header.protocol, header)).toBe(true)
    expect(header).toMatchObject({ protocol: 6, payloadStart: 64, payloadLength: 2 })
    const nested = packet(
      [
        [44, FIRST],
        [44, FIRST],
      ],
      6,
      'aabb',
    )
    const outer = parsed(nested)
    expect(walkExtensions(nested, outer.payloadStart, nested.length, outer.protocol, outer)).toBe(false)
  })

  it.each([50, 51, 59, 135, 253])('an unknown next header, %i, is the protocol', (next) => {
    expect(parsed(packet([[0, HOP_BY_HOP]], next, 'ffff'))).toMatchObject({ protocol: next, payloadLength: 2 })
  })

  it('no next header (59) may follow at once, with nothing behind (4.7)', () => {
    expect(parsed(packet([], 59, ''))).toMatchObject({ protocol: 59, payloadLength: 0 })
  })

  it.each<[string, Uint8Array]>([
    [
      'hop-by-hop options that are not first (4.1)',
      packet(
        [
          [60, DESTINATION],
          [0, HOP_BY_HOP],
        ],
        6,
        '',
      ),
    ],
    [
      'hop-by-hop options twice',
      packet(
        [
          [0, HOP_BY_HOP],
          [0, HOP_BY_HOP],
        ],
        6,
        '',
      ),
    ],
    ['a routing header with segments left (4.4)', packet([[43, 'NN00 0401 0000 0000']], 6, '')],
    [
      'two fragment headers',
      packet(
        [
          [44, ATOMIC],
          [44, ATOMIC],
        ],
        6,
        '',
      ),
    ],
    ['a header that is cut short', packet([[60, 'NN00 0102 0000']], 6, '')],
    ['a header longer than the packet', packet([[60, 'NN01 0104 0000 0000']], 6, '')],
    ['hop-by-hop options longer than the packet', packet([[0, 'NN01 0104 0000 0000']], 6, '')],
    ['a fragment header that is cut short', packet([[44, 'NN00 0000 1234']], 6, '')],
    ['an option longer than its header', packet([[60, 'NN00 0105 0000 0000']], 6, '')],
    ['an option without its length', packet([[60, 'NN00 0103 0000 0005']], 6, '')],
    ['an unknown option that asks for a discard (4.2)', packet([[60, 'NN00 4304 0000 0000']], 6, '')],
    ['an unknown option that asks for an ICMP error (4.2)', packet([[0, 'NN00 8304 0000 0000']], 6, '')],
    ['a jumbo payload option with a payload length (RFC 2675, 3)', packet([[0, 'NN00 c204 0001 0000']], 6, '')],
  ])('refuses %s', (_, bytes) => expect(accepts(bytes)).toBe(false))

  it('refuses a jumbogram: its payload length is zero (RFC 2675, 3)', () => {
    const bytes = packet([[0, 'NN00 c204 0001 0000']], 6, '0102')
    bytes[4] = bytes[5] = 0
    expect(accepts(bytes)).toBe(false)
  })

  it('refuses more than 16 in a row', () => {
    const chain = (count: number) => Array.from({ length: count }, (): [number, string] => [60, DESTINATION])
    expect(accepts(packet(chain(16), 6, ''))).toBe(true)
    expect(accepts(packet(chain(17), 6, ''))).toBe(false)
  })
})

describe('IPv6 headers quoted in ICMPv6 errors (RFC 4443, 2.4)', () => {
  it('may be cut off behind the headers', () => {
    const bytes = packet([[60, DESTINATION]], 6, '0102030405060708090a')
    const header = new IpHeader()
    expect(parseIp(bytes, 0, bytes.length - 2, header)).toBe(false)
    expect(parseQuotedIp(bytes, 0, bytes.length - 2, header)).toBe(true)
    expect(header).toMatchObject({ protocol: 6, payloadStart: 56, payloadLength: 8 })
    expect(parseQuotedIp(bytes, 0, 50, header)).toBe(false)
    expect(parseQuotedIp(bytes, 0, 39, header)).toBe(false)
    expect(parseQuotedIp(bytes, 0, 0, header)).toBe(false)
  })
})
