import { existsSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import sirv from 'sirv'
import { Failure } from './failure.ts'

/** What `npm run build` has made of lab/. */
const BUILT = fileURLToPath(new URL('../lab/', import.meta.url))
const LOOPBACK = '127.0.0.1'
/** The names by which a browser on this machine may ask; any other was pointed here by somebody else (DNS rebinding). */
const NAMES: ReadonlySet<string> = new Set([LOOPBACK, 'localhost'])
const DEFAULT_PORT = 5180
/** So many ports are tried where none is asked for. */
const PORTS = 20

/** What the page needs and no more: no script, style, worker or connection comes from anywhere else. */
const POLICY = [
  "default-src 'self'",
  "font-src 'self' data:",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
]

const HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-cache',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

export interface LabServerOptions {
  /** 0 = any free one; absent: 5180, or the next that is free. */
  readonly port?: number
  /** Where the built lab is, if not beside this program. */
  readonly folder?: string
}

/** The lab on loopback, for browsers of this machine. */
export class LabServer {
  /** 'http://127.0.0.1:5180/' */
  readonly address: string
  /** Its upgrades are free for WebSockets. */
  readonly server: Server

  private constructor(server: Server) {
    this.server = server
    this.address = `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/`
  }

  /** Rejects with Failure when the lab is not built, or no port is free. */
  static async open({ port, folder = BUILT }: LabServerOptions = {}): Promise<LabServer> {
    if (!existsSync(`${folder}/index.html`)) {
      throw new Failure(`the lab is not built, there is no ${folder}index.html: run \`npm run build\` first`)
    }
    const server = createServer(answerer(folder))
    const tries = port === undefined ? Array.from({ length: PORTS }, (_, i) => DEFAULT_PORT + i) : [port]
    for (const each of tries) if (await listens(server, each)) return new LabServer(server)
    const busy = port === undefined ? `ports ${tries[0]} to ${tries.at(-1)} are` : `port ${port} is`
    throw new Failure(`${busy} in use on ${LOOPBACK}: choose another one by its number, or 0 for any that is free`)
  }

  close(): void {
    this.server.close()
    this.server.closeAllConnections()
  }
}

/** Whether a request was made for this machine by its own name. */
export function isForUs({ headers }: IncomingMessage): boolean {
  return NAMES.has((headers.host ?? '').replace(/:\d+$/, ''))
}

function answerer(folder: string): (request: IncomingMessage, response: ServerResponse) => void {
  const files = sirv(folder, { etag: true })
  return (request, response) => {
    const policy = [...POLICY, `connect-src 'self' ws://${request.headers.host ?? ''}`].join('; ')
    if (!isForUs(request)) refuse(response, 403, 'ask by the name localhost or 127.0.0.1')
    else if (request.method !== 'GET' && request.method !== 'HEAD') refuse(response, 405, 'only GET and HEAD')
    else {
      for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
      response.setHeader('Content-Security-Policy', policy)
      files(request, response, () => refuse(response, 404, 'there is no such file in the lab'))
    }
  }
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' })
  response.end(`${why}\n`)
}

/** False = the port is taken. */
function listens(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else reject(new Failure(`the lab cannot be served on ${LOOPBACK} port ${port}: ${error.message}`))
    }
    server.once('error', fail)
    server.listen(port, LOOPBACK, () => {
      server.off('error', fail)
      resolve(true)
    })
  })
}
