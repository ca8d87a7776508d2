import type { HostConfig } from '../../stack/config.ts'
import { Host } from '../../stack/host.ts'
import { WebSurroundings } from './surroundings.ts'

/** A host that runs by itself in a page or a worker. */
export interface RunningHost {
  readonly host: Host
  /** Ends its turns and closes its devices. Connections are not told: close them first. */
  stop(): void
}

/** Makes one. Throws RangeError as `Host` does. */
export function createHost(config: Partial<HostConfig> = {}, preset: 'linux' | 'rfc' = 'linux'): RunningHost {
  const surroundings = new WebSurroundings()
  const host = new Host(surroundings, config, preset)
  surroundings.onwake = () => host.turn()
  return {
    host,
    stop: () => {
      surroundings.stop()
      host.close()
    },
  }
}
