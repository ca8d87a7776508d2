import { describe, expect, it } from 'vitest'
import { encodeUtf8 } from '../trace/utf8.ts'
import { TcpSegment } from '../wire/tcp.ts'
import { httpBytes, httpLine, takeMessage } from './http-message.ts'
import { asciiText, Inbox } from './inbox.ts'

function inboxOf(bytes: Uint8Array): Inbox {
  const inbox = new Inbox()
  inbox.bytes = bytes.slice()
  return inbox
}

function segmentOf(text: string): TcpSegment {
  const segment = new TcpSegment()
  segment.bytes = encodeUtf8(`headers${text}`)
  segment.payloadStart = 7
  segment.payloadLength = text.length
  return segment
}

describe('httpBytes', () => {
  it('RFC 9112, 6.3: says how long a body is; a request without one says nothing', () => {
    expect(asciiText(httpBytes('HTTP/1.1 200 OK', ['A: b'], 'hello'))).toBe(
      'HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 5\r\n\r\nhello',
    )
    expect(asciiText(httpBytes('GET / HTTP/1.1', ['Host: a']))).toBe('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  })
})

describe('takeMessage', () => {
  const bytes = httpBytes('HTTP/1.1 200 OK', ['Set-Cookie: a=b'], 'hello')

  it('finds two messages that came together', () => {
    const inbox = inboxOf(Uint8Array.from([...bytes, ...httpBytes('GET /2 HTTP/1.1')]))
    const first = takeMessage(inbox)
    expect(first?.body).toBe('hello')
    expect(first?.fields.get('set-cookie')).toBe('a=b')
    expect(takeMessage(inbox)?.startLine).toBe('GET /2 HTTP/1.1')
    expect(inbox.bytes).toHaveLength(0)
  })

  it('waits for the last byte', () => {
    for (let length = 0; length < bytes.length; length += 1) {
      const inbox = inboxOf(bytes.subarray(0, length))
      expect(takeMessage(inbox)).toBeNull()
      expect(inbox.bytes).toHaveLength(length)
    }
  })
})

describe('httpLine', () => {
  it('shows where a message begins, with the field that matters', () => {
    expect(httpLine(segmentOf('GET /a HTTP/1.1\r\nHost: b\r\nCookie: c=d\r\n\r\n'))).toBe(
      'GET /a HTTP/1.1, Cookie: c=d',
    )
    expect(httpLine(segmentOf('HTTP/1.1 200 OK\r\n\r\nhello'))).toBe('HTTP/1.1 200 OK')
    expect(httpLine(segmentOf('hello'))).toBe('')
  })
})
