import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_REQUEST_LINE, parseRequest } from './http-request.ts'

function parse(...lines: string[]) {
  return parseRequest(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
}

describe('a request', () => {
  it('is read', () => {
    expect(parse('GET /a%20b?c HTTP/1.1', 'Host: x', 'Content-Length: 3')).toMatchObject({
      method: 'GET',
      target: '/a%20b?c',
      minor: 1,
      keepAlive: true,
      contentLength: 3,
    })
    expect(parse('GET / HTTP/1.0')).toMatchObject({ minor: 0, keepAlive: false, contentLength: 0 })
    expect(parse('POST / HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked')).toMatchObject({ contentLength: -1 })
    // A later minor version is to be understood as ours.
    expect(parse('GET / HTTP/1.9', 'Host: x')).toMatchObject({ minor: 1 })
  })

  it.each([
    [400, ['GET /', 'Host: x']],
    [400, ['GET  / HTTP/1.1', 'Host: x']],
    [400, ['GET / HTTP/1.1 ', 'Host: x']],
    [400, [' GET / HTTP/1.1', 'Host: x']],
    [400, ['G(T / HTTP/1.1', 'Host: x']],
    [400, ['GET /\x7f HTTP/1.1', 'Host: x']],
    [400, ['GET / HTTPS/1.1', 'Host: x']],
    [400, ['GET / HTTP/1.1']],
    [400, ['GET / HTTP/1.1', 'Host: x', 'Host: x']],
    [400, ['GET / HTTP/1.1', 'Host: x', ' folded']],
    [400, ['GET / HTTP/1.1', 'Host: x', 'Content-Length: x']],
    [400, ['GET / HTTP/1.1', 'Host: x', 'Content-Length: 1', 'Transfer-Encoding: chunked']],
    [400, ['GET / HTTP/1.0', 'Transfer-Encoding: chunked']],
    [414, [`GET /${'a'.repeat(MAX_REQUEST_LINE)} HTTP/1.1`, 'Host: x']],
    [505, ['GET / HTTP/2.0', 'Host: x']],
  ])('is refused with %i: %j', (status, lines) => {
    expect(parse(...lines)).toBe(status)
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const request = parseRequest(bytes)
        expect(typeof request === 'number' ? request >= 400 : request.minor >= 0).toBe(true)
      }),
    )
  })
})
