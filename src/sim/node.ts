import type { Port } from './port.ts'

/** What a link can be plugged into: a machine, a router or a switch. */
export interface Node {
  readonly name: string
  /** True: it forwards what is not for itself, so that the machines on its links send to it what goes beyond them. */
  readonly forwards: boolean
  /** Puts it on a wire, with these addresses there: '10.0.1.1/24'. */
  plug(port: Port, addresses: readonly string[]): void
  /** A way to where it has no link itself; `via`: the address of who knows further. */
  route(prefix: string, port: Port, via?: string): void
}
