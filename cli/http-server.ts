import { closeSync, readSync } from 'node:fs'
import type { StreamSocket } from '../src/socket/stream-socket.ts'
import { copyFile } from './file-blocks.ts'
import type { FileSite, OpenFile } from './file-site.ts'
import { headEnd, skipEmptyLines } from './http-head.ts'
import { pathOf } from './http-path.ts'
import { type ByteRange, parseRange } from './http-range.ts'
import { type HttpRequest, MAX_HEAD, MAX_REQUEST_LINE, parseRequest } from './http-request.ts'
import { IdleError, TimedStream } from './timed-stream.ts'

/** A file up to this size goes in one piece with its head, bytes. */
const SMALL = 65_536
/** Content that comes with a request is passed over up to this size, bytes; beyond, the connection is closed. */
const MAX_CONTENT = 1 << 20
/** After the last answer the peer gets so long to end its side, milliseconds. */
const LINGER = 2000

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  206: 'Partial Content',
  301: 'Moved Permanently',
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  414: 'URI Too Long',
  416: 'Range Not Satisfiable',
  431: 'Request Header Fields Too Large',
  503: 'Service Unavailable',
  505: 'HTTP Version Not Supported',
}

const nothing = new Uint8Array(0)
/** Used within one call only, so that all connections may share it. */
const scratch = Buffer.allocUnsafeSlow(SMALL + 4096)

/** Serves the files of `site` to one connection by HTTP/1.1 (RFC 9110, 9112). `patience` in milliseconds of idleness. */
export function serveHttp(socket: StreamSocket, site: FileSite, patience: number): void {
  const connection = new HttpConnection(socket, site, patience)
  connection.serve().catch(() => connection.abort())
}

class HttpConnection {
  private readonly stream: TimedStream
  private readonly site: FileSite
  private readonly patience: number
  /** What has come of the next request, or of several. */
  private pending: Uint8Array = nothing

  constructor(socket: StreamSocket, site: FileSite, patience: number) {
    this.stream = new TimedStream(socket, patience)
    this.site = site
    this.patience = patience
  }

  abort(): void {
    this.stream.abort()
  }

  /** One request after another until either side has had enough. */
  async serve(): Promise<void> {
    for (;;) {
      const request = await this.nextRequest()
      if (request === null) break
      if (typeof request === 'number') {
        await this.refuse(request, false, false)
        break
      }
      const open = await this.answer(request)
      if (!open) break
    }
    await this.finish()
  }

  /** The next request, the status that refuses it, or null when no more come. */
  private async nextRequest(): Promise<HttpRequest | number | null> {
    let began = Number.POSITIVE_INFINITY
    for (;;) {
      const from = skipEmptyLines(this.pending, this.pending.length)
      if (from > 0) this.pending = this.pending.subarray(from)
      const { pending } = this
      const end = headEnd(pending, 0, pending.length)
      if (end >= 0) {
        this.pending = pending.subarray(end)
        return parseRequest(pending.subarray(0, end))
      }
      if (pending.length > MAX_REQUEST_LINE && !pending.includes(10)) return 414
      if (pending.length >= MAX_HEAD) return 431
      // A head that comes in drops must be whole in time as well.
      if (pending.length > 0) began = Math.min(began, performance.now())
      if (performance.now() - began > this.patience) return 408
      const count = await this.receive()
      if (count === 0) return pending.length > 0 ? 400 : null
      if (count < 0) return pending.length > 0 ? 408 : null
    }
  }

  /** Bytes added to `pending`; 0 = the peer has ended, -1 = nothing has come for too long. */
  private async receive(): Promise<number> {
    const { pending, stream } = this
    const room = MAX_HEAD - pending.length
    let count = stream.socket.read(scratch.subarray(0, room))
    while (count < 0) {
      try {
        // Of no bytes: only the waiting is wanted, for the memory is everybody's.
        await stream.readable()
      } catch (error) {
        if (error instanceof IdleError) return -1
        throw error
      }
      count = stream.socket.read(scratch.subarray(0, room))
    }
    if (count > 0) {
      const bytes = new Uint8Array(pending.length + count)
      bytes.set(pending)
      bytes.set(scratch.subarray(0, count), pending.length)
      this.pending = bytes
    }
    return count
  }

  /** Answers, and says whether another request may follow. */
  private async answer(request: HttpRequest): Promise<boolean> {
    const open = request.keepAlive && (await this.passContent(request))
    const headOnly = request.method === 'HEAD'
    if (request.method !== 'GET' && !headOnly) return this.refuse(405, open, headOnly, 'Allow: GET, HEAD\r\n')
    const path = pathOf(request.target)
    if (path === null) return this.refuse(400, open, headOnly)
    const found = this.site.open(path)
    switch (found.kind) {
      case 'none':
        return this.refuse(404, open, headOnly)
      case 'unavailable':
        return this.refuse(503, open, headOnly)
      case 'folder':
        return this.refuse(301, open, headOnly, `Location: ${locationOf(path)}\r\n`)
      default:
        try {
          return await this.sendFile(request, found, open, headOnly)
        } finally {
          closeSync(found.fd)
        }
    }
  }

  private async sendFile(request: HttpRequest, file: OpenFile, open: boolean, headOnly: boolean): Promise<boolean> {
    const modified = file.modified.toUTCString()
    const range = rangeOf(request, file.size, modified)
    if (range === 'unsatisfiable') {
      return this.refuse(416, open, headOnly, `Content-Range: bytes */${file.size}\r\n`)
    }
    const { start, length } = range === 'all' ? { start: 0, length: file.size } : range
    let fields = `Content-Type: ${file.type}\r\nContent-Length: ${length}\r\nLast-Modified: ${modified}\r\nAccept-Ranges: bytes\r\n`
    if (range !== 'all') fields += `Content-Range: bytes ${start}-${start + length - 1}/${file.size}\r\n`
    const head = headOf(range === 'all' ? 200 : 206, fields, request.minor, open)
    if (headOnly || length > SMALL) {
      await this.stream.write(Buffer.from(head, 'latin1'))
      if (headOnly) return open
      const sent = await copyFile(file.fd, start, length, (bytes) => this.stream.write(bytes))
      // The peer was told of more, and must not take what it got for the whole.
      if (sent < length) throw new Error('the file has become shorter')
      return open
    }
    const headLength = scratch.write(head, 0, 'latin1')
    const count = readSync(file.fd, scratch, headLength, length, start)
    if (count < length) throw new Error('the file has become shorter')
    await this.writeScratch(headLength + count)
    return open
  }

  /** Writes the shared memory's first bytes, of which only a copy may wait. */
  private async writeScratch(length: number): Promise<void> {
    const bytes = scratch.subarray(0, length)
    const count = this.stream.socket.write(bytes)
    if (count < length) await this.stream.write(bytes.slice(count))
  }

  /** A short answer. Says whether another request may follow. */
  private async refuse(status: number, open: boolean, headOnly: boolean, fields = ''): Promise<boolean> {
    const content = `${status} ${REASONS[status] ?? ''}\n`
    const lines = `Content-Type: text/plain\r\nContent-Length: ${content.length}\r\n${fields}`
    await this.stream.write(Buffer.from(headOf(status, lines, 1, open) + (headOnly ? '' : content), 'latin1'))
    return open
  }

  /** Reads over the content of a request; false = it is too much, or of unknown length. */
  private async passContent(request: HttpRequest): Promise<boolean> {
    if (request.contentLength < 0 || request.contentLength > MAX_CONTENT) return false
    let left = request.contentLength
    for (;;) {
      const held = Math.min(left, this.pending.length)
      this.pending = this.pending.subarray(held)
      left -= held
      if (left === 0) return true
      if ((await this.receive()) <= 0) return false
    }
  }

  /** FIN, then the peer's: closing with something unread would reset the connection, and our answer with it. */
  private async finish(): Promise<void> {
    const { socket } = this.stream
    if (socket.state !== 'CLOSED') socket.shutdown('write')
    const deadline = performance.now() + LINGER
    const stream = new TimedStream(socket, LINGER)
    try {
      while (performance.now() < deadline && (await stream.read(scratch)) > 0);
    } catch {
      // Reset, or too slow.
    }
    this.stream.close()
    stream.close()
  }
}

function rangeOf(request: HttpRequest, size: number, modified: string): ByteRange | 'all' | 'unsatisfiable' {
  const range = request.fields.get('range')
  if (range === undefined || request.method !== 'GET') return 'all'
  const condition = request.fields.get('if-range')
  return condition === undefined || condition === modified ? parseRange(range, size) : 'all'
}

function headOf(status: number, fields: string, minor: number, open: boolean): string {
  const connection = open ? (minor === 0 ? 'Connection: keep-alive\r\n' : '') : 'Connection: close\r\n'
  return `HTTP/1.1 ${status} ${REASONS[status] ?? ''}\r\nServer: estab\r\nDate: ${date()}\r\n${fields}${connection}\r\n`
}

let dateText = ''
let dateSecond = 0

/** Now, made once a second. */
function date(): string {
  const second = Math.floor(Date.now() / 1000)
  if (second !== dateSecond) {
    dateSecond = second
    dateText = new Date(second * 1000).toUTCString()
  }
  return dateText
}

function locationOf(path: string): string {
  return `/${path.split('/').map(encodeURIComponent).join('/')}/`
}
