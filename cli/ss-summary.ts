import type { SocketState } from '../src/stack/snapshot.ts'
import type { SockStat } from '../src/stack/sockstat.ts'

/** What `ss -s` tells of all `stats` together, the states one by one, and the line of /proc/net/sockstat. */
export function ssSummary(stats: readonly SockStat[]): string {
  const sum = (count: (stat: SockStat) => number) => stats.reduce((total, each) => total + count(each), 0)
  const names = Object.keys(stats[0]?.states ?? {}) as SocketState[]
  const states = names.map((name) => [name, sum((stat) => stat.states[name])] as const)
  const total = states.reduce((all, [, count]) => all + count, 0)
  const { inuse, orphan, tw, alloc, mem } = {
    inuse: sum((stat) => stat.inuse),
    orphan: sum((stat) => stat.orphan),
    tw: sum((stat) => stat.tw),
    alloc: sum((stat) => stat.alloc),
    mem: sum((stat) => stat.mem),
  }
  // As tcpCurrEstab (RFC 4022).
  const established = sum((stat) => stat.states.ESTAB + stat.states['CLOSE-WAIT'])
  const closed = sum((stat) => stat.states.UNCONN + stat.alloc - stat.inuse)
  const lines = [
    `Total: ${total}`,
    `TCP:   ${total} (estab ${established}, closed ${closed}, orphaned ${orphan}, timewait ${tw})`,
    '',
    'State      Total',
    ...states.map(([name, count]) => `${name.padEnd(10)} ${count}`),
    '',
    `TCP: inuse ${inuse} orphan ${orphan} tw ${tw} alloc ${alloc} mem ${mem}`,
  ]
  return lines.map((line) => `${line}\n`).join('')
}
