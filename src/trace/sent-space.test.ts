import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SentSpace } from './sent-space.ts'

describe('SentSpace', () => {
  it('tells what is next, behind a gap, filling it, and again', () => {
    const space = new SentSpace()
    expect(space.novelty(100, 10)).toBe('next')
    space.take(100, 10, 1, 5)
    expect([space.novelty(110, 1), space.novelty(120, 1), space.novelty(105, 5)]).toEqual(['next', 'gap', 'again'])
    space.take(120, 10, 2, 6)
    expect([space.contiguous, space.nxt]).toEqual([110, 130])
    expect([space.novelty(110, 5), space.holeOf(115, 9)]).toEqual([
      'filling',
      { left: 110, right: 120, time: 2, tsVal: 6 },
    ])
    space.take(114, 2, 3, 7)
    expect([space.novelty(114, 2), space.contiguous]).toEqual(['again', 110])
    space.acknowledge(118)
    expect([space.contiguous, space.novelty(112, 4), space.novelty(116, 3)]).toEqual([118, 'again', 'filling'])
    space.acknowledge(140)
    expect([space.contiguous, space.nxt]).toEqual([140, 140])
  })

  it('agrees with a set of numbers, across the end of the number space', () => {
    const pieces = fc.array(fc.record({ at: fc.nat(60), length: fc.nat(12), ack: fc.boolean() }), { maxLength: 40 })
    fc.assert(
      fc.property(pieces, fc.constantFrom(0, 0xffff_fff0), (list, base) => {
        const space = new SentSpace()
        space.take(base, 1, 0, -1)
        const seen = new Set([0])
        let end = 1
        for (const { at, length, ack } of list) {
          const seq = (base + at) >>> 0
          if (ack) space.acknowledge(seq)
          else space.take(seq, length, 0, -1)
          for (let i = ack ? 0 : at; i < (ack ? at : at + length); i += 1) seen.add(i)
          end = Math.max(end, ack ? at : at + length)
        }
        let contiguous = 0
        while (seen.has(contiguous) && contiguous < end) contiguous += 1
        expect([space.nxt, space.contiguous]).toEqual([(base + end) >>> 0, (base + contiguous) >>> 0])
      }),
    )
  })

  it('keeps no more than so many gaps', () => {
    const space = new SentSpace()
    for (let i = 0; i < 1000; i += 1) space.take(2 * i, 1, i, -1)
    expect([space.novelty(1, 1), space.novelty(1997, 1)]).toEqual(['again', 'filling'])
  })
})
