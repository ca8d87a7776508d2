import { expect, it } from 'vitest'
import { formatBytes, formatRate } from './transfer-progress.ts'

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [2 ** 30, '1.0 GiB'],
])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

it.each([
  [125, '1.0 kbit/s'],
  [125_000, '1.0 Mbit/s'],
  [1.5e9 / 8, '1.50 Gbit/s'],
])('%d bytes a second are %s', (rate, text) => expect(formatRate(rate)).toBe(text))
