import { describe, expect, it } from 'vitest'
import { clip, displayWidth, padEnd, padStart, printable, wrap } from './display-width.ts'

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['GET / HTTP/1.1', 14],
    ['三次握手', 8],
    ['├──►│╳…', 7],
    ['é', 1],
    ['ｗ', 2],
    ['🙂', 2],
  ])('%j', (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })

  it('pads and clips by columns', () => {
    expect(padStart('时间', 6)).toBe('  时间')
    expect(padEnd('时间', 6)).toBe('时间  ')
    expect(padEnd('时间', 3)).toBe('时间')
    expect(clip('三次握手', 6, '…')).toBe('三次…')
    expect(clip('三次', 4, '…')).toBe('三次')
    expect(clip('ab', 0, '…')).toBe('')
  })
})

describe('wrap', () => {
  it('breaks after spaces and commas', () => {
    expect(wrap('<mss 1460,sackOK,TS val 1 ecr 0>', 17, '…')).toEqual(['<mss 1460,sackOK,', 'TS val 1 ecr 0>'])
    expect(wrap('. 1:1(0) ack 1 win 502', 16, '…')).toEqual(['. 1:1(0) ack 1', 'win 502'])
    expect(wrap('<sack 1:20 30:40 50:60>', 16, '…')).toEqual(['<sack 1:20 30:40', '50:60>'])
    expect(wrap('abcdefgh ij', 5, '…')).toEqual(['abcd…', 'ij'])
    expect(wrap('', 5, '…')).toEqual([])
  })
})

describe('printable', () => {
  it('keeps a payload from steering the terminal', () => {
    expect(printable('\x1b[31mred\r\nnext\u202e\x00')).toBe('[31mred next')
  })
})
