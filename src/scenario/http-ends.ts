import { CONNECTED, type StreamSocket } from '../socket/stream-socket.ts'
import { type HttpMessage, httpBytes, takeMessage } from './http-message.ts'
import { Inbox } from './inbox.ts'

/** Answers a request, now or later. */
export type Answer = (request: HttpMessage, reply: (response: Uint8Array) => void) => void

/** The server's end of a connection: answers requests one by one, and closes after the one that says so, or after the client. */
export function answerHttp(socket: StreamSocket, answer: Answer): void {
  const inbox = new Inbox()
  socket.onevent = () => {
    inbox.fill(socket)
    const request = takeMessage(inbox)
    if (request !== null) {
      answer(request, (response) => {
        socket.write(response)
        if (request.fields.get('connection') === 'close') socket.close()
      })
    } else if (socket.ended) socket.close()
  }
}

/** The client's end of a connection: one request after the other, each when the answer to the one before has come. */
export class HttpClient {
  readonly socket: StreamSocket
  private readonly inbox = new Inbox()
  private request: Uint8Array = new Uint8Array(0)
  private onresponse: (response: HttpMessage) => void = () => {}

  /** Takes the socket's `onevent` for itself. */
  constructor(socket: StreamSocket) {
    this.socket = socket
    socket.onevent = (events) => {
      if (events & CONNECTED) this.send()
      this.receive()
    }
  }

  /** Asks for `path` as soon as there is a connection; `onresponse` gets the answer. */
  get(path: string, fields: readonly string[], onresponse: (response: HttpMessage) => void): void {
    this.request = httpBytes(`GET ${path} HTTP/1.1`, ['Host: server', ...fields])
    this.onresponse = onresponse
    if (this.socket.state === 'ESTABLISHED') this.send()
  }

  close(): void {
    this.socket.close()
  }

  private send(): void {
    this.socket.write(this.request)
  }

  private receive(): void {
    this.inbox.fill(this.socket)
    const response = takeMessage(this.inbox)
    if (response !== null) this.onresponse(response)
    if (this.socket.ended) this.socket.close()
  }
}
