import { type ConnectionStatus, type Host, statuses } from 'estab'

/** Most connections of a machine whose state is kept moment by moment. */
export const MOST_CONNECTIONS = 16

/** A listening port and its two queues. */
interface ListenerMoment {
  readonly port: number
  readonly backlog: number
  /** Half-open connections. */
  readonly synQueue: number
  /** Places for them; absent = not known. */
  readonly synPlaces?: number
  /** Those that wait to be accepted. */
  readonly acceptQueue: number
}

/** A machine at one moment. */
export interface HostMoment {
  readonly at: number
  readonly condition: 'up' | 'frozen' | 'off'
  readonly connections: readonly ConnectionStatus[]
  /** Connections beyond those. */
  readonly more: number
  readonly timeWait: number
  readonly listeners: readonly ListenerMoment[]
}

/** How many connections a machine has, and how many of these are in TIME-WAIT: counted as they move. */
export interface Census {
  connections: number
  timeWait: number
}

/** What a machine is like now; `at` in microseconds of the run. */
export function hostMoment(host: Host, condition: HostMoment['condition'], census: Census, at: number): HostMoment {
  const known = condition === 'off' ? [] : statuses({ connections: () => first(host.tcp.connections()) }, host.now())
  return {
    at,
    condition,
    connections: known,
    more: condition === 'off' ? 0 : Math.max(0, census.connections - known.length),
    timeWait: condition === 'off' ? 0 : census.timeWait,
    listeners:
      condition === 'off'
        ? []
        : host.tcp.listening().map(({ port, backlog, halfOpen, ready }) => ({
            port,
            backlog,
            synQueue: halfOpen.size,
            synPlaces: Math.min(backlog + 1, host.sysctl('tcp_max_syn_backlog')),
            acceptQueue: ready.length,
          })),
  }
}

function* first<T>(all: Iterable<T>): Iterable<T> {
  let count = 0
  for (const each of all) {
    if (count === MOST_CONNECTIONS) return
    count += 1
    yield each
  }
}

/** A machine's moments in the order of time. */
export class Moments {
  private readonly all: HostMoment[] = []

  /** What is noted twice for one time counts as it was last. */
  add(moment: HostMoment): void {
    const last = this.all.length - 1
    if (last >= 0 && this.all[last].at === moment.at) this.all[last] = moment
    else this.all.push(moment)
  }

  /** As it was at that time; null = before all. */
  at(time: number): HostMoment | null {
    let low = 0
    let high = this.all.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.all[middle].at <= time) low = middle + 1
      else high = middle
    }
    return this.all[low - 1] ?? null
  }
}
