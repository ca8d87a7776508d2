import { describe, expect, it } from 'vitest'
import { FlightColumns, giveColumns, NO_COLUMNS, takeColumns } from './flight-columns.ts'

describe('columns at rest', () => {
  it('are used again, by their room', () => {
    const small = takeColumns(16)
    const large = takeColumns(1024)
    giveColumns(small)
    giveColumns(large)
    expect(takeColumns(1024)).toBe(large)
    expect(takeColumns(16)).toBe(small)
    expect(takeColumns(16)).not.toBe(small)
    expect([small.mask, small.seqs.length]).toEqual([15, 16])
  })

  it('are kept in a bounded number', () => {
    const room = 32_768
    const given = Array.from({ length: 5 }, () => new FlightColumns(room))
    for (const columns of given) giveColumns(columns)
    const kept = new Set(Array.from({ length: 5 }, () => takeColumns(room)))
    expect(given.filter((columns) => kept.has(columns))).toHaveLength(2)
  })

  it('none are none', () => {
    giveColumns(NO_COLUMNS)
    expect(takeColumns(0)).not.toBe(NO_COLUMNS)
    expect(NO_COLUMNS.mask).toBe(-1)
  })
})
