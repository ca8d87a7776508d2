/** A part of `length` bytes that begins at `start`. */
export interface ByteRange {
  readonly start: number
  readonly length: number
}

/**
 * What the Range field `text` asks of `size` bytes. 'all' = everything is to be sent: the field is of
 * a kind not known here, malformed, or asks for several ranges, which a server may ignore (RFC 9110, 14.2).
 */
export function parseRange(text: string, size: number): ByteRange | 'all' | 'unsatisfiable' {
  const match = text.match(/^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i)
  if (match === null) return 'all'
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return 'all'
  if (first === '') {
    const length = Math.min(Number(last), size)
    return length === 0 ? 'unsatisfiable' : { start: size - length, length }
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < start) return 'all'
  return start >= size ? 'unsatisfiable' : { start, length: end - start + 1 }
}
