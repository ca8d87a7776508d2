import type { Host } from '../../stack/host.ts'
import { statuses } from '../../stack/status.ts'
import type { LiveMoment } from './live-protocol.ts'

/** Most connections that are told of. */
const MOST_CONNECTIONS = 16

/** What `host` is like now. */
export function liveMoment(host: Host, at: number): LiveMoment {
  const connections = statuses({ connections: () => first(host.tcp.connections()) }, host.now())
  const { states, tw } = host.sockstat()
  const count = Object.values(states).reduce((sum, each) => sum + each, 0) - states.LISTEN
  return {
    at,
    connections,
    more: Math.max(0, count - connections.length),
    timeWait: tw,
    listeners: host.tcp.listening().map(({ port, backlog, halfOpen, ready }) => {
      return { port, backlog, synQueue: halfOpen.size, acceptQueue: ready.length }
    }),
  }
}

/** What of it is the same as long as nothing happens: times left out. */
export function liveMomentKey(moment: LiveMoment): string {
  return JSON.stringify(moment, (key, value: unknown) => (key === 'now' || key === 'at' ? undefined : value))
}

function* first<T>(all: Iterable<T>): Iterable<T> {
  let count = 0
  for (const each of all) {
    if (count === MOST_CONNECTIONS) return
    count += 1
    yield each
  }
}
