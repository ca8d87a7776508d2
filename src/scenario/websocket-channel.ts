import { CONNECTED, type StreamSocket } from '../socket/stream-socket.ts'
import { encodeUtf8 } from '../trace/utf8.ts'
import { type HttpMessage, httpBytes, takeMessage } from './http-message.ts'
import { asciiText, Inbox } from './inbox.ts'
import { CLOSE, frameBytes, TEXT, takeFrame, type WebSocketFrame } from './websocket-frame.ts'

/** The example of RFC 6455, 1.3: the client's key, and what a server makes of it. */
const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
export const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
/** The status of a Close frame (RFC 6455, 7.4.1) for a broken rule. */
const PROTOCOL_ERROR = 1002

/** One end of a WebSocket, from its upgrade on. */
export class Channel {
  readonly socket: StreamSocket
  /** The request or response that upgraded it; null before. */
  upgrade: HttpMessage | null = null
  /** Frames that have come, and when. */
  readonly frames: { readonly frame: WebSocketFrame; readonly at: number }[] = []
  protected readonly inbox = new Inbox()
  private readonly now: () => number
  private readonly key: Uint8Array | undefined

  /** `key`: what it masks its frames with. */
  constructor(socket: StreamSocket, now: () => number, key?: Uint8Array) {
    this.socket = socket
    this.now = now
    this.key = key
    socket.onevent = (events) => {
      if (events & CONNECTED) this.begin()
      this.inbox.fill(socket)
      this.receive()
      if (socket.ended) socket.close()
    }
  }

  say(text: string): void {
    this.send(TEXT, encodeUtf8(text))
  }

  /** Says that this is the end, and why. */
  sayClose(status: number): void {
    this.send(CLOSE, Uint8Array.of(status >>> 8, status & 0xff))
  }

  get texts(): string[] {
    return this.frames.filter(({ frame }) => frame.opcode === TEXT).map(({ frame }) => asciiText(frame.payload))
  }

  /** The status that the other end has closed with; 0 = it has not. */
  get closeStatus(): number {
    const [high = 0, low = 0] = this.frames.find(({ frame }) => frame.opcode === CLOSE)?.frame.payload ?? []
    return (high << 8) | low
  }

  protected begin(): void {}

  protected upgraded(): void {}

  protected took(_frame: WebSocketFrame): void {}

  private send(opcode: number, payload: Uint8Array): void {
    this.socket.write(frameBytes(opcode, payload, this.key))
  }

  private receive(): void {
    if (this.upgrade === null) {
      this.upgrade = takeMessage(this.inbox)
      if (this.upgrade === null) return
      this.upgraded()
    }
    for (let frame = takeFrame(this.inbox); frame !== null; frame = takeFrame(this.inbox)) {
      this.frames.push({ frame, at: this.now() })
      this.took(frame)
    }
  }
}

/** A client: asks for the upgrade as soon as it is connected, and leaves the closing of the connection to the server. */
export class ClientChannel extends Channel {
  protected override begin(): void {
    const fields = ['Host: server', 'Upgrade: websocket', 'Connection: Upgrade']
    this.socket.write(
      httpBytes('GET /chat HTTP/1.1', [...fields, `Sec-WebSocket-Key: ${KEY}`, 'Sec-WebSocket-Version: 13']),
    )
  }
}

/** A server that knows one key, the example's. It answers a Close with a Close, and closes on what is not masked (RFC 6455, 5.1). */
export class ServerChannel extends Channel {
  private readonly accept: string

  /** `accept`: what it makes of the key. */
  constructor(socket: StreamSocket, now: () => number, accept = ACCEPT) {
    super(socket, now)
    this.accept = accept
  }

  protected override upgraded(): void {
    if (this.upgrade?.fields.get('sec-websocket-key') !== KEY) {
      this.socket.close()
      return
    }
    const fields = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${this.accept}`]
    this.socket.write(httpBytes('HTTP/1.1 101 Switching Protocols', fields))
  }

  protected override took(frame: WebSocketFrame): void {
    if (frame.masked && frame.opcode !== CLOSE) return
    this.sayClose(frame.masked ? this.closeStatus : PROTOCOL_ERROR)
    this.socket.close()
  }
}
