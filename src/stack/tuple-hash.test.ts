import { describe, expect, it } from 'vitest'
import { Address } from '../wire/address.ts'
import { TestSurroundings } from './network.testkit.ts'
import { TupleHash } from './tuple-hash.ts'

const V4 = (w3: number) => new Address(0, 0, 0xffff, w3)

describe('TupleHash', () => {
  it("is HalfSipHash-1-3: Linux's test vectors for messages of 12 and 36 octets", () => {
    const hash = new TupleHash(0x03020100, 0x07060504)
    expect(hash.of(V4(0x03020100), 0x0b0a, V4(0x07060504), 0x0908) >>> 0).toBe(0x6b28096c)
    const local = new Address(0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c)
    const remote = new Address(0x13121110, 0x17161514, 0x1b1a1918, 0x1f1e1d1c)
    expect(hash.of(local, 0x2322, remote, 0x2120) >>> 0).toBe(0x7c46fb7f)
  })

  it('tuples that differ by high bits, which mixing by multiplication makes collide, do not collide', () => {
    const surroundings = new TestSurroundings(5)
    const random = () => surroundings.random()
    const local = new Address(0x2001_0db8, 0, 0, 1)
    let collisions = 0
    for (let i = 0; i < 1000; i += 1) {
      const hash = new TupleHash(random(), random())
      const one = new Address(random(), random(), random(), random())
      const other = new Address(one.w0, one.w1 ^ 0x8004_0000, one.w2 ^ 0x8000_0000, one.w3)
      if (hash.of(local, 80, one, 5) === hash.of(local, 80, other, 5)) collisions += 1
    }
    expect(collisions).toBe(0)
  })

  it('every part of the tuple and of the key changes half of its bits', () => {
    const parts: ((tuple: number[], key: number[]) => void)[] = []
    for (const i of [0, 1, 2, 3, 4, 5, 6, 7, 8]) parts.push((tuple) => flip(tuple, i))
    for (const i of [0, 1]) parts.push((_tuple, key) => flip(key, i))
    const surroundings = new TestSurroundings(7)
    for (const change of parts) {
      let changed = 0
      for (let i = 0; i < 200; i += 1) {
        const tuple = Array.from({ length: 9 }, () => surroundings.random())
        const key = [surroundings.random(), surroundings.random()]
        const before = hashOf(tuple, key)
        change(tuple, key)
        changed += bits(before ^ hashOf(tuple, key))
      }
      expect(changed / 200).toBeGreaterThan(15)
      expect(changed / 200).toBeLessThan(17)
    }
  })
})

function flip(words: number[], at: number): void {
  words[at] = ((words[at] ?? 0) ^ 0x8000_0000) >>> 0
}

function hashOf([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, ports = 0]: number[], key: number[]): number {
  const hash = new TupleHash(key[0] ?? 0, key[1] ?? 0)
  return hash.of(new Address(a, b, c, d), ports >>> 16, new Address(e, f, g, h), ports & 0xffff)
}

function bits(word: number): number {
  let count = 0
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1
  return count
}
