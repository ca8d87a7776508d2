import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeUtf8 } from './utf8.ts'

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
