import { lstatSync, mkdirSync, readdirSync, type Stats, unlinkSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { ControlError, errnoOf } from './control-error.ts'

/** Access for others than the owner. */
const OTHERS = 0o077
/** A process may have several hosts: 17.sock, 17-2.sock ... */
const NAME = /^(\d+)(?:-\d+)?\.sock$/

/** Who looks, and where. */
export interface ControlUser {
  readonly uid: number
  /** XDG_RUNTIME_DIR; '' = not set. */
  readonly runtimeDirectory: string
  /** ESTAB_CONTROL_DIR, which goes before all else; '' = not set. */
  readonly controlDirectory: string
}

/** The user of this process. Throws ControlError where there are no Unix users. */
export function controlUser(): ControlUser {
  const uid = process.geteuid?.()
  if (uid === undefined || process.platform === 'win32') {
    throw new ControlError('ERR_CONTROL_SYSTEM', `there are no Unix domain sockets on ${process.platform}`)
  }
  const { XDG_RUNTIME_DIR: runtimeDirectory = '', ESTAB_CONTROL_DIR: controlDirectory = '' } = process.env
  return { uid, runtimeDirectory, controlDirectory }
}

/**
 * Directories where a user's control sockets are: the first is where a new one is made. XDG_RUNTIME_DIR counts
 * only where it is the user's own, as the XDG Base Directory Specification has it: sudo may leave it as it was.
 */
export function controlDirectories(user: ControlUser): string[] {
  if (user.controlDirectory !== '') return [resolve(user.controlDirectory)]
  const directories: string[] = []
  if (isAbsolute(user.runtimeDirectory) && statOf(user.runtimeDirectory)?.uid === user.uid) {
    directories.push(join(user.runtimeDirectory, 'estab'))
  }
  directories.push(user.uid === 0 ? '/run/estab' : `/tmp/estab-${user.uid}`)
  return directories
}

/** Makes `directory` for `uid` alone, or finds that it is so. Throws ControlError 'ERR_CONTROL_DIRECTORY'. */
export function secureDirectory(directory: string, uid: number): void {
  try {
    mkdirSync(directory, { mode: 0o700 })
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') {
      throw new ControlError('ERR_CONTROL_DIRECTORY', `${directory} cannot be made: ${errnoOf(error)}`, error)
    }
  }
  const fault = directoryFault(directory, uid)
  if (fault !== '') throw new ControlError('ERR_CONTROL_DIRECTORY', `${directory} is not to be trusted: ${fault}`)
}

/** Why a directory is not `uid`'s alone; '' = it is. */
function directoryFault(directory: string, uid: number): string {
  const stats = statOf(directory)
  if (stats === null) return 'it is not there'
  // A link to somewhere else is none, either.
  if (!stats.isDirectory()) return 'it is no directory'
  if (stats.uid !== uid) return `it belongs to the user ${stats.uid}`
  const mode = stats.mode & 0o777
  return (mode & OTHERS) === 0 ? '' : `others may access it (mode ${mode.toString(8)}): chmod 700 ${directory}`
}

/** A socket in a control directory, by its name. */
export interface ControlPath {
  readonly path: string
  readonly pid: number
}

/** The sockets in `directory`; none where it is not `uid`'s alone. */
export function listControls(directory: string, uid: number): ControlPath[] {
  if (directoryFault(directory, uid) !== '') return []
  const found: ControlPath[] = []
  for (const name of readdirSync(directory)) {
    const match = NAME.exec(name)
    const path = join(directory, name)
    if (match !== null && isSocket(path)) found.push({ path, pid: Number(match[1]) })
  }
  return found.sort((a, b) => a.pid - b.pid || (a.path < b.path ? -1 : 1))
}

export function isSocket(path: string): boolean {
  return statOf(path)?.isSocket() === true
}

/** Removes a socket that nobody listens on any more. */
export function removeSocket(path: string): void {
  try {
    if (isSocket(path)) unlinkSync(path)
  } catch {
    // Somebody else was faster, or may and we may not: it does no harm.
  }
}

/** Whether there is a process of that number. One in another PID namespace is not seen. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errnoOf(error) === 'EPERM'
  }
}

function statOf(path: string): Stats | null {
  try {
    return lstatSync(path)
  } catch {
    return null
  }
}
