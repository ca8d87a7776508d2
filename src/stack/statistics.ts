import type { TcpCounters } from '../tcp/counters.ts'
import type { State } from '../tcp/states.ts'
import type { IpCounters } from './ip-counters.ts'

/** Whose statistics these are: TcpService. */
export interface TcpStatistics {
  readonly counters: TcpCounters
  connections(): Iterable<{ readonly state: State }>
}

/**
 * What was counted, under the names that nstat prints: `Ip...`, `Icmp...`, `Udp...` and `Tcp...` as in RFC 1213's MIB,
 * `TcpExt...` what Linux counts beyond it. TcpCurrEstab is no counter, but how many there are now.
 */
export function statistics(ip: IpCounters, tcp: TcpStatistics): Record<string, number> {
  const all: Record<string, number> = { ...ip, TcpCurrEstab: established(tcp.connections()) }
  const counted: readonly (readonly [string, number])[] = Object.entries(tcp.counters)
  for (const [name, value] of counted) all[name.startsWith('Tcp') ? name : `TcpExt${name}`] = value
  return all
}

/** RFC 1213, tcpCurrEstab: ESTABLISHED and CLOSE-WAIT. */
function established(connections: Iterable<{ readonly state: State }>): number {
  let count = 0
  for (const { state } of connections) if (state === 'ESTABLISHED' || state === 'CLOSE-WAIT') count += 1
  return count
}
