import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Address } from './address.ts'
import { formatAddress, parseAddress, parsePrefix } from './address-text.ts'
import { v4Address, v6Address } from './wire.testkit.ts'

function canonical(text: string): string | null {
  const address = parseAddress(text)
  return address && formatAddress(address)
}

/** Addresses with many zero groups, where the short form has to choose. */
const sparse = fc.array(fc.constantFrom(0, 0, 0, 1, 0xffff), { minLength: 8, maxLength: 8 }).map((groups) => {
  const word = (i: number) => groups[i] * 0x10000 + groups[i + 1]
  return new Address(word(0), word(2), word(4), word(6))
})

describe('IPv4 text', () => {
  it('reads and writes four decimal parts', () => {
    expect(parseAddress('192.0.2.1')).toEqual(new Address(0, 0, 0xffff, 0xc0000201))
    expect(canonical('255.255.255.255')).toBe('255.255.255.255')
    expect(canonical('0.0.0.0')).toBe('0.0.0.0')
  })

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3.00',
    '0x1.2.3.4',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '1..3.4',
    '1.2.3.',
    '-1.2.3.4',
    '+1.2.3.4',
    '1e0.2.3.4',
    '1.2.3.4/8',
    '16909060',
    'localhost',
    '١.2.3.4',
    '1.2.3.4\n',
  ])('refuses %j (RFC 6943, 3.1.1)', (text) => expect(parseAddress(text)).toBe(null))
})

describe('IPv6 text', () => {
  it.each([
    // RFC 4291, 2.2
    ['ABCD:EF01:2345:6789:ABCD:EF01:2345:6789', 'abcd:ef01:2345:6789:abcd:ef01:2345:6789'],
    ['2001:DB8:0:0:8:800:200C:417A', '2001:db8::8:800:200c:417a'],
    ['FF01:0:0:0:0:0:0:101', 'ff01::101'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::', '::'],
    ['::13.1.68.3', '::d01:4403'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    // RFC 5952, 4
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:aaaa:bbbb:cccc:dddd:0:0', '2001:db8:aaaa:bbbb:cccc:dddd::'],
    // IPv4-mapped addresses are IPv4 addresses here
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::FFFF:A00:1', '10.0.0.1'],
  ])('%s is written %s (RFC 4291, 2.2; RFC 5952, 4)', (text, expected) => expect(canonical(text)).toBe(expected))

  it.each([
    ':',
    ':::',
    '1:::2',
    '1::2::3',
    '::1::',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    '::12345',
    '::g',
    'fe80::1%eth0',
    '[::1]',
    '::1/64',
    '::1.2.3',
    '::01.2.3.4',
    '::1.2.3.4:5',
    '1.2.3.4::',
    '1:2:3:4:5:6:7:1.2.3.4',
    '1.2.3.4:5:6:7:8:9:a:b',
    ':: 1',
    '1:2:3:4:5:6:7:8::',
  ])('refuses %j', (text) => expect(parseAddress(text)).toBe(null))
})

describe('text and addresses', () => {
  it('are inverse to each other', () => {
    fc.assert(
      fc.property(fc.oneof(v4Address, v6Address, sparse), (address) => {
        const text = formatAddress(address)
        expect(parseAddress(text)).toEqual(address)
        expect(canonical(text)).toBe(text)
        expect(isIP(text)).toBe(address.isV4 ? 4 : 6)
      }),
      { numRuns: 500 },
    )
  })

  it('accept what Node accepts, zones aside', () => {
    const characters = fc.constantFrom('0', '1', '9', 'a', 'F', '25', ':', ':', '::', '.', 'g', ' ')
    const almost = fc.array(characters, { maxLength: 20 }).map((parts) => parts.join(''))
    const piece = fc.oneof(fc.ipV4(), fc.ipV6())
    const near = fc
      .tuple(piece, fc.nat(40), characters)
      .map(([text, at, insert]) => text.slice(0, at) + insert + text.slice(at + 1))
    fc.assert(
      fc.property(fc.oneof(piece, almost, near), (text) => {
        expect(parseAddress(text) !== null).toBe(isIP(text) !== 0)
      }),
      { numRuns: 2000 },
    )
  })

  it('of any kind never throw', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseAddress(text)
        parsePrefix(text)
      }),
    )
  })
})

describe('parsePrefix', () => {
  it.each([
    ['10.0.0.1/24', '10.0.0.1', 24],
    ['0.0.0.0/0', '0.0.0.0', 0],
    ['10.0.0.1/32', '10.0.0.1', 32],
    ['2001:db8::1/64', '2001:db8::1', 64],
    ['::/0', '::', 0],
    ['::1/128', '::1', 128],
    ['::ffff:10.0.0.1/120', '10.0.0.1', 24],
    ['::ffff:0:0/96', '0.0.0.0', 0],
  ])('%s has the address %s and %i bits', (text, address, length) => {
    const prefix = parsePrefix(text)
    expect(prefix && formatAddress(prefix.address)).toBe(address)
    expect(prefix?.length).toBe(length)
  })

  it.each([
    '10.0.0.1',
    '10.0.0.1/',
    '10.0.0.1/33',
    '10.0.0.1/-1',
    '10.0.0.1/08',
    '10.0.0.1/8.0',
    '10.0.0.1/ 8',
    '10.0.0.1/8/8',
    '10.0.0/8',
    '/8',
    '::1/129',
    '::ffff:10.0.0.1/24',
    '10.0.0.1/255.0.0.0',
  ])('refuses %j', (text) => expect(parsePrefix(text)).toBe(null))
})
