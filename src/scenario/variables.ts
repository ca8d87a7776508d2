import type { World } from '../sim/world.ts'
import { Endpoint } from '../stack/endpoint.ts'
import type { TimeWait } from '../stack/time-wait-record.ts'
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

const UNKNOWN = -1

/** The variables of every connection that is there now, machine by machine. Listeners have none; a machine that is down has lost its own. */
export function variablesOf(world: World): Variables[] {
  return [...world.machines()]
    .filter((machine) => !machine.hasCrashed)
    .flatMap((machine) =>
      [...machine.host.tcp.connections()].map((each) =>
        each instanceof Endpoint ? ofEndpoint(machine.name, each) : ofTimeWait(machine.name, each),
      ),
    )
}

function ofEndpoint(host: string, { localPort, remotePort, connection }: Endpoint): Variables {
  const { snd, rcv, rcvWnd, state } = connection.tcb
  // Nothing has come from the peer yet.
  const deaf = state === 'SYN-SENT' || state === 'CLOSED'
  return {
    host,
    localPort,
    remotePort,
    state,
    iss: snd.iss,
    sndUna: snd.una,
    sndNxt: snd.nxt,
    sndWnd: deaf ? UNKNOWN : snd.wnd,
    rcvNxt: deaf ? UNKNOWN : rcv.nxt,
    rcvWnd: deaf ? UNKNOWN : rcvWnd,
  }
}

/** Little is kept of a connection in TIME-WAIT; all that it has sent was acknowledged. */
function ofTimeWait(host: string, { localPort, remotePort, state, sndNxt, rcvNxt }: TimeWait): Variables {
  const acknowledged = { sndUna: sndNxt, sndNxt, rcvNxt }
  return { host, localPort, remotePort, state, iss: UNKNOWN, ...acknowledged, sndWnd: UNKNOWN, rcvWnd: UNKNOWN }
}
