import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TimeWaitOrder } from './time-wait-order.ts'
import { SINCE, TimeWaitRows } from './time-wait-rows.ts'

const anyStep = fc.record({
  what: fc.constantFrom('add', 'add', 'add', 'restart', 'remove', 'earliest'),
  passes: fc.nat(100),
  /** How long ago it began: most begin now. */
  late: fc.oneof(fc.constant(0), fc.nat(3000)),
  which: fc.nat(1000),
})

it('TimeWaitOrder: the earliest is always at hand, however they come, begin anew and go', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 400, size: 'max' }), (steps) => {
      const rows = new TimeWaitRows()
      const order = new TimeWaitOrder(rows)
      const model = new Map<number, number>()
      let now = 10_000
      const begin = (row: number, since: number) => {
        rows.set(row, SINCE, since)
        order.add(row)
        model.set(row, since)
      }
      for (const { what, passes, late, which } of steps) {
        now += passes
        const known = [...model.keys()][which % Math.max(1, model.size)] ?? -1
        if (what === 'add') begin(rows.take(), now - late)
        else if (what === 'earliest' ? order.earliest >= 0 : known >= 0) {
          const row = what === 'earliest' ? order.earliest : known
          order.remove(row)
          model.delete(row)
          if (what === 'restart') begin(row, now)
          else rows.release(row)
        }
        const earliest = Math.min(...model.values())
        expect(model.get(order.earliest) ?? Number.POSITIVE_INFINITY).toBe(earliest)
        expect(order.bytes).toBeLessThanOrEqual(8 * model.size)
      }
      for (const since of [...model.values()].sort((a, b) => a - b)) {
        const row = order.earliest
        expect(rows.since(row)).toBe(since)
        order.remove(row)
        model.delete(row)
      }
      expect([order.earliest, order.bytes]).toEqual([-1, 0])
    }),
    { numRuns: 200 },
  )
})
