/** A user call that could not be done: `code` is the errno that Linux would give, `syscall` the call. */
export class StackError extends Error {
  readonly code: string
  readonly syscall: string

  constructor(code: string, syscall: string, why: string) {
    super(`${syscall} ${code}: ${why}`)
    this.name = 'StackError'
    this.code = code
    this.syscall = syscall
  }
}
