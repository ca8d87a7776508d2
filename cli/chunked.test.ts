import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChunkedDecoder } from './chunked.ts'

function decode(...pieces: string[]): { text: string; ok: boolean; done: boolean } {
  let text = ''
  const decoder = new ChunkedDecoder((bytes) => {
    text += Buffer.from(bytes).toString('latin1')
  })
  const ok = pieces.every((piece) => decoder.push(Buffer.from(piece, 'latin1')))
  return { text, ok, done: decoder.done }
}

describe('the chunked transfer coding', () => {
  it.each([
    ['5\r\nhello\r\n0\r\n\r\n', 'hello'],
    ['5;name=value\r\nhello\r\nA \r\n0123456789\r\n000\r\nTrailer: x\r\n\r\nwhat follows', 'hello0123456789'],
    ['0\r\n\r\n', ''],
    ['5\nhello\n0\n\n', 'hello'],
  ])('%j', (coded, text) => {
    expect(decode(coded)).toEqual({ text, ok: true, done: true })
  })

  it.each(['x\r\n', '\r\n', '-1\r\n', '5\r\nhelloX\r\n', `${'f'.repeat(20)}\r\n`, 'a'.repeat(20_000)])(
    'refuses %j',
    (coded) => {
      expect(decode(coded).ok).toBe(false)
    },
  )

  it('is not done before its end', () => {
    expect(decode('5\r\nhel')).toEqual({ text: 'hel', ok: true, done: false })
    expect(decode('0\r\nTrailer: x\r\n')).toMatchObject({ done: false })
  })

  it('may come in any pieces', () => {
    const chunks = fc.array(fc.string({ minLength: 1, unit: 'binary-ascii' }), { maxLength: 5 })
    fc.assert(
      fc.property(chunks, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (texts, sizes) => {
        const coded = `${texts.map((text) => `${text.length.toString(16)}\r\n${text}\r\n`).join('')}0\r\n\r\n`
        const pieces: string[] = []
        for (let at = 0, i = 0; at < coded.length; i++) {
          const size = sizes[i % sizes.length] ?? 1
          pieces.push(coded.slice(at, at + size))
          at += size
        }
        expect(decode(...pieces)).toEqual({ text: texts.join(''), ok: true, done: true })
      }),
    )
  })
})
