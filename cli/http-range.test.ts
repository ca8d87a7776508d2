import { describe, expect, it } from 'vitest'
import { parseRange } from './http-range.ts'

describe('a range of 100 bytes', () => {
  it.each([
    ['bytes=0-9', { start: 0, length: 10 }],
    ['bytes=90-', { start: 90, length: 10 }],
    ['bytes=90-200', { start: 90, length: 10 }],
    ['bytes=-10', { start: 90, length: 10 }],
    ['bytes=-200', { start: 0, length: 100 }],
    ['bytes=99-99', { start: 99, length: 1 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=9-0', 'all'],
    ['bytes=-', 'all'],
    ['bytes=0-1,5-6', 'all'],
    ['lines=0-9', 'all'],
    ['bytes=a-b', 'all'],
  ] as const)('%s', (text, range) => {
    expect(parseRange(text, 100)).toEqual(range)
  })

  it('of an empty file has nothing to give', () => {
    expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable')
    expect(parseRange('bytes=-1', 0)).toBe('unsatisfiable')
  })
})
