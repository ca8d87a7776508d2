import { Endpoint } from '../../stack/endpoint.ts'
import type { Host } from '../../stack/host.ts'
import { parseSysctl } from '../../stack/sysctl-text.ts'
import type { LiveAct } from './live-protocol.ts'
import type { PacketGate } from './packet-gate.ts'

type Request = Readonly<Record<string, unknown>>

/** The act that `text` asks for. Throws TypeError, which says what is wrong. */
export function readAct(text: string): LiveAct {
  let request: unknown
  try {
    request = JSON.parse(text)
  } catch {
    throw new TypeError('the request is no JSON')
  }
  if (typeof request !== 'object' || request === null) throw new TypeError('the request is no object')
  const { kind, setting, direction } = request as Request
  if (kind === 'sysctl' && typeof setting === 'string') return { kind, setting }
  if (kind === 'drop' && (direction === 'in' || direction === 'out')) return { kind, direction }
  if (kind === 'abort') return { kind, ...flowOf(request as Request) }
  throw new TypeError('the request is none of {"kind":"sysctl"}, {"kind":"abort"} and {"kind":"drop"}, or not whole')
}

function flowOf({ localAddress, localPort, remoteAddress, remotePort }: Request) {
  if (typeof localAddress !== 'string' || typeof remoteAddress !== 'string') {
    throw new TypeError('"localAddress" and "remoteAddress" take a text')
  }
  if (typeof localPort !== 'number' || typeof remotePort !== 'number') {
    throw new TypeError('"localPort" and "remotePort" take a number')
  }
  return { localAddress, localPort, remoteAddress, remotePort }
}

/** Does it. Throws where that cannot be. */
export function doAct(host: Host, gate: PacketGate | null, act: LiveAct): void {
  switch (act.kind) {
    case 'sysctl': {
      const [name, value] = parseSysctl(act.setting)
      host.setSysctl(name, value)
      return
    }
    case 'drop':
      if (gate === null) throw new TypeError('this host loses no packets')
      gate.lose(act.direction)
      return
    case 'abort': {
      const found = [...host.tcp.connections()].find((each) => {
        if (each.localPort !== act.localPort || each.remotePort !== act.remotePort) return false
        return each.localAddress === act.localAddress && each.remoteAddress === act.remoteAddress
      })
      if (!(found instanceof Endpoint)) throw new TypeError('there is no such connection')
      found.connection.abort()
      host.tcp.touch(found)
    }
  }
}
