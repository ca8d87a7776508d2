import { describe, expect, it } from 'vitest'
import { seeded } from '../sim/seeded.testkit.ts'
import { InitialSequence, TUPLE_WORDS } from './isn.ts'
import { randomness, suspicious } from './randomness.testkit.ts'

/** A million numbers give a bias of a quarter of a per cent in any bit away. */
const COUNT = 1_000_000

/** Tuples as an attacker has them by the thousand: neighbouring ports of neighbouring addresses, or the other way. */
type Order = 'ports' | 'addresses'

/** `number` of a million connections of which neighbours differ in one bit, mostly the lowest. */
function ofTuples(order: Order, number: (tuple: Uint32Array, index: number) => number): Uint32Array {
  const tuple = new Uint32Array(TUPLE_WORDS)
  tuple[0] = 0xc0000202
  const numbers = new Uint32Array(COUNT)
  for (let i = 0; i < COUNT; i += 1) {
    const low = i % 1000
    const high = Math.floor(i / 1000)
    tuple[4] = 0x0a000000 + (order === 'addresses' ? low : high)
    tuple[8] = (80 << 16) | (1024 + (order === 'addresses' ? high : low))
    numbers[i] = number(tuple, i)
  }
  return numbers
}

const sequence = new InitialSequence(seeded(1))
const ORDERS: readonly Order[] = ['ports', 'addresses']

describe.each(ORDERS)('RFC 6528, 3: the numbers of a million connections, by neighbouring %s', (order) => {
  it('RFC 6528, 3: at one time they are as good as random', () => {
    expect(suspicious(randomness(ofTuples(order, (tuple) => sequence.isn(tuple, 0))))).toEqual([])
  })

  it('RFC 6528, 3: opened one after another, too: the clock shines through nowhere', () => {
    expect(suspicious(randomness(ofTuples(order, (tuple, i) => sequence.isn(tuple, 10 * i))))).toEqual([])
  })

  it('RFC 6528, 3: another secret, numbers that have nothing to do with them', () => {
    const other = new InitialSequence(seeded(2))
    const both = ofTuples(order, (tuple) => sequence.isn(tuple, 0) ^ other.isn(tuple, 0))
    expect(suspicious(randomness(both))).toEqual([])
  })

  it('RFC 7323, 5.4: so are timestamp offsets, and they say nothing about the numbers', () => {
    expect(suspicious(randomness(ofTuples(order, (tuple) => sequence.timestampOffset(tuple))))).toEqual([])
    const between = ofTuples(order, (tuple) => sequence.isn(tuple, 0) - sequence.timestampOffset(tuple))
    expect(suspicious(randomness(between))).toEqual([])
  })
})

it('RFC 6528, 3: one tuple: a tick every four microseconds, at a million times over twelve hours', () => {
  const tuple = new Uint32Array(TUPLE_WORDS).fill(7)
  const random = seeded(3)
  const first = sequence.isn(tuple, 0)
  let wrong = 0
  for (let i = 0; i < COUNT; i += 1) {
    const now = random() * 10
    if (sequence.isn(tuple, now) !== (first + Math.floor(now / 4)) >>> 0) wrong += 1
  }
  expect(wrong).toBe(0)
})

/** Generators that have been in use, or might be taken for good ones, and a statistic that gives each away. */
const BAD: readonly [string, string, (tuple: Uint32Array, index: number) => number][] = [
  ['a counter (4.2BSD)', 'differences', (_tuple, i) => 64_000 * i],
  ['a clock alone (RFC 793)', 'serial', (_tuple, i) => Math.floor((137 * i) / 4)],
  ['a clock with noise', 'serial', (_tuple, i) => Math.floor((137 * i) / 4) + (Math.imul(i, 0x9e3779b1) >>> 20)],
  ['a linear congruential generator', 'changes', linear()],
  ['FNV-1a with a secret start', 'changes', (tuple) => tuple.reduce((h, w) => Math.imul(h ^ w, 16_777_619), 0x1234567)],
  [
    'a multiplied sum',
    'pairs',
    (tuple) =>
      Math.imul(
        tuple.reduce((sum, w) => sum + w, 0xabcdef),
        0x9e3779b1,
      ),
  ],
  ['a linear code', 'changes', (tuple) => tuple.reduce((code, w) => (code << 5) ^ (code >>> 27) ^ w, 0x5bd1e995)],
  ['a good hash cut to 16 bits', 'collisions', (tuple) => sequence.isn(tuple, 0) << 16],
  ['a good hash that never gives the same number twice', 'collisions', distinct()],
  ['a good hash with a bit that leans by 1 %', 'bits', (t, i) => sequence.isn(t, 0) | (i % 50 === 0 ? 4096 : 0)],
]

function linear(): () => number {
  let state = 5
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state
  }
}

/** A permutation of the index (Feistel): uniform, but without the collisions of independent numbers. */
function distinct(): (tuple: Uint32Array, index: number) => number {
  return (_tuple, index) => {
    let left = index >>> 16
    let right = index & 0xffff
    for (let round = 0; round < 8; round += 1) {
      const mixed = Math.imul(Math.imul(right + round * 0x9e37, 0x85ebca6b) ^ (right << 7), 0xc2b2ae35) >>> 16
      const next = left ^ mixed
      left = right
      right = next & 0xffff
    }
    return (left << 16) | right
  }
}

it.each(BAD)('the same statistics find out %s: %s', (_name, statistic, number) => {
  expect(suspicious(randomness(ofTuples('ports', number)))).toContain(statistic)
})
