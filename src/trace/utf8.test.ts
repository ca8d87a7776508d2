import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeUtf8, encodeUtf8 } from './utf8.ts'

describe('encodeUtf8', () => {
  it('agrees with the platform, lone surrogates included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat(0xffff)), (text, units) => {
        const odd = String.fromCharCode(...units)
        expect(encodeUtf8(text)).toEqual(new TextEncoder().encode(text))
        expect(encodeUtf8(odd)).toEqual(new TextEncoder().encode(odd))
      }),
    )
  })

  it('never cuts a character', () => {
    expect(encodeUtf8('三次', 5)).toEqual(new TextEncoder().encode('三'))
  })
})

describe('decodeUtf8', () => {
  const decode = (bytes: Uint8Array) => decodeUtf8(new DataView(bytes.buffer), 0, bytes.length)

  it('agrees with the platform on text and on any bytes', () => {
    const piece = fc.constantFrom(0x41, 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xe0, 0xe4, 0xed, 0xf0, 0xf4, 0xf5, 0xff)
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.oneof(piece, fc.nat(255))), (text, numbers) => {
        const odd = Uint8Array.from(numbers)
        expect(decode(encodeUtf8(text))).toBe(decoder.decode(encodeUtf8(text)))
        expect(decode(odd)).toBe(decoder.decode(odd))
      }),
      { numRuns: 1000 },
    )
  })
})
