import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Deadlines, type Timed } from './deadlines.ts'

class Item implements Timed {
  dueAt = Number.POSITIVE_INFINITY
  heapIndex = -1
}

const anyStep = fc.record({
  which: fc.nat(19),
  at: fc.oneof(fc.nat(1000), fc.constant(Number.POSITIVE_INFINITY)),
  what: fc.constantFrom('set', 'set', 'set', 'remove', 'pop'),
})

describe('Deadlines', () => {
  it('does what a sorted array does; a later deadline is left for the earlier one to put right', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 300 }), (steps) => {
        const items = Array.from({ length: 20 }, () => new Item())
        const deadlines = new Deadlines<Item>()
        const model = new Map<Item, number>()
        const earliest = () => Math.min(Number.POSITIVE_INFINITY, ...model.values())
        for (const { which, at, what } of steps) {
          const item = items[which] as Item
          if (what === 'set') {
            deadlines.set(item, at)
            const known = model.get(item) ?? Number.POSITIVE_INFINITY
            if (at < known) model.set(item, at)
          } else if (what === 'remove') {
            deadlines.remove(item)
            model.delete(item)
          } else {
            const popped = deadlines.pop(at)
            expect(popped === null).toBe(!(earliest() <= at) || model.size === 0)
            if (popped !== null) {
              expect(model.get(popped)).toBe(earliest())
              expect([popped.heapIndex, popped.dueAt]).toEqual([-1, Number.POSITIVE_INFINITY])
              model.delete(popped)
            }
          }
          expect(deadlines.next).toBe(earliest())
          expect(deadlines.size).toBe(model.size)
        }
        const order: number[] = []
        for (let due = deadlines.next; deadlines.pop(Number.POSITIVE_INFINITY); due = deadlines.next) order.push(due)
        expect(order).toEqual([...model.values()].sort((a, b) => a - b))
      }),
      { numRuns: 100 },
    )
  })
})
