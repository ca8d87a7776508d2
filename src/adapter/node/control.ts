import { chmodSync, existsSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { basename, dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { isMainThread } from 'node:worker_threads'
import type { Host } from '../../stack/host.ts'
import { answerLine, errorLine } from './control-answers.ts'
import { isServed, servedControls } from './control-connection.ts'
import { controlDirectories, controlUser, isSocket, removeSocket, secureDirectory } from './control-directory.ts'
import { ControlError, errnoOf } from './control-error.ts'
import { type ControlAbout, MAX_REQUEST } from './control-protocol.ts'
import { LineSplitter } from './line-splitter.ts'

export interface ControlOptions {
  /** Where the socket is to be; absent: PID.sock in the user's own directory, which is made if need be. */
  readonly path?: string
  /** What the process calls itself; the name of its program if absent. */
  readonly name?: string
}

/** A host's control socket. */
export interface Control {
  readonly path: string
  /** Ends it and removes the socket. */
  close(): void
}

/** Hosts of one process that may have a control socket. */
const MAX_HOSTS = 1000
const MAX_CLIENTS = 16
/** A client that says nothing, and takes nothing, for so long is sent away; milliseconds. */
const PATIENCE = 30_000
const LAST_WORDS = 1000
/** Octets of a path that a socket's address can hold (`sun_path`). */
const MAX_PATH = process.platform === 'linux' ? 107 : 103

/** Those to be removed when the process ends without having closed them. */
const open = new Set<string>()

function removeAll(): void {
  for (const path of open) removeSocket(path)
}

/**
 * Lets `host` be asked from outside, by `estab ss`, `sysctl` and `nstat`: opens a Unix domain socket that only this
 * user may use. It does not keep the process alive. Throws ControlError.
 */
export async function openControl(host: Host, options: ControlOptions = {}): Promise<Control> {
  const about: ControlAbout = { pid: process.pid, name: options.name ?? basename(process.argv[1] ?? 'node') }
  const clients = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    clients.add(socket)
    socket.on('close', () => clients.delete(socket))
    serve(host, about, socket)
  })
  server.maxConnections = MAX_CLIENTS
  const path = options.path === undefined ? await bindOwn(server) : await bindGiven(server, resolve(options.path))
  // The host must not fail because its view does.
  server.on('error', () => {})
  server.unref()
  if (open.size === 0) process.on('exit', removeAll)
  open.add(path)
  return {
    path,
    close() {
      open.delete(path)
      if (open.size === 0) process.off('exit', removeAll)
      server.close()
      for (const client of clients) client.destroy()
    },
  }
}

function serve(host: Host, about: ControlAbout, socket: Socket): void {
  socket.unref()
  socket.setTimeout(PATIENCE, () => socket.destroy())
  async function* answers(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
    const splitter = new LineSplitter(MAX_REQUEST)
    let overlong = false
    for await (const bytes of source) {
      if (overlong) continue
      let lines: string[]
      try {
        lines = splitter.push(bytes)
      } catch (error) {
        yield errorLine((error as Error).message)
        // What else it sends is thrown away for a moment, so that it comes to read this.
        overlong = true
        setTimeout(() => socket.destroy(), LAST_WORDS).unref()
        continue
      }
      for (const line of lines) yield* answerLine(host, about, line)
    }
  }
  // A client that goes away in the middle is no failure.
  pipeline(socket, answers, socket).catch(() => {})
}

/** In the user's own directory, under the process's number. */
async function bindOwn(server: Server): Promise<string> {
  const user = controlUser()
  const [directory = ''] = controlDirectories(user)
  secureDirectory(directory, user.uid)
  await servedControls(directory, user.uid)
  for (let number = 1; number <= MAX_HOSTS; number += 1) {
    const path = join(directory, number === 1 ? `${process.pid}.sock` : `${process.pid}-${number}.sock`)
    if (await bind(server, path)) return path
  }
  throw new ControlError('ERR_CONTROL_BUSY', `this process has ${MAX_HOSTS} control sockets already`)
}

async function bindGiven(server: Server, path: string): Promise<string> {
  if (await bind(server, path)) return path
  throw new ControlError('ERR_CONTROL_BUSY', `another process listens on ${path}: choose another path`)
}

/** Listens on `path`, in place of a socket that nobody serves any more; false = somebody does. */
async function bind(server: Server, path: string): Promise<boolean> {
  if (Buffer.byteLength(path) > MAX_PATH) {
    throw new ControlError('ERR_CONTROL_PATH', `${path} is too long for a socket: at most ${MAX_PATH} octets`)
  }
  if (await listenAt(server, path)) return true
  if (!isSocket(path))
    throw new ControlError('ERR_CONTROL_PATH', `${path} is there, and no socket: choose another path`)
  if (await isServed(path)) return false
  removeSocket(path)
  return listenAt(server, path)
}

/** Makes a socket that only this user may connect to; false = there is something already. */
function listenAt(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      if (errnoOf(error) === 'EADDRINUSE') resolve(false)
      else reject(listenError(path, error))
    }
    server.once('error', fail)
    // No moment in which others could connect. A worker cannot set the mask: its socket is closed to them right after.
    const mask = isMainThread ? process.umask(0o177) : 0
    try {
      server.listen({ path, exclusive: true }, () => {
        server.off('error', fail)
        resolve(true)
      })
    } finally {
      if (isMainThread) process.umask(mask)
    }
    if (!isMainThread && server.listening) chmodSync(path, 0o600)
  })
}

function listenError(path: string, error: Error): ControlError {
  // libuv has EACCES for a directory that is not there, too.
  if (!existsSync(dirname(path))) {
    return new ControlError('ERR_CONTROL_PATH', `there is no directory ${dirname(path)}`, error)
  }
  const errno = errnoOf(error)
  if (errno === 'EACCES' || errno === 'EPERM') {
    return new ControlError('ERR_CONTROL_PERMISSION', `this user may make no socket at ${path}`, error)
  }
  return new ControlError('ERR_CONTROL_SYSTEM', `no socket could be made at ${path}: ${errno}`, error)
}
