import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pattern } from '../sim/script/pattern.ts'
import { add } from '../wire/seq.ts'
import { ChunkPool } from './chunk-pool.ts'
import { Reassembly } from './reassembly.ts'

const SPAN = 3000

type Step = { kind: 'insert'; at: number; length: number } | { kind: 'read' | 'discard'; length: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('insert' as const),
      at: fc.nat(SPAN),
      length: fc.integer({ min: 1, max: 300 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('read' as const, 'discard' as const), length: fc.nat(500) }),
  },
)

describe('RFC 9293 3.10.7.4: reassembly, against a model that knows each octet', () => {
  it('overlaps of every kind', () => {
    const from = fc.oneof(fc.constantFrom(0xffffffff, 0xfffffff0, 0xffffff00), fc.integer({ min: 0, max: 0xffffffff }))
    fc.assert(
      fc.property(from, fc.array(step, { maxLength: 80 }), (start, steps) => {
        const reassembly = new Reassembly(new ChunkPool())
        reassembly.start(start)
        const has = new Uint8Array(SPAN + 400)
        let next = 0
        let read = 0
        for (const { kind, ...rest } of steps) {
          if (kind === 'insert') {
            const { at, length } = rest as { at: number; length: number }
            // What lies before RCV.NXT is cut off before.
            const left = Math.max(at, next)
            const right = at + length
            if (right <= left) continue
            const overlap =
              left > next || reassembly.pieces > 0
                ? reassembly.reportOverlap(add(start, left), add(start, right))
                : false
            let held = false
            for (let i = left; i < right; i += 1) held ||= has[i] === 1
            expect(overlap).toBe(held)
            has.fill(1, left, right)
            const moved = reassembly.insert(add(start, left), pattern(left, right - left), 0, right - left)
            const before = next
            while (has[next] === 1) next += 1
            expect(moved).toBe(next - before)
          } else {
            const wanted = Math.min(rest.length, next - read)
            const bytes = new Uint8Array(wanted)
            expect(reassembly.peek(bytes, 0, wanted)).toBe(wanted)
            expect(bytes).toEqual(pattern(read, wanted))
            if (kind === 'read') expect(reassembly.read(bytes, 0, rest.length)).toBe(wanted)
            else reassembly.discard(wanted)
            read += wanted
          }
          check(reassembly, start, has, next, read)
        }
      }),
      { numRuns: 300 },
    )
  })

  function check(reassembly: Reassembly, start: number, has: Uint8Array, next: number, read: number): void {
    expect(reassembly.readable).toBe(next - read)
    let waiting = 0
    let pieces = 0
    for (let i = next; i < has.length; i += 1) {
      waiting += has[i] ?? 0
      if (has[i] === 1 && has[i - 1] !== 1) pieces += 1
    }
    expect([reassembly.waiting, reassembly.pieces]).toEqual([waiting, pieces])
    // RFC 2018 4: each block tells of octets held beyond RCV.NXT, and is bounded by octets not held.
    const edges = new Uint32Array(8)
    reassembly.hasDuplicate = false
    const count = reassembly.sackBlocks(edges, 4)
    expect(count).toBe(Math.min(count, pieces))
    if (pieces > 0) expect(count).toBeGreaterThan(0)
    for (let i = 0; i < count; i += 1) {
      const left = ((edges[2 * i] ?? 0) - start) >>> 0
      const right = ((edges[2 * i + 1] ?? 0) - start) >>> 0
      expect(left).toBeGreaterThan(next)
      expect(has[left - 1]).toBe(0)
      expect(has[right]).toBe(0)
      expect(has.subarray(left, right).every((octet) => octet === 1)).toBe(true)
    }
  }

  it('more pieces than there is room for are refused, what joins others is not', () => {
    const reassembly = new Reassembly(new ChunkPool())
    reassembly.start(0)
    let refused = 0
    for (let i = 1; i <= 5000; i += 1) if (reassembly.insert(2 * i, pattern(2 * i, 1), 0, 1) < 0) refused += 1
    expect([reassembly.pieces, refused]).toEqual([4096, 904])
    expect(reassembly.insert(3, pattern(3, 1), 0, 1)).toBe(0)
    expect(reassembly.pieces).toBe(4095)
  })

  it('gives its memory back', () => {
    const reassembly = new Reassembly(new ChunkPool())
    reassembly.start(0)
    reassembly.insert(10, pattern(10, 10), 0, 10)
    reassembly.insert(0, pattern(0, 5), 0, 5)
    reassembly.forgetWaiting()
    const bytes = new Uint8Array(5)
    expect(reassembly.read(bytes, 0, 100)).toBe(5)
    expect(bytes).toEqual(pattern(0, 5))
    expect(reassembly.insert(5, pattern(5, 5), 0, 5)).toBe(5)
    reassembly.clear()
    expect([reassembly.readable, reassembly.waiting, reassembly.sackCount]).toEqual([0, 0, 0])
  })
})
