import { describe, expect, it } from 'vitest'
import { momentText, parseTime } from './moment-text.ts'

describe('momentText', () => {
  it('is exact, and in the unit that fits', () => {
    expect([0, 7, 5000, 12_345, 1_015_000, 62_000_000].map(momentText)).toEqual([
      '0 ms',
      '7 µs',
      '5 ms',
      '12.345 ms',
      '1.015 s',
      '62 s',
    ])
    expect([946_280_000, 3_600_500_000, 86_401_000_000, 3_600_000_000].map(momentText)).toEqual([
      '15 min 46.28 s',
      '1 h 0.5 s',
      '24 h 1 s',
      '1 h',
    ])
  })
})

describe('parseTime', () => {
  it('reads a number and a unit', () => {
    expect(parseTime('1.5 s')).toBe(1_500_000)
    expect(parseTime('200 ms')).toBe(200_000)
    expect(parseTime('12345 us')).toBe(12_345)
    expect(parseTime('12345µs')).toBe(12_345)
    expect(parseTime('1,5s')).toBe(1_500_000)
    expect(parseTime('2 h 5 min 3 s')).toBe(7_503_000_000)
    expect(parseTime('3 秒 200 毫秒')).toBe(3_200_000)
  })

  it('reads seconds without a unit, grouped as the clock shows them', () => {
    expect(parseTime('1.000 203')).toBe(1_000_203)
    expect(parseTime(' 7 200 ')).toBe(7_200_000_000)
  })

  it('reads back what momentText writes', () => {
    for (const time of [0, 7, 12_345, 1_015_000, 946_280_000, 3_600_500_000, 86_401_000_000]) {
      expect(parseTime(momentText(time))).toBe(time)
    }
  })

  it('refuses anything else', () => {
    for (const text of ['', 'now', '-1 s', '5 parsecs', '1 2 s x', '.', '5 constructor'])
      expect(parseTime(text)).toBeNull()
  })
})
