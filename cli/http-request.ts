import { contentLength, type Fields, headLines, isToken, keepsAlive, parseFields } from './http-head.ts'

/** A request line longer than this is refused with 414, bytes. */
export const MAX_REQUEST_LINE = 8192
/** A head larger than this is refused with 431, bytes. */
export const MAX_HEAD = 16_384

export interface HttpRequest {
  readonly method: string
  readonly target: string
  /** HTTP/1.`minor`: 0 or 1. */
  readonly minor: number
  readonly fields: Fields
  readonly keepAlive: boolean
  /** Bytes of content that follow; -1 = known only by reading on (chunked). */
  readonly contentLength: number
}

/** The request of this head, or the status that refuses it (RFC 9112, 3). */
export function parseRequest(head: Uint8Array): HttpRequest | number {
  const [requestLine = '', ...lines] = headLines(head)
  if (requestLine.length > MAX_REQUEST_LINE) return 414
  const [method = '', target = '', version = '', ...rest] = requestLine.split(' ')
  const match = version.match(/^HTTP\/(\d)\.(\d)$/)
  if (!isToken(method) || !/^[\x21-\x7e\x80-\xff]+$/.test(target) || match === null || rest.length > 0) return 400
  if (match[1] !== '1') return 505
  const minor = match[2] === '0' ? 0 : 1
  const fields = parseFields(lines)
  if (fields === null) return 400
  const host = fields.get('host')
  // One, and exactly one (RFC 9112, 3.2).
  if (host === undefined ? minor === 1 : host.includes(',')) return 400
  const chunked = fields.has('transfer-encoding')
  const length = contentLength(fields)
  // Both would let two readers disagree on where the next request begins (RFC 9112, 6.1).
  if (Number.isNaN(length) || (chunked && (length >= 0 || minor === 0))) return 400
  return {
    method,
    target,
    minor,
    fields,
    keepAlive: keepsAlive(fields, minor),
    contentLength: chunked ? -1 : Math.max(length, 0),
  }
}
