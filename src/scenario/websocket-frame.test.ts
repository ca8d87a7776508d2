import { describe, expect, it } from 'vitest'
import { encodeUtf8 } from '../trace/utf8.ts'
import { asciiText, Inbox } from './inbox.ts'
import { frameBytes, TEXT, takeFrame } from './websocket-frame.ts'

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
