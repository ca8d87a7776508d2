import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Address } from '../wire/address.ts'
import { AddressMap } from './address-map.ts'

const key = fc.nat(40)
const command = fc.oneof(
  fc.record({ do: fc.constant('set' as const), key, value: fc.nat() }),
  fc.record({ do: fc.constant('delete' as const), key, value: fc.constant(0) }),
  fc.record({ do: fc.constant('clear' as const), key: fc.constant(0), value: fc.constant(0) }),
)

function addressOf(key: number): Address {
  return new Address(key & 1, key & 2, key & 4, key)
}

describe('AddressMap', () => {
  it('does what a Map with text keys does', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200 }), fc.integer(), (commands, seed) => {
        const map = new AddressMap<number>(seed)
        const model = new Map<number, number>()
        for (const { do: action, key, value } of commands) {
          if (action === 'set') {
            map.set(addressOf(key), value)
            model.set(key, value)
          } else if (action === 'delete') expect(map.delete(addressOf(key))).toBe(model.delete(key))
          else {
            map.clear()
            model.clear()
          }
        }
        expect(map.size).toBe(model.size)
        for (let key = 0; key <= 40; key += 1) expect(map.get(addressOf(key))).toBe(model.get(key) ?? null)
        const seen = new Map<number, number>()
        map.each((value, address) => seen.set(address.w3, value))
        expect(new Map([...seen].sort())).toEqual(new Map([...model].sort()))
      }),
    )
  })

  it('keeps a copy of the address', () => {
    const map = new AddressMap<string>(1)
    const address = addressOf(5)
    map.set(address, 'five')
    address.w3 = 6
    expect(map.get(address)).toBeNull()
    expect(map.get(addressOf(5))).toBe('five')
  })

  it('lets what is visited be deleted', () => {
    const map = new AddressMap<number>(1)
    for (let i = 0; i < 100; i += 1) map.set(addressOf(i), i)
    map.each((value, address) => {
      if (value % 2 === 0) map.delete(address)
    })
    expect(map.size).toBe(50)
  })
})
