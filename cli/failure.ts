import { TunError } from '../src/adapter/tun/index.ts'
import { StackError } from '../src/stack/stack-error.ts'
import { EXIT } from './exit-codes.ts'

/** Ends the command with one line on standard error and an exit code. */
export class Failure extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode: number = EXIT.failure) {
    super(message)
    this.name = 'Failure'
    this.exitCode = exitCode
  }
}

/** What to do about an errno. */
const REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: check the port, and that the server listens on that address',
  ECONNRESET: 'the peer has ended the connection by a reset',
  ETIMEDOUT:
    'no answer came: see whether the device is up and the peer has an address on it (`ip address show`), and whether a firewall is in between',
  EHOSTUNREACH: 'a router says that the host cannot be reached: check the address',
  ENETUNREACH: 'no route leads there: give --address with the right prefix length, --route or --gateway',
  EACCES: 'a firewall on the way forbids it',
  EADDRINUSE: 'the port has a listener already: choose another',
  EADDRNOTAVAIL: 'the address is none of those given by --address',
  EPIPE: 'the connection was over before everything was sent',
}

/** The one line for `error`; `about` names what was tried, such as '10.9.0.1 port 80'. */
export function explain(error: unknown, about = ''): string {
  if (error instanceof Failure || error instanceof TunError) return error.message
  if (error instanceof StackError) {
    const remedy = REMEDIES[error.code]
    const what = about === '' ? error.code : `${about}: ${error.code}`
    return remedy === undefined ? `${what} (${error.message})` : `${what}: ${remedy}`
  }
  if (error instanceof Error) return error.message
  return String(error)
}

/** As a Failure that says what was tried. */
export function failed(error: unknown, about: string): Failure {
  return error instanceof Failure ? error : new Failure(explain(error, about))
}
