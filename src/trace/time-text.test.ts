import { describe, expect, it } from 'vitest'
import { formatDuration, formatPlainTime, formatTime } from './time-text.ts'

describe('formatTime', () => {
  it.each([
    [0, '0.000 000'],
    [203, '0.000 203'],
    [62_410_000, '62.410 000'],
    [7_200_000_001, '7 200.000 001'],
    [-1_500_000, '-1.500 000'],
  ])('%i', (time, text) => {
    expect(formatTime(time)).toBe(text)
    expect(formatPlainTime(time)).toBe(text.replaceAll(' ', ''))
  })
})

describe('formatDuration', () => {
  it.each([
    [203, '203 µs'],
    [40_000, '40.0 ms'],
    [60_000_000, '60.0 s'],
    [900_000_000, '15.0 min'],
    [7_200_000_000, '2.0 h'],
  ])('%i', (duration, text) => {
    expect(formatDuration(duration)).toBe(text)
  })
})
