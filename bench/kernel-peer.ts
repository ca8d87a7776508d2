import { connect, createServer } from 'node:net'

/**
 * One end of a bulk transfer over the kernel's own TCP, run inside a network namespace.
 * `serve ADDRESS`: source on port 19, discard on port 9. `receive ADDRESS SECONDS` and
 * `send ADDRESS SECONDS` print the Mbit/s they saw.
 */

const [, , mode = '', address = '', duration = '3'] = process.argv
const CHUNK = 262_144

/** The first second is not counted: windows open. */
const WARM_UP = 1000

function serve(): void {
  const chunk = Buffer.alloc(CHUNK, 7)
  createServer((socket) => {
    socket.on('error', () => {})
    const fill = () => {
      while (socket.write(chunk)) {}
    }
    socket.on('drain', fill)
    fill()
  }).listen(19, address)
  createServer((socket) => {
    socket.on('error', () => {})
    socket.resume()
  }).listen(9, address, () => process.stdout.write('listening\n'))
}

/** Prints the rate at which `count` grows. */
function report(count: () => number): void {
  setTimeout(() => {
    const start = process.hrtime.bigint()
    const before = count()
    setTimeout(() => {
      const seconds = Number(process.hrtime.bigint() - start) / 1e9
      process.stdout.write(`${Math.round((8 * (count() - before)) / seconds / 1e6)}\n`, () => process.exit(0))
    }, 1000 * Number(duration))
  }, WARM_UP)
}

function receive(): void {
  let received = 0
  const buffer = Buffer.alloc(CHUNK)
  const socket = connect({
    host: address,
    port: 19,
    onread: {
      buffer,
      callback: (count) => {
        received += count
        return true
      },
    },
  })
  socket.on('connect', () => report(() => received))
}

function send(): void {
  const chunk = Buffer.alloc(CHUNK, 7)
  const socket = connect({ host: address, port: 9 })
  const fill = () => {
    while (socket.write(chunk)) {}
  }
  socket.on('drain', fill)
  socket.on('connect', () => {
    fill()
    report(() => socket.bytesWritten - socket.writableLength)
  })
}

if (mode === 'serve') serve()
else if (mode === 'receive') receive()
else if (mode === 'send') send()
else process.exit(1)
