/**
 * A TCP peer over sockets of the kernel, for tests of what curl and the like cannot be asked to do.
 *
 * Arguments: listen|connect ADDRESS PORT BEHAVIOUR [BYTES]
 *   echo    sends back what comes, ends when the peer ends
 *   answer  reads to the peer's end, then sends BYTES and ends
 *   source  sends BYTES and ends at once, reads to the peer's end: it half-closes first
 *   both    sends BYTES and reads at the same time
 *   reset   aborts the connection at the first data
 * Writes 'listening PORT' or 'connected', and for each connection that is over a line 'closed {...}' (PeerReport).
 */
import { createHash } from 'node:crypto'
import { connect, createServer, type Socket } from 'node:net'
import { patternBlock } from './pattern.ts'

export interface PeerReport {
  received: number
  /** SHA-256 of what was received, in hex. */
  hash: string
  sent: number
  /** The peer has ended its side. */
  ended: boolean
  /** 'ECONNRESET' and the like; '' when the connection closed in order. */
  error: string
  milliseconds: number
}

const [, , role, address = '', port = '', behaviour = '', bytes = '0'] = process.argv

/** Sends `total` bytes of the pattern as fast as the socket takes them, then ends. */
function send(socket: Socket, total: number, onsent: (count: number) => void): void {
  const block = patternBlock()
  let left = total
  const more = () => {
    while (left > 0) {
      const piece = left < block.length ? block.subarray(0, left) : block
      left -= piece.length
      onsent(piece.length)
      if (!socket.write(piece)) {
        socket.once('drain', more)
        return
      }
    }
    socket.end()
  }
  more()
}

function serve(socket: Socket): void {
  const started = performance.now()
  const hash = createHash('sha256')
  const report: PeerReport = { received: 0, hash: '', sent: 0, ended: false, error: '', milliseconds: 0 }
  const count = (sent: number) => {
    report.sent += sent
  }
  socket.on('data', (chunk) => {
    report.received += chunk.length
    hash.update(chunk)
    if (behaviour === 'reset') socket.resetAndDestroy()
    if (behaviour === 'echo') {
      count(chunk.length)
      if (!socket.write(chunk)) {
        socket.pause()
        socket.once('drain', () => socket.resume())
      }
    }
  })
  socket.on('end', () => {
    report.ended = true
    if (behaviour === 'echo') socket.end()
    if (behaviour === 'answer') send(socket, Number(bytes), count)
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    report.error = error.code ?? error.message
  })
  socket.on('close', () => {
    report.hash = hash.digest('hex')
    report.milliseconds = performance.now() - started
    process.stdout.write(`closed ${JSON.stringify(report)}\n`)
  })
  if (behaviour === 'source' || behaviour === 'both') send(socket, Number(bytes), count)
}

if (role === 'listen') {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, serve)
  server.listen(Number(port), address, () => {
    process.stdout.write(`listening ${(server.address() as { port: number }).port}\n`)
  })
} else {
  const socket = connect({ host: address, port: Number(port), allowHalfOpen: true, noDelay: true })
  socket.on('connect', () => process.stdout.write('connected\n'))
  serve(socket)
}
