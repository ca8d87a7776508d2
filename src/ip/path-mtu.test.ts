import { describe, expect, it } from 'vitest'
import { Address } from '../wire/address.ts'
import { parseAddress } from '../wire/address-text.ts'
import { PathMtuCache, plateauBelow } from './path-mtu.ts'

const V4 = parseAddress('192.0.2.1') ?? new Address()
const V6 = parseAddress('2001:db8::1') ?? new Address()
const LIFETIME = 600_000_000

const DEFAULTS = { max_path_mtus: 4, mtu_expires: LIFETIME / 1_000_000, min_pmtu: 552 }

function cache(limit = 4): PathMtuCache {
  return new PathMtuCache({ ...DEFAULTS, max_path_mtus: limit }, 1)
}

describe('PathMtuCache', () => {
  it('takes narrower paths only', () => {
    const paths = cache()
    expect(paths.get(V4)).toBeNull()
    expect(paths.reduce(V4, 1400, 0)).toBe(true)
    expect(paths.reduce(V4, 1450, 1)).toBe(false)
    expect(paths.reduce(V4, 1400, 1)).toBe(false)
    expect(paths.get(V4)?.mtu).toBe(1400)
    expect(paths.reduce(V4, 1300, 2)).toBe(true)
    expect(paths.get(V4)).toMatchObject({ mtu: 1300, locked: false })
    expect(paths.generation).toBe(2)
  })

  it('forgets after ten minutes', () => {
    const paths = cache()
    paths.reduce(V4, 1400, 5)
    expect(paths.deadline()).toBe(5 + LIFETIME)
    paths.tick(4 + LIFETIME)
    expect(paths.get(V4)?.mtu).toBe(1400)
    paths.tick(5 + LIFETIME)
    expect(paths.get(V4)).toBeNull()
    expect(paths.deadline()).toBe(Number.POSITIVE_INFINITY)
    expect(paths.generation).toBe(2)
  })

  it('ignores what no path can be (RFC 1191, 3; RFC 8201, 4)', () => {
    const paths = cache()
    for (const mtu of [0, 67, -1, Number.NaN]) expect(paths.reduce(V4, mtu, 0)).toBe(false)
    expect(paths.reduce(V6, 1279, 0)).toBe(false)
    expect(paths.reduce(V6, 1280, 0)).toBe(true)
  })

  it('goes no lower than min_pmtu, and lets those packets be cut', () => {
    const paths = cache()
    expect(paths.reduce(V4, 300, 0)).toBe(true)
    expect(paths.get(V4)).toMatchObject({ mtu: 552, locked: true })
    expect(paths.reduce(V4, 200, 0)).toBe(false)
  })

  it('is bounded; the one that expires first goes', () => {
    const paths = cache(4)
    for (let i = 0; i < 100; i += 1) paths.reduce(new Address(0, 0, 0xffff, i), 1000, i)
    expect(Array.from({ length: 100 }, (_, i) => paths.get(new Address(0, 0, 0xffff, i))).filter(Boolean)).toHaveLength(
      4,
    )
    expect(paths.get(new Address(0, 0, 0xffff, 99))).not.toBeNull()
  })

  it('follows changes of its bound, of the least MTU and of the lifetime of what it learns', () => {
    const config = { ...DEFAULTS }
    const paths = new PathMtuCache(config, 1)
    for (let i = 0; i < 4; i += 1) paths.reduce(new Address(0, 0, 0xffff, i), 1000, i)
    Object.assign(config, { max_path_mtus: 2, min_pmtu: 300, mtu_expires: 1 })
    expect(paths.reduce(V4, 400, 10)).toBe(true)
    expect(paths.get(V4)).toMatchObject({ mtu: 400, locked: false, expires: 1_000_010 })
    const kept = Array.from({ length: 4 }, (_, i) => paths.get(new Address(0, 0, 0xffff, i)))
    expect(kept.map((each) => each?.expires)).toEqual([undefined, undefined, undefined, LIFETIME + 3])
    expect(paths.deadline()).toBeLessThanOrEqual(1_000_010)
  })
})

describe('plateauBelow', () => {
  it('is the next of RFC 1191, 7.1', () => {
    expect(plateauBelow(1500)).toBe(1492)
    expect(plateauBelow(1492)).toBe(1006)
    expect(plateauBelow(576)).toBe(508)
    expect(plateauBelow(68)).toBe(0)
  })
})
