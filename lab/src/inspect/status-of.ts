import type { ConnectionStatus } from 'estab'
import { endpoint } from '../run/fields.ts'
import type { Run, RunConnection } from '../run/run.ts'

/** The connection of the run that a machine's status speaks of, and which end of it the machine is; null = none. */
export function connectionOf(
  run: Run,
  status: ConnectionStatus,
  time: number,
): { readonly connection: RunConnection; readonly end: 0 | 1 } | null {
  const local = endpoint(status.localAddress, status.localPort)
  const remote = endpoint(status.remoteAddress, status.remotePort)
  const found = run.connections.findLast(({ endpoints: [first, second], from, protocol }) => {
    return (
      protocol === 'tcp' &&
      from <= time &&
      ((first === local && second === remote) || (first === remote && second === local))
    )
  })
  return found === undefined ? null : { connection: found, end: found.endpoints[0] === local ? 0 : 1 }
}

/** Tells a connection of one machine from its others. */
export function statusKey({ localAddress, localPort, remoteAddress, remotePort }: ConnectionStatus): string {
  return `${endpoint(localAddress, localPort)} ${endpoint(remoteAddress, remotePort)}`
}
