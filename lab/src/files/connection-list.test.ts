import { describe, expect, it } from 'vitest'
import type { CaptureRow } from './capture-index.ts'
import { filterRows, sortRows } from './connection-list.ts'

const row = (id: number, changed: Partial<CaptureRow>): CaptureRow => ({
  ...{ id, protocol: 'tcp', pair: String(id), endpoints: ['10.0.0.1:1000', '10.0.0.2:80'], states: ['', ''] },
  ...{ packets: 1, bytes: 0, retransmissions: 0, from: id, to: id },
  ...changed,
})

const ROWS = [
  row(0, { endpoints: ['10.0.0.10:5000', '10.0.0.2:80'], states: ['TIME-WAIT', 'CLOSED'], packets: 9, to: 5 }),
  row(1, { endpoints: ['10.0.0.9:5000', '10.0.0.2:443'], states: ['ESTABLISHED', 'ESTABLISHED'], bytes: 7, to: 90 }),
  row(2, { protocol: 'udp', endpoints: ['10.0.0.9:53', '10.0.0.2:53'], retransmissions: 3 }),
]

const ids = (rows: readonly CaptureRow[]) => rows.map(({ id }) => id)

describe('the list of connections', () => {
  it('is filtered by words, all of which are to be there', () => {
    expect(ids(filterRows(ROWS, ''))).toEqual([0, 1, 2])
    expect(ids(filterRows(ROWS, ' 10.0.0.9 '))).toEqual([1, 2])
    expect(ids(filterRows(ROWS, '10.0.0.9 estab'))).toEqual([1])
    expect(ids(filterRows(ROWS, 'UDP'))).toEqual([2])
    expect(ids(filterRows(ROWS, 'nothing'))).toEqual([])
  })

  it('is sorted', () => {
    expect(ids(sortRows(ROWS, 'time'))).toEqual([0, 1, 2])
    expect(ids(sortRows(ROWS, 'packets'))).toEqual([0, 1, 2])
    expect(ids(sortRows(ROWS, 'bytes'))).toEqual([1, 0, 2])
    expect(ids(sortRows(ROWS, 'retransmissions'))).toEqual([2, 0, 1])
    expect(ids(sortRows(ROWS, 'duration'))).toEqual([1, 0, 2])
    expect(ids(sortRows(ROWS, 'endpoints'))).toEqual([2, 1, 0])
  })
})
