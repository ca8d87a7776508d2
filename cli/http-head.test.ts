import { describe, expect, it } from 'vitest'
import { contentLength, headEnd, headLines, keepsAlive, members, parseFields, skipEmptyLines } from './http-head.ts'

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

function fields(...lines: string[]) {
  const parsed = parseFields(lines)
  if (parsed === null) throw new Error(`${lines} is malformed`)
  return parsed
}

describe('the end of a head', () => {
  it.each([
    ['GET / HTTP/1.1\r\nHost: a\r\n\r\nrest', 4],
    ['GET / HTTP/1.1\nHost: a\n\nrest', 4],
    ['GET / HTTP/1.1\nHost: a\r\n\nrest', 4],
    ['GET / HTTP/1.1\r\nHost: a\n\r\nrest', 4],
    ['GET / HTTP/1.1\r\n\r\n', 0],
  ])('is found in %j', (text, after) => {
    expect(headEnd(bytes(text), 0, text.length)).toBe(text.length - after)
  })

  it.each(['', 'GET / HTTP/1.1\r\n', 'GET / HTTP/1.1\r\nHost: a\r\n\r', 'a\rb\r\r'])('is not in %j', (text) => {
    expect(headEnd(bytes(text), 0, text.length)).toBe(-1)
  })

  it('is not looked for beyond the length', () => {
    expect(headEnd(bytes('a\n\n'), 0, 2)).toBe(-1)
  })

  it('comes after empty lines that do not count', () => {
    expect(skipEmptyLines(bytes('\r\n\nGET'), 6)).toBe(3)
    expect(skipEmptyLines(bytes('\r\n'), 2)).toBe(2)
  })

  it('parts lines', () => {
    expect(headLines(bytes('GET / HTTP/1.1\r\nHost: a\nX: \xe9\r\n\r\n'))).toEqual([
      'GET / HTTP/1.1',
      'Host: a',
      'X: \xe9',
    ])
  })
})

describe('fields', () => {
  it('are found by their names in small letters, without the space around them', () => {
    expect(fields('Host:  example.org \t', 'X-Y:').get('host')).toBe('example.org')
    expect(fields('Host: a', 'X-Y:').get('x-y')).toBe('')
  })

  it('are joined when they are repeated', () => {
    expect(fields('Accept: a', 'accept: b').get('accept')).toBe('a, b')
  })

  it.each([['Host : a'], [' folded'], ['no colon'], [': nameless'], ['A\0: b'], ['A: b\0'], ['A: b\rc']])(
    'are malformed in %j',
    (line) => {
      expect(parseFields([line])).toBeNull()
    },
  )

  it('have lists', () => {
    expect(members(fields('Connection: Keep-Alive , , X'), 'connection')).toEqual(['keep-alive', 'x'])
  })

  it.each([
    [[], -1],
    [['Content-Length: 0'], 0],
    [['Content-Length: 12'], 12],
    [['Content-Length: 12', 'Content-Length: 12'], 12],
    [['Content-Length: 12', 'Content-Length: 13'], Number.NaN],
    [['Content-Length: -1'], Number.NaN],
    [['Content-Length: +1'], Number.NaN],
    [['Content-Length: 1e3'], Number.NaN],
    [['Content-Length: 99999999999999999999'], Number.NaN],
    [['Content-Length:'], Number.NaN],
  ])('with %j have the length %d', (lines, length) => {
    expect(contentLength(fields(...lines))).toBe(length)
  })

  it('say whether the connection stays', () => {
    expect(keepsAlive(fields(), 1)).toBe(true)
    expect(keepsAlive(fields(), 0)).toBe(false)
    expect(keepsAlive(fields('Connection: close'), 1)).toBe(false)
    expect(keepsAlive(fields('Connection: keep-alive'), 0)).toBe(true)
    expect(keepsAlive(fields('Connection: keep-alive, CLOSE'), 1)).toBe(false)
  })
})
