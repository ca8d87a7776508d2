/**
 * One TCP socket of the kernel that does what it is told.
 *
 * Arguments: listen|connect ADDRESS PORT. Commands on standard input, a line each: 'write TEXT', 'end', 'reset',
 * 'keepalive'. Writes lines: 'listening PORT', 'connected', 'data TEXT', 'end', 'error CODE', 'closed'.
 */
import { connect, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

const [, , role, address = '', port = ''] = process.argv

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}

function attend(socket: Socket): void {
  socket.setEncoding('latin1')
  socket.on('data', (text) => tell(`data ${text}`))
  socket.on('end', () => tell('end'))
  socket.on('error', (error: NodeJS.ErrnoException) => tell(`error ${error.code}`))
  socket.on('close', () => tell('closed'))
  createInterface({ input: process.stdin }).on('line', (line) => {
    const [command, ...words] = line.split(' ')
    if (command === 'write') socket.write(words.join(' '))
    if (command === 'end') socket.end()
    if (command === 'reset') socket.resetAndDestroy()
    if (command === 'keepalive') socket.setKeepAlive(true, 1000)
  })
}

if (role === 'listen') {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    attend(socket)
    tell('connected')
  })
  server.listen(Number(port), address, () => tell(`listening ${port}`))
} else {
  const socket = connect({ host: address, port: Number(port), allowHalfOpen: true, noDelay: true })
  socket.on('connect', () => tell('connected'))
  attend(socket)
}
