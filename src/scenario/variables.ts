import type { World } from '../sim/world.ts'
import { type ConnectionStatus, statuses } from '../stack/status.ts'
import type { State } from '../tcp/states.ts'

/** What one end of a connection remembers (RFC 9293, 3.3.1); -1 where it does not know. Windows are in bytes, scaled. */
export interface Variables {
  /** Name of the machine. */
  readonly host: string
  readonly localPort: number
  readonly remotePort: number
  readonly state: State
  readonly iss: number
  readonly sndUna: number
  readonly sndNxt: number
  readonly sndWnd: number
  readonly rcvNxt: number
  readonly rcvWnd: number
}

/** The variables of every connection that is there now, machine by machine. Listeners have none; a machine that is down has lost its own. */
export function variablesOf(world: World): Variables[] {
  return [...world.machines()]
    .filter((machine) => !machine.hasCrashed)
    .flatMap(({ name, host }) => statuses(host.tcp, host.now()).map((each) => variables(name, each)))
}

function variables(host: string, { localPort, remotePort, state, snd, rcv }: ConnectionStatus): Variables {
  const sending = { iss: snd.iss, sndUna: snd.una, sndNxt: snd.nxt, sndWnd: snd.wnd }
  return { host, localPort, remotePort, state, ...sending, rcvNxt: rcv.nxt, rcvWnd: rcv.wnd }
}
