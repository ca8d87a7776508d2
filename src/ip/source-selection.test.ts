import { describe, expect, it } from 'vitest'
import { Address } from '../wire/address.ts'
import { formatAddress, parseAddress } from '../wire/address-text.ts'
import { isLimitedBroadcast, isLinkLocal, isLoopback, isMulticast, isUnspecified } from './scope.ts'
import { selectSource } from './source-selection.ts'

const at = (text: string) => parseAddress(text) ?? new Address()

function select(destination: string, ...candidates: string[]): string | null {
  const source = selectSource(at(destination), candidates.map(at))
  return source === null ? null : formatAddress(source)
}

describe('selectSource', () => {
  it('takes the family of the destination', () => {
    expect(select('192.0.2.1', '2001:db8::1', '10.0.0.1')).toBe('10.0.0.1')
    expect(select('192.0.2.1', '2001:db8::1')).toBeNull()
    expect(select('192.0.2.1')).toBeNull()
  })

  it('prefers its scope (RFC 6724, rule 2)', () => {
    expect(select('2001:db8::9', 'fe80::1', '2001:db8:ffff::1')).toBe('2001:db8:ffff::1')
    expect(select('fe80::9', '2001:db8::1', 'fe80::1')).toBe('fe80::1')
    expect(select('ff02::1', '2001:db8::1', 'fe80::1')).toBe('fe80::1')
    expect(select('2001:db8::9', 'fe80::1')).toBe('fe80::1')
  })

  it('prefers the longest prefix in common (rule 8), and the first of equals', () => {
    expect(select('10.1.2.3', '192.168.0.1', '10.1.9.9', '10.2.0.1')).toBe('10.1.9.9')
    expect(select('2001:db8:1::9', '2001:db8:2::1', '2001:db8:1::1')).toBe('2001:db8:1::1')
    expect(select('203.0.113.1', '10.0.0.1', '10.0.0.2')).toBe('10.0.0.1')
  })
})

describe('scopes', () => {
  it('are told apart', () => {
    const kinds: [string, (address: Address) => boolean][] = [
      ['127.8.8.8', isLoopback],
      ['::1', isLoopback],
      ['239.1.2.3', isMulticast],
      ['ff05::2', isMulticast],
      ['0.0.0.0', isUnspecified],
      ['::', isUnspecified],
      ['255.255.255.255', isLimitedBroadcast],
      ['169.254.1.1', isLinkLocal],
      ['fe80::1', isLinkLocal],
      ['febf::1', isLinkLocal],
    ]
    const all = [isLoopback, isMulticast, isUnspecified, isLimitedBroadcast, isLinkLocal]
    for (const [text, kind] of kinds) {
      for (const test of all) expect([text, test.name, test(at(text))]).toEqual([text, test.name, test === kind])
    }
    for (const text of ['10.0.0.1', '2001:db8::1', '::2', '128.0.0.1', 'fec0::1', '223.255.255.255']) {
      for (const test of all) expect([text, test.name, test(at(text))]).toEqual([text, test.name, false])
    }
  })
})
