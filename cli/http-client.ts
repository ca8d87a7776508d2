import { ChunkedDecoder } from './chunked.ts'
import { Failure } from './failure.ts'
import { headEnd } from './http-head.ts'
import { type HttpResponse, parseResponse } from './http-response.ts'
import type { HttpUrl } from './http-url.ts'
import type { TimedStream } from './timed-stream.ts'

const MAX_HEAD = 65_536

/** Takes content; the bytes are only good until the promise resolves. */
export type Sink = (bytes: Uint8Array) => Promise<void>

/** A GET on a connection of its own. */
export class HttpGet {
  private readonly stream: TimedStream
  private readonly url: HttpUrl
  /** Content that came along with the head. */
  private rest: Uint8Array = new Uint8Array(0)

  constructor(stream: TimedStream, url: HttpUrl) {
    this.stream = stream
    this.url = url
  }

  /** Sends the request and resolves to the final response's head (RFC 9110, 15.2: those of 1xx are passed over). */
  async head(fields: readonly string[] = []): Promise<HttpResponse> {
    const { authority, target } = this.url
    const own = ['User-Agent: estab', 'Accept: */*', 'Connection: close']
    const lines = [`GET ${target} HTTP/1.1`, `Host: ${authority}`, ...own, ...fields, '', '']
    await this.stream.write(Buffer.from(lines.join('\r\n'), 'latin1'))
    for (;;) {
      const response = parseResponse(await this.nextHead())
      if (response === null) throw new Failure('the answer is no HTTP/1.1 response that could be understood')
      if (response.status >= 200) return response
    }
  }

  /** Hands all content to `sink`. Rejects with Failure when it ends too early. */
  async content(response: HttpResponse, sink: Sink): Promise<void> {
    const { framing } = response
    switch (framing.kind) {
      case 'length':
        return this.byLength(framing.length, sink)
      case 'chunked':
        return this.byChunks(sink)
      default:
        return this.toEnd(sink)
    }
  }

  private async nextHead(): Promise<Uint8Array> {
    const chunk = new Uint8Array(MAX_HEAD)
    for (;;) {
      const end = headEnd(this.rest, 0, this.rest.length)
      if (end >= 0) {
        const head = this.rest.subarray(0, end)
        this.rest = this.rest.subarray(end)
        return head
      }
      if (this.rest.length >= MAX_HEAD) throw new Failure('the head of the answer is too large')
      const count = await this.stream.read(chunk)
      if (count === 0) throw new Failure('the connection ended before an answer came')
      this.rest = Buffer.concat([this.rest, chunk.subarray(0, count)])
    }
  }

  private async byLength(length: number, sink: Sink): Promise<void> {
    let left = length
    await this.pieces(async (bytes) => {
      const piece = bytes.length > left ? bytes.subarray(0, left) : bytes
      left -= piece.length
      await sink(piece)
      return left > 0
    }, left > 0)
    if (left > 0) throw new Failure(`the connection ended after ${length - left} of ${length} bytes`)
  }

  private async byChunks(sink: Sink): Promise<void> {
    let found: Uint8Array[] = []
    const decoder = new ChunkedDecoder((bytes) => found.push(bytes))
    await this.pieces(async (bytes) => {
      if (!decoder.push(bytes)) throw new Failure('the answer breaks the chunked transfer coding')
      for (const content of found) await sink(content)
      found = []
      return !decoder.done
    }, true)
    if (!decoder.done) throw new Failure('the connection ended within the chunked content')
  }

  private async toEnd(sink: Sink): Promise<void> {
    await this.pieces(async (bytes) => {
      await sink(bytes)
      return true
    }, true)
  }

  /** What has come and what comes, while `take` wants more. */
  private async pieces(take: (bytes: Uint8Array) => Promise<boolean>, wanted: boolean): Promise<void> {
    if (!wanted) return
    if (this.rest.length > 0 && !(await take(this.rest))) return
    const block = Buffer.allocUnsafeSlow(1 << 18)
    for (;;) {
      const count = await this.stream.read(block)
      if (count === 0 || !(await take(block.subarray(0, count)))) return
    }
  }
}
