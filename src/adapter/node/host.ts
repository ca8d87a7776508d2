import type { HostConfig } from '../../stack/config.ts'
import { Host } from '../../stack/host.ts'
import { NodeSurroundings } from './surroundings.ts'

/** A host that runs by itself on Node's event loop. */
export interface RunningHost {
  readonly host: Host
  /** Lets the process end although timers are waiting. */
  unref(): void
  ref(): void
  /** Ends its turns and closes its devices. Connections are not told: close them first. */
  stop(): void
}

/** Makes one, whose warnings are those of the process. Throws RangeError as `Host` does. */
export function createHost(config: Partial<HostConfig> = {}, preset: 'linux' | 'rfc' = 'linux'): RunningHost {
  const surroundings = new NodeSurroundings()
  const host = new Host(surroundings, config, preset)
  surroundings.onwake = () => host.turn()
  host.onwarning = ({ code, message }) => process.emitWarning(message, { type: 'EstabWarning', code })
  return {
    host,
    unref: () => surroundings.setReferenced(false),
    ref: () => surroundings.setReferenced(true),
    stop: () => {
      surroundings.stop()
      host.close()
    },
  }
}
