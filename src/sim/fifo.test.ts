import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fifo } from './fifo.ts'

describe('Fifo', () => {
  it('does as an array does, however it grows and shrinks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -40, max: 40 }), { maxLength: 30 }), (steps) => {
        const fifo = new Fifo<number>()
        const array: number[] = []
        let next = 0
        for (const step of steps) {
          for (let i = 0; i < step; i += 1) {
            next += 1
            fifo.push(next)
            array.push(next)
          }
          for (let i = 0; i > step; i -= 1) expect(fifo.shift()).toBe(array.shift())
          expect([fifo.size, fifo.first, fifo.last]).toEqual([array.length, array[0], array.at(-1)])
        }
      }),
    )
  })

  it('is empty when it is cleared', () => {
    const fifo = new Fifo<number>()
    for (let i = 0; i < 20; i += 1) fifo.push(i)
    fifo.shift()
    fifo.clear()
    expect([fifo.size, fifo.first, fifo.last, fifo.shift()]).toEqual([0, undefined, undefined, undefined])
    fifo.push(7)
    expect([fifo.size, fifo.first, fifo.last, fifo.shift(), fifo.size]).toEqual([1, 7, 7, 7, 0])
  })
})
