import { describe, expect, it } from 'vitest'
import { nearest } from './nearest.ts'

describe('nearest', () => {
  it.each([
    ['tcp_sak', 'tcp_sack'],
    ['tcp_sackk', 'tcp_sack'],
    ['tcp_dsakc', 'tcp_dsack'],
    ['somaxcon', 'somaxconn'],
    ['', 'tcp_sack'],
    ['x'.repeat(10_000), 'somaxconn'],
  ])('to %s is %s', (name, expected) => {
    expect(nearest(name, ['somaxconn', 'tcp_sack', 'tcp_dsack'])).toBe(expected)
  })
})
