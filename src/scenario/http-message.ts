import { encodeUtf8 } from '../trace/utf8.ts'
import type { TcpSegment } from '../wire/tcp.ts'
import { asciiText, type Inbox } from './inbox.ts'

const END_OF_HEAD = '\r\n\r\n'
/** Bytes of a segment that are looked at for a ladder. */
const LONGEST_HEAD = 512

/** A request or a response of HTTP/1.1 (RFC 9112), in ASCII; a body has its length in Content-Length. */
export interface HttpMessage {
  /** 'GET / HTTP/1.1', 'HTTP/1.1 200 OK'. */
  readonly startLine: string
  /** By names in lower case. */
  readonly fields: ReadonlyMap<string, string>
  readonly body: string
}

/** The bytes of a message; `fields` as they are written ('Cookie: a=b'). A response has a Content-Length always. */
export function httpBytes(startLine: string, fields: readonly string[] = [], body = ''): Uint8Array {
  const counted = body !== '' || startLine.startsWith('HTTP/1.1 2')
  const length = counted ? [`Content-Length: ${body.length}`] : []
  return encodeUtf8([startLine, ...fields, ...length].join('\r\n') + END_OF_HEAD + body)
}

/** Takes the first message out of `inbox`; null when it has not come as a whole. */
export function takeMessage(inbox: Inbox): HttpMessage | null {
  const text = asciiText(inbox.bytes)
  const head = text.indexOf(END_OF_HEAD)
  if (head < 0) return null
  const [startLine = '', ...lines] = text.slice(0, head).split('\r\n')
  const fields = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    fields.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
  }
  const start = head + END_OF_HEAD.length
  const end = start + Number(fields.get('content-length') ?? 0)
  if (text.length < end) return null
  inbox.take(end)
  return { startLine, fields, body: text.slice(start, end) }
}

/** For a ladder: the first line of the HTTP message that begins in `segment`, with the field that matters most; '' if none begins. */
export function httpLine({ bytes, payloadStart, payloadLength }: TcpSegment): string {
  const text = asciiText(bytes.subarray(payloadStart, payloadStart + Math.min(payloadLength, LONGEST_HEAD)))
  const [line = ''] = /^([A-Z]+ [^ \r\n]+ HTTP\/1\.1|HTTP\/1\.1 [^\r\n]*)/.exec(text) ?? []
  const field = line === '' ? null : /\r\n((?:Set-Cookie|Cookie|Location|Upgrade): [^\r\n]*)\r/.exec(text)
  return field === null ? line : `${line}, ${field[1]}`
}
