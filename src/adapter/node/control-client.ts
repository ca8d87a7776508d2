import type { Socket } from 'node:net'
import { connectTo, servedControls } from './control-connection.ts'
import { type ControlPath, controlDirectories, controlUser } from './control-directory.ts'
import { ControlError, errnoOf } from './control-error.ts'
import { type ControlKind, type ControlQuestions, MAX_REPLY } from './control-protocol.ts'
import { LineSplitter } from './line-splitter.ts'

/** How long an answer may take to come, milliseconds. */
const PATIENCE = 10_000

/** The control sockets of this user's processes; those of dead processes are removed. Throws ControlError. */
export async function findControls(): Promise<ControlPath[]> {
  const user = controlUser()
  const found: ControlPath[] = []
  for (const directory of controlDirectories(user)) found.push(...(await servedControls(directory, user.uid)))
  return found
}

/** Asks the process behind the control socket at `path`. Rejects with ControlError. */
export async function askControl<K extends ControlKind>(
  path: string,
  kind: K,
  request: ControlQuestions[K]['request'],
): Promise<ControlQuestions[K]['answer']> {
  const socket = await connectTo(path).catch((error) => {
    throw connectError(path, error)
  })
  socket.setTimeout(PATIENCE, () =>
    socket.destroy(new ControlError('ERR_CONTROL_PROTOCOL', `no answer has come from ${path}: the process is busy`)),
  )
  socket.end(`${JSON.stringify({ ...request, ask: kind })}\n`)
  try {
    return (await readAnswer(path, socket)) as ControlQuestions[K]['answer']
  } catch (error) {
    if (error instanceof ControlError) throw error
    throw new ControlError('ERR_CONTROL_GONE', `the process at ${path} has gone away: ${errnoOf(error)}`, error)
  } finally {
    socket.destroy()
  }
}

async function readAnswer(path: string, socket: Socket): Promise<unknown> {
  const splitter = new LineSplitter(MAX_REPLY)
  const parts: unknown[] = []
  for await (const bytes of socket) {
    for (const line of linesOf(path, splitter, bytes)) {
      const reply = parse(path, line)
      if (typeof reply.error === 'string') throw new ControlError('ERR_CONTROL_REFUSED', reply.error)
      if (Array.isArray(reply.part)) {
        for (const each of reply.part) parts.push(each)
      } else if (reply.answer !== undefined) {
        return Array.isArray(reply.answer) ? [...parts, ...reply.answer] : reply.answer
      } else {
        throw stranger(path)
      }
    }
  }
  throw new ControlError('ERR_CONTROL_GONE', `the process at ${path} has gone away before it answered`)
}

function linesOf(path: string, splitter: LineSplitter, bytes: Uint8Array): string[] {
  try {
    return splitter.push(bytes)
  } catch {
    throw stranger(path)
  }
}

function parse(path: string, line: string): Readonly<Record<string, unknown>> {
  try {
    const reply: unknown = JSON.parse(line)
    if (typeof reply === 'object' && reply !== null) return reply as Readonly<Record<string, unknown>>
  } catch {
    // As below.
  }
  throw stranger(path)
}

function stranger(path: string): ControlError {
  return new ControlError('ERR_CONTROL_PROTOCOL', `what listens on ${path} is no control socket of estab's`)
}

function connectError(path: string, error: Error): ControlError {
  switch (errnoOf(error)) {
    case 'ENOENT':
      return new ControlError('ERR_CONTROL_GONE', `there is no socket at ${path}`, error)
    case 'ECONNREFUSED':
      return new ControlError('ERR_CONTROL_GONE', `nobody listens on ${path} any more`, error)
    case 'EACCES':
    case 'EPERM':
      return new ControlError(
        'ERR_CONTROL_PERMISSION',
        `this user may not use ${path}: only the user whose process it is may, and root`,
        error,
      )
    default:
      return new ControlError('ERR_CONTROL_SYSTEM', `${path} could not be reached: ${errnoOf(error)}`, error)
  }
}
