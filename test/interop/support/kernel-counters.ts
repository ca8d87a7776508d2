import type { NetworkNamespace } from './namespace.ts'

/** Counters of the kernel's TCP in the namespace since it was made: 'TcpOutRsts', 'TcpExtTCPTimeouts'. */
export function kernelCounters(namespace: NetworkNamespace): Readonly<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const file of ['/proc/net/snmp', '/proc/net/netstat']) {
    const lines = namespace.run('cat', file).split('\n')
    for (let i = 0; i + 1 < lines.length; i += 2) {
      const [prefix = '', ...names] = (lines[i] ?? '').split(' ')
      const values = (lines[i + 1] ?? '').split(' ').slice(1)
      for (const [at, name] of names.entries()) found[prefix.replace(':', '') + name] = Number(values[at])
    }
  }
  return found
}

/** States of the kernel's connections with `port` at either end, as `ss` names them: 'ESTAB', 'CLOSE-WAIT'. */
export function kernelStates(namespace: NetworkNamespace, port: number): string[] {
  const filter = `( sport = :${port} or dport = :${port} )`
  const lines = namespace.run('ss', '-Htan', filter).split('\n')
  return lines.map((line) => line.trim().split(/\s+/)[0] ?? '').filter((state) => state !== '' && state !== 'LISTEN')
}
