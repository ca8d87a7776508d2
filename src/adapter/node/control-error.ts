/** What went wrong with a control socket, in one word for programs. */
export type ControlErrorCode =
  /** Its directory is not ours alone, or cannot be made. */
  | 'ERR_CONTROL_DIRECTORY'
  /** No path for a socket: too long, or something else is there. */
  | 'ERR_CONTROL_PATH'
  /** Another process listens there. */
  | 'ERR_CONTROL_BUSY'
  /** Nobody listens there (any more). */
  | 'ERR_CONTROL_GONE'
  /** This user may not. */
  | 'ERR_CONTROL_PERMISSION'
  /** The other end does not speak as it should, or not in time. */
  | 'ERR_CONTROL_PROTOCOL'
  /** The other end has understood the request, and refuses it. */
  | 'ERR_CONTROL_REFUSED'
  /** There are no Unix domain sockets here, or a system call failed in another way. */
  | 'ERR_CONTROL_SYSTEM'

/** An error that says what to do about it. */
export class ControlError extends Error {
  readonly code: ControlErrorCode

  constructor(code: ControlErrorCode, message: string, cause: unknown = undefined) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'ControlError'
    this.code = code
  }
}

/** The errno's name of a failed system call; '' = it is no such error. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
