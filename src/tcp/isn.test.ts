import { describe, expect, it } from 'vitest'
import { InitialSequence, TUPLE_WORDS } from './isn.ts'

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state
  }
}

const tuple = (port: number) => new Uint32Array(TUPLE_WORDS).fill(7).fill(port, TUPLE_WORDS - 1)

describe('RFC 6528: initial sequence numbers', () => {
  it("MUST-8, SHLD-1, RFC 6528, 3: one tuple's number moves by one every 4 microseconds, and wraps", () => {
    const sequence = new InitialSequence(seeded(1))
    const first = sequence.isn(tuple(1), 0)
    expect(sequence.isn(tuple(1), 3)).toBe(first)
    expect(sequence.isn(tuple(1), 4)).toBe((first + 1) >>> 0)
    expect(sequence.isn(tuple(1), 1_000_000)).toBe((first + 250_000) >>> 0)
    expect(sequence.isn(tuple(1), 4 * 2 ** 32)).toBe(first)
  })

  it('MUST-9, SHLD-1, RFC 6528, 3: other tuples, other secrets: numbers that have nothing to do with each other', () => {
    const sequence = new InitialSequence(seeded(1))
    const seen = new Set<number>()
    for (let port = 0; port < 2000; port += 1) seen.add(sequence.isn(tuple(port), 0))
    expect(seen.size).toBe(2000)
    expect(new InitialSequence(seeded(2)).isn(tuple(1), 0)).not.toBe(sequence.isn(tuple(1), 0))
    expect(Math.max(...seen)).toBeGreaterThan(0xf0000000)
  })

  it('RFC 7323, 5.4: the timestamp offset is of the tuple, and is not the number', () => {
    const sequence = new InitialSequence(seeded(1))
    const offset = sequence.timestampOffset(tuple(1))
    expect(sequence.timestampOffset(tuple(1))).toBe(offset)
    expect(offset).not.toBe(sequence.timestampOffset(tuple(2)))
    expect(offset).not.toBe(sequence.isn(tuple(1), 0))
  })
})
