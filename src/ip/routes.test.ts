import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Address } from '../wire/address.ts'
import { parseAddress, parsePrefix } from '../wire/address-text.ts'
import { commonPrefix, maskAddress, prefixBits } from './prefix.ts'
import { RouteTable } from './routes.ts'

function prefix(text: string): [Address, number] {
  const parsed = parsePrefix(text)
  if (parsed === null) throw new Error(text)
  return [parsed.address, prefixBits(parsed.address, parsed.length)]
}

function tableOf(...texts: string[]): RouteTable<string> {
  const table = new RouteTable<string>(7)
  for (const text of texts) table.add(...prefix(text), text)
  return table
}

function look(table: RouteTable<string>, text: string): string | null {
  return table.lookup(parseAddress(text) ?? new Address())
}

/** Few distinct words, so that prefixes and destinations meet often. */
const word = fc.constantFrom(0, 1, 0x8000_0000, 0xffff_ffff, 0xffff, 0x0a00_0001, 0x0a00_00ff)
const anyAddress = fc.oneof(
  fc.tuple(word, word, word, word).map(([a, b, c, d]) => new Address(a, b, c, d)),
  word.map((d) => new Address(0, 0, 0xffff, d)),
)

describe('RouteTable', () => {
  it('prefers the longest prefix', () => {
    const table = tableOf('0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '10.1.2.3/32')
    expect(look(table, '192.0.2.1')).toBe('0.0.0.0/0')
    expect(look(table, '10.9.9.9')).toBe('10.0.0.0/8')
    expect(look(table, '10.1.9.9')).toBe('10.1.0.0/16')
    expect(look(table, '10.1.2.3')).toBe('10.1.2.3/32')
  })

  it('keeps the families apart', () => {
    expect(look(tableOf('::/0'), '192.0.2.1')).toBeNull()
    expect(look(tableOf('0.0.0.0/0'), '2001:db8::1')).toBeNull()
    expect(look(tableOf('::/0', '0.0.0.0/0'), '192.0.2.1')).toBe('0.0.0.0/0')
    expect(look(tableOf('::/0', '0.0.0.0/0'), '2001:db8::1')).toBe('::/0')
  })

  it('uses the first of equals, and the next once that is gone', () => {
    const table = new RouteTable<string>(1)
    table.add(...prefix('10.0.0.0/8'), 'first')
    table.add(...prefix('10.0.0.0/8'), 'second')
    expect(look(table, '10.0.0.1')).toBe('first')
    table.remove((route) => route === 'first')
    expect(look(table, '10.0.0.1')).toBe('second')
    table.remove(() => true)
    expect(look(table, '10.0.0.1')).toBeNull()
  })

  it('passes over what is not usable', () => {
    const table = tableOf('0.0.0.0/0', '10.0.0.0/8')
    expect(table.lookup(parseAddress('10.0.0.1') ?? new Address(), (route) => route !== '10.0.0.0/8')).toBe('0.0.0.0/0')
  })

  it('finds what a naive search finds', () => {
    const route = fc.record({ address: anyAddress, length: fc.nat(128) })
    fc.assert(
      fc.property(
        fc.array(route, { maxLength: 30 }),
        fc.array(anyAddress, { minLength: 1 }),
        (routes, destinations) => {
          const table = new RouteTable<number>(3)
          const list = routes.map(({ address, length }) => {
            const bits = address.isV4 ? 96 + (length % 33) : length
            const masked = new Address()
            maskAddress(address, bits, masked)
            return { address, masked, bits }
          })
          for (const [i, { address, bits }] of list.entries()) table.add(address, bits, i)
          for (const destination of destinations) {
            let best = -1
            for (const [i, { masked, bits }] of list.entries()) {
              const covers = commonPrefix(masked, destination) >= bits && (!destination.isV4 || bits >= 96)
              if (covers && (best < 0 || bits > list[best].bits)) best = i
            }
            expect(table.lookup(destination) ?? -1).toBe(best)
          }
        },
      ),
    )
  })
})

describe('prefixes', () => {
  it('count IPv4 lengths from bit 96 on', () => {
    expect(prefix('10.0.0.1/24')[1]).toBe(120)
    expect(prefix('2001:db8::/32')[1]).toBe(32)
  })

  it('masks keep the leading bits and no others', () => {
    fc.assert(
      fc.property(anyAddress, fc.nat(128), (address, bits) => {
        const masked = new Address()
        maskAddress(address, bits, masked)
        expect(commonPrefix(masked, address)).toBeGreaterThanOrEqual(bits)
        const again = new Address()
        maskAddress(masked, bits, again)
        expect(again.equals(masked)).toBe(true)
        const other = new Address(~masked.w0, ~masked.w1, ~masked.w2, ~masked.w3)
        maskAddress(other, bits, again)
        expect(commonPrefix(again, masked)).toBe(bits === 0 ? 128 : 0)
      }),
    )
  })

  it('common prefixes end at the first bit that differs', () => {
    expect(commonPrefix(prefix('10.0.0.1/32')[0], prefix('10.0.0.2/32')[0])).toBe(126)
    expect(commonPrefix(prefix('2001:db8::/64')[0], prefix('2001:db8:8000::/64')[0])).toBe(32)
    expect(commonPrefix(prefix('::/0')[0], prefix('8000::/0')[0])).toBe(0)
    expect(commonPrefix(prefix('::1/0')[0], prefix('::1/0')[0])).toBe(128)
  })
})
