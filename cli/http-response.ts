import { contentLength, type Fields, headLines, members, parseFields } from './http-head.ts'

/** Where the content of a response ends (RFC 9112, 6.3). */
type Framing =
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  /** At the end of the connection. */
  | { readonly kind: 'close' }

export interface HttpResponse {
  readonly status: number
  readonly reason: string
  readonly fields: Fields
  readonly framing: Framing
}

/** The response to a GET with this head. Null = malformed. */
export function parseResponse(head: Uint8Array): HttpResponse | null {
  const [statusLine = '', ...lines] = headLines(head)
  const match = statusLine.match(/^HTTP\/1\.\d (\d{3})(?: (.*))?$/)
  const fields = parseFields(lines)
  if (match === null || fields === null) return null
  const status = Number(match[1])
  const framing = framingOf(status, fields)
  return framing === null ? null : { status, reason: match[2] ?? '', fields, framing }
}

function framingOf(status: number, fields: Fields): Framing | null {
  if (status < 200 || status === 204 || status === 304) return { kind: 'length', length: 0 }
  if (fields.has('transfer-encoding')) {
    const codings = members(fields, 'transfer-encoding')
    // Other codings were not asked for.
    return codings.length === 1 && codings[0] === 'chunked' ? { kind: 'chunked' } : null
  }
  const length = contentLength(fields)
  if (Number.isNaN(length)) return null
  return length < 0 ? { kind: 'close' } : { kind: 'length', length }
}
