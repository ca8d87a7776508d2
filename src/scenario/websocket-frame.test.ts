import { describe, expect, it } from 'vitest'
import { encodeUtf8 } from '../trace/utf8.ts'
import { TcpSegment } from '../wire/tcp.ts'
import { asciiText, Inbox } from './inbox.ts'
import { CLOSE, frameBytes, frameLine, TEXT, takeFrame } from './websocket-frame.ts'

const HELLO = encodeUtf8('Hello')
const KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d)

function inboxOf(bytes: Uint8Array): Inbox {
  const inbox = new Inbox()
  inbox.bytes = bytes.slice()
  return inbox
}

describe('frameBytes', () => {
  it('RFC 6455, 5.7: "Hello", not masked and masked', () => {
    expect([...frameBytes(TEXT, HELLO)]).toEqual([0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f])
    const masked = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]
    expect([...frameBytes(TEXT, HELLO, KEY)]).toEqual(masked)
  })

  it('RFC 6455, 5.7: 256 bytes of binary data', () => {
    expect([...frameBytes(2, new Uint8Array(256)).subarray(0, 4)]).toEqual([0x82, 0x7e, 0x01, 0x00])
  })

  it('makes no frame of more than 65,535 bytes', () => {
    expect(() => frameBytes(TEXT, new Uint8Array(65_536))).toThrow(RangeError)
  })
})

describe('frameLine', () => {
  function line(bytes: Uint8Array): string {
    const segment = new TcpSegment()
    segment.bytes = Uint8Array.from([9, ...bytes, 9])
    segment.payloadStart = 1
    segment.payloadLength = bytes.length
    return frameLine(segment)
  }

  it('tells what a frame says, and whether it is masked', () => {
    expect(line(frameBytes(TEXT, HELLO))).toBe('text "Hello"')
    expect(line(frameBytes(TEXT, HELLO, KEY))).toBe('text "Hello", masked')
    expect(line(frameBytes(CLOSE, Uint8Array.of(3, 232)))).toBe('close 1000')
  })

  it('tells nothing of what is no whole frame', () => {
    expect(line(new Uint8Array(0))).toBe('')
    expect(line(encodeUtf8('GET / HTTP/1.1'))).toBe('')
    expect(line(frameBytes(TEXT, HELLO).subarray(0, 6))).toBe('')
    expect(line(Uint8Array.from([...frameBytes(TEXT, HELLO), 0]))).toBe('')
    expect(line(frameBytes(TEXT, new Uint8Array(200)))).toBe('')
  })
})

describe('takeFrame', () => {
  it.each([5, 125, 126, 65_535])('takes back a frame of %i bytes, masked and not', (length) => {
    const payload = new Uint8Array(length).map((_, i) => i)
    for (const key of [undefined, KEY]) {
      const inbox = inboxOf(frameBytes(TEXT, payload, key))
      expect(takeFrame(inbox)).toEqual({ opcode: TEXT, masked: key !== undefined, payload })
      expect(inbox.bytes).toHaveLength(0)
    }
  })

  it('waits for the last byte', () => {
    const bytes = frameBytes(TEXT, new Uint8Array(130).fill(65), KEY)
    for (let length = 0; length < bytes.length; length += 1)
      expect(takeFrame(inboxOf(bytes.subarray(0, length)))).toBeNull()
  })

  it('leaves what follows', () => {
    const inbox = inboxOf(Uint8Array.from([...frameBytes(TEXT, HELLO, KEY), 0x81]))
    expect(asciiText(takeFrame(inbox)?.payload ?? HELLO.subarray(1))).toBe('Hello')
    expect([...inbox.bytes]).toEqual([0x81])
  })
})
