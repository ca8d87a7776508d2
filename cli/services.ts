import type { ServerSocket } from '../src/socket/server-socket.ts'
import { CLOSED, type StreamSocket } from '../src/socket/stream-socket.ts'

const BLOCK = 65_536
/** Used within one call only, so that all connections may share it. */
const scratch = new Uint8Array(BLOCK)

/** Gives every connection that `server` accepts to `serve`. */
export function acceptAll(server: ServerSocket, serve: (socket: StreamSocket) => void): void {
  const accept = () => {
    for (let socket = server.accept(); socket !== null; socket = server.accept()) serve(socket)
  }
  server.onready = accept
  accept()
}

/** Runs `act` now and at every event of the connection; lets the connection go when `act` is done (true) or fails. */
function attend(socket: StreamSocket, act: () => boolean): void {
  const turn = (events: number) => {
    try {
      if (act() || (events & CLOSED) !== 0) socket.close()
    } catch {
      // The peer has gone away; there is nobody to tell.
      socket.close()
    }
  }
  socket.onevent = turn
  turn(0)
}

/** Sends back what comes (RFC 862). */
export function echo(socket: StreamSocket): void {
  /** What was read and did not fit the send buffer: no more is read until it does. */
  let pending = new Uint8Array(0)
  attend(socket, () => {
    for (;;) {
      if (pending.length > 0) {
        pending = pending.subarray(socket.write(pending))
        if (pending.length > 0) return false
      }
      const count = socket.read(scratch)
      if (count <= 0) return count === 0
      const written = socket.write(scratch.subarray(0, count))
      pending = scratch.slice(written, count)
    }
  })
}

/** Throws away what comes (RFC 863). */
export function discard(socket: StreamSocket): void {
  attend(socket, () => {
    for (;;) {
      const count = socket.read(scratch)
      if (count <= 0) return count === 0
    }
  })
}

/** The characters of RFC 864, a line of 72 after another, as a block that can be repeated. */
function generatedCharacters(): Uint8Array {
  const printable = 95
  const lines = Array.from({ length: printable }, (_, line) => {
    const line72 = Array.from({ length: 72 }, (_unused, i) => String.fromCharCode(32 + ((line + i) % printable)))
    return `${line72.join('')}\r\n`
  })
  return new TextEncoder().encode(lines.join('').repeat(8))
}

const characters = generatedCharacters()

/** Sends characters until the peer ends its side, throws away what comes (RFC 864). */
export function source(socket: StreamSocket): void {
  let at = 0
  attend(socket, () => {
    for (;;) {
      const count = socket.read(scratch)
      if (count === 0) return true
      if (count < 0) break
    }
    for (;;) {
      const count = socket.write(at === 0 ? characters : characters.subarray(at))
      if (count === 0) return false
      at = (at + count) % characters.length
    }
  })
}
