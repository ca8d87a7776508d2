/**
 * One TCP socket of the kernel that does what it is told.
 *
 * Arguments: listen|connect ADDRESS PORT [LOCALPORT]. Commands on standard input, a line each: 'write TEXT', 'end',
 * 'reset', 'keepalive', 'pause' (nothing is read until 'resume'), 'set OPTION VALUE' (OPTIONS below). Writes lines:
 * 'listening PORT', 'connected', 'data TEXT', 'end', 'error CODE', 'closed'.
 */
import { connect, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import koffi from 'koffi'

const [, , role, address = '', port = '', localPort = '0'] = process.argv

const IPPROTO_TCP = 6
const OPTIONS: Readonly<Record<string, number>> = {
  TCP_KEEPIDLE: 4,
  TCP_KEEPINTVL: 5,
  TCP_KEEPCNT: 6,
  TCP_USER_TIMEOUT: 18,
}

/** Node sets few options itself. */
function setOption(socket: Socket, name: string, value: number): void {
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle
  const setsockopt = koffi.load(null).func('int setsockopt(int fd, int level, int name, int *value, uint32_t length)')
  if (setsockopt(fd, IPPROTO_TCP, OPTIONS[name], [value], 4) < 0) throw new Error(`${name}: errno ${koffi.errno()}`)
}

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
    if (command === 'pause') socket.pause()
    if (command === 'resume') socket.resume()
    if (command === 'set') setOption(socket, words[0] ?? '', Number(words[1]))
  })
}

if (role === 'listen') {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    attend(socket)
    tell('connected')
  })
  server.listen(Number(port), address, () => tell(`listening ${port}`))
} else {
  const to = { host: address, port: Number(port), localPort: Number(localPort) }
  const socket = connect({ ...to, allowHalfOpen: true, noDelay: true })
  socket.on('connect', () => tell('connected'))
  attend(socket)
}
