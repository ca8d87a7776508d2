import { READABLE, type ServerSocket, type StreamSocket, WRITABLE } from 'estab'

const ROOM = 65_536
const SOURCE = new Uint8Array(ROOM).fill(0x2e)

/** What a server application of the sandbox does with each connection. */
export function serve(server: ServerSocket, service: 'echo' | 'discard' | 'source'): void {
  const attend = { echo, discard, source }[service]
  server.onready = () => {
    for (let socket = server.accept(); socket !== null; socket = server.accept()) attend(socket)
  }
}

/** RFC 862: sends back what comes, and closes after the peer. */
function echo(socket: StreamSocket): void {
  const into = new Uint8Array(ROOM)
  let held = into.subarray(0, 0)
  attend(socket, () => {
    do {
      if (held.length > 0) held = held.subarray(socket.write(held))
      // Only a write that was refused is told of when there is room again.
      if (held.length > 0) return
      held = into.subarray(0, socket.readable > 0 ? Math.max(0, socket.read(into)) : 0)
    } while (held.length > 0)
    if (socket.ended) socket.close()
  })
}

/** RFC 863: throws away what comes, and closes after the peer. */
function discard(socket: StreamSocket): void {
  const into = new Uint8Array(ROOM)
  attend(socket, () => {
    while (socket.readable > 0 && socket.read(into) > 0);
    if (socket.ended) socket.close()
  })
}

/** RFC 864, in spirit: sends until the peer closes. */
function source(socket: StreamSocket): void {
  const into = new Uint8Array(ROOM)
  attend(socket, () => {
    while (socket.readable > 0 && socket.read(into) > 0);
    if (socket.ended) socket.close()
    else while (socket.writable > 0 && socket.write(SOURCE) === ROOM);
  })
}

/** Calls `act` now and whenever there is something to read or room to write; a connection that has failed is let go. */
function attend(socket: StreamSocket, act: () => void): void {
  socket.onevent = (events) => {
    if (socket.error !== '') socket.close()
    else if (events & (READABLE | WRITABLE)) act()
  }
  act()
}
