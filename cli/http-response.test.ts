import { describe, expect, it } from 'vitest'
import { parseResponse } from './http-response.ts'

function parse(...lines: string[]) {
  return parseResponse(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
}

describe('a response', () => {
  it('is read', () => {
    expect(parse('HTTP/1.1 404 Not Found', 'Content-Length: 3')).toMatchObject({ status: 404, reason: 'Not Found' })
    expect(parse('HTTP/1.0 200')).toMatchObject({ status: 200, reason: '' })
  })

  it.each([
    [['HTTP/1.1 200 OK', 'Content-Length: 7'], { kind: 'length', length: 7 }],
    [['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', 'Content-Length: 7'], { kind: 'chunked' }],
    [['HTTP/1.1 200 OK'], { kind: 'close' }],
    [['HTTP/1.1 204 No Content'], { kind: 'length', length: 0 }],
    [['HTTP/1.1 304 Not Modified', 'Content-Length: 7'], { kind: 'length', length: 0 }],
    [['HTTP/1.1 100 Continue'], { kind: 'length', length: 0 }],
  ] as const)('%j ends where it should', (lines, framing) => {
    expect(parse(...lines)?.framing).toEqual(framing)
  })

  it.each([
    [['ICY 200 OK']],
    [['HTTP/2 200']],
    [['HTTP/1.1 20 OK']],
    [['HTTP/1.1 200 OK', 'Content-Length: 7', 'Content-Length: 8']],
    [['HTTP/1.1 200 OK', 'Transfer-Encoding: gzip, chunked']],
    [['HTTP/1.1 200 OK', 'no field']],
  ])('%j is malformed', (lines) => {
    expect(parse(...lines)).toBeNull()
  })
})
