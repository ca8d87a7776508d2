import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Live, LiveEntry } from '../src/adapter/node/index.ts'
import { isForUs, type LabServer } from './lab-server.ts'

const PATH = '/live'
const MAX_FOLLOWERS = 8
/** Who does not say the token so soon is sent away, milliseconds. */
const PATIENCE = 5000
/** No honest message is longer, bytes. */
const MAX_MESSAGE = 4096
/** WebSocket close codes of our own (RFC 6455, 7.4.2). */
const WRONG_TOKEN = 4401
const TOO_MANY = 4429

/**
 * Lets pages of the lab follow a host through WebSockets. Whoever may open one must come from a page that this very
 * server gave (Origin), and say the token that stands in the address it printed.
 */
export class LiveServer {
  /** 'http://127.0.0.1:5180/#live=...': what stands behind '#' is sent to no server. */
  readonly address: string
  private readonly token = randomBytes(18).toString('base64url')
  private readonly sockets: WebSocketServer
  private readonly live: Live

  constructor(lab: LabServer, live: Live) {
    this.live = live
    this.address = `${lab.address}#live=${this.token}`
    this.sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE, perMessageDeflate: false })
    lab.server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head))
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {})
    const { headers, url } = request
    if (!isForUs(request) || headers.origin !== `http://${headers.host}`) refuse(socket, '403 Forbidden')
    else if (url !== PATH) refuse(socket, '404 Not Found')
    else this.sockets.handleUpgrade(request, socket, head, (websocket) => this.admit(websocket))
  }

  private admit(websocket: WebSocket): void {
    websocket.on('error', () => {})
    if (this.sockets.clients.size > MAX_FOLLOWERS) {
      websocket.close(TOO_MANY, `${MAX_FOLLOWERS} follow this host already`)
      return
    }
    const impatient = setTimeout(() => websocket.close(WRONG_TOKEN, 'no token'), PATIENCE)
    websocket.once('close', () => clearTimeout(impatient))
    websocket.once('message', (data) => {
      clearTimeout(impatient)
      if (this.isToken(String(data))) this.follow(websocket)
      else websocket.close(WRONG_TOKEN, 'wrong token')
    })
  }

  private follow(websocket: WebSocket): void {
    const follower = {
      get waiting() {
        return websocket.bufferedAmount
      },
      send: (text: string) => websocket.send(text),
    }
    const { hear, leave } = this.live.follow(follower)
    websocket.on('message', (data) => hear(String(data)))
    websocket.once('close', leave)
  }

  private isToken(text: string): boolean {
    let entry: Partial<LiveEntry> | null
    try {
      entry = JSON.parse(text)
    } catch {
      return false
    }
    const [given, known] = [Buffer.from(String(entry?.token)), Buffer.from(this.token)]
    return given.length === known.length && timingSafeEqual(given, known)
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
