import { connect, type Socket } from 'node:net'
import { type ControlPath, isAlive, listControls, removeSocket } from './control-directory.ts'
import { errnoOf } from './control-error.ts'

/** Connects to the socket at `path`. Rejects with the system's error. */
export function connectTo(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

/** Whether anybody listens on the socket at `path`, even if we may not connect. */
export async function isServed(path: string): Promise<boolean> {
  try {
    const socket = await connectTo(path)
    socket.destroy()
    return true
  } catch (error) {
    const errno = errnoOf(error)
    return errno !== 'ECONNREFUSED' && errno !== 'ENOENT'
  }
}

/** The control sockets in `directory` that are served. What dead processes have left is removed. */
export async function servedControls(directory: string, uid: number): Promise<ControlPath[]> {
  const served: ControlPath[] = []
  for (const each of listControls(directory, uid)) {
    // A process in another PID namespace seems dead, and answers all the same.
    if (await isServed(each.path)) served.push(each)
    else if (!isAlive(each.pid)) removeSocket(each.path)
  }
  return served
}
