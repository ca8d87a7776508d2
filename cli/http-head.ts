/** Header fields by their names in small letters; of a repeated field, all values joined by ', ' (RFC 9110, 5.3). */
export type Fields = ReadonlyMap<string, string>

const LF = 10
const CR = 13
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/**
 * Where the head that begins at `from` ends, after its empty line; -1 = not within `length` bytes.
 * A bare LF ends a line as well (RFC 9112, 2.2).
 */
export function headEnd(bytes: Uint8Array, from: number, length: number): number {
  for (let i = from; i < length; i += 1) {
    if (bytes[i] !== LF) continue
    if (bytes[i + 1] === LF && i + 1 < length) return i + 2
    if (bytes[i + 1] === CR && bytes[i + 2] === LF && i + 2 < length) return i + 3
  }
  return -1
}

/** The index of the first byte that is no line end: some send empty lines before a request (RFC 9112, 2.2). */
export function skipEmptyLines(bytes: Uint8Array, length: number): number {
  let at = 0
  while (at < length && (bytes[at] === CR || bytes[at] === LF)) at += 1
  return at
}

/** The lines of a head, without the empty one at its end. */
export function headLines(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  return text.replace(/\r?\n\r?\n$/, '').split(/\r?\n/)
}

/** Null = malformed: a name that is no token, space before the colon, a folded line (RFC 9112, 5). */
export function parseFields(lines: readonly string[]): Fields | null {
  const fields = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase()
    const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')
    if (!TOKEN.test(name) || /[\0\r]/.test(value)) return null
    const before = fields.get(name)
    fields.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return fields
}

export function isToken(text: string): boolean {
  return TOKEN.test(text)
}

/** The members of a list field, in small letters (RFC 9110, 5.6.1). */
export function members(fields: Fields, name: string): string[] {
  const list = (fields.get(name) ?? '').split(',')
  return list.map((member) => member.trim().toLowerCase()).filter((member) => member !== '')
}

/** Content-Length in bytes; -1 = absent, NaN = malformed. The same value repeated counts once (RFC 9112, 6.3). */
export function contentLength(fields: Fields): number {
  if (!fields.has('content-length')) return -1
  const [first = '', ...others] = members(fields, 'content-length')
  if (!/^\d{1,15}$/.test(first) || others.some((other) => other !== first)) return Number.NaN
  return Number(first)
}

/** Whether the connection is to stay open after this message, of HTTP/1.`minor` (RFC 9112, 9.3). */
export function keepsAlive(fields: Fields, minor: number): boolean {
  const options = members(fields, 'connection')
  if (options.includes('close')) return false
  return minor >= 1 || options.includes('keep-alive')
}
