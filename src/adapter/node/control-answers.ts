import { setImmediate as breathe } from 'node:timers/promises'
import type { HostConfig } from '../../stack/config.ts'
import type { Host } from '../../stack/host.ts'
import { SOCKET_STATES, type SocketSnapshot, type SocketState } from '../../stack/snapshot.ts'
import {
  formatSysctl,
  parseSysctl,
  type SysctlText,
  sysctlName,
  sysctlPath,
  sysctlTexts,
} from '../../stack/sysctl-text.ts'
import type { ControlAbout } from './control-protocol.ts'

/** So many sockets are written in one line, and between two turns of the event loop. */
const BATCH = 200

const STATES: ReadonlySet<string> = new Set(Object.values(SOCKET_STATES))

/** The lines that answer a request; what is wrong with it is said in one of them. */
export async function* answerLine(host: Host, about: ControlAbout, line: string): AsyncGenerator<string> {
  try {
    const request = parse(line)
    if (request.ask === 'ss') yield* answerSs(host, request)
    else yield reply({ answer: answer(host, about, request) })
  } catch (error) {
    yield reply({ error: error instanceof Error ? error.message : String(error) })
  }
}

/** `text` as one line that tells of an error. */
export function errorLine(text: string): string {
  return reply({ error: text })
}

function reply(content: { answer: unknown } | { part: unknown } | { error: string }): string {
  return `${JSON.stringify(content)}\n`
}

type Request = Readonly<Record<string, unknown>>

function parse(line: string): Request {
  let request: unknown
  try {
    request = JSON.parse(line)
  } catch {
    throw new TypeError('the request is no JSON')
  }
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    throw new TypeError('the request is no object, such as {"ask":"ss"}')
  }
  return request as Request
}

function answer(host: Host, about: ControlAbout, request: Request): unknown {
  switch (request.ask) {
    case 'about':
      return about
    case 'sockstat':
      return host.sockstat()
    case 'nstat':
      return host.stats()
    case 'sysctl':
      return answerSysctl(host, request)
    default:
      throw new TypeError('the request asks for nothing there is: about, ss, sockstat, nstat or sysctl')
  }
}

async function* answerSs(host: Host, request: Request): AsyncGenerator<string> {
  const states = statesOf(request.states)
  const options = { info: flag(request, 'info'), memory: flag(request, 'memory') }
  // All at one moment; writing it down may take longer.
  const sockets: SocketSnapshot[] = host.connections(states === null ? options : { ...options, states })
  let at = 0
  for (; sockets.length - at > BATCH; at += BATCH) {
    yield reply({ part: sockets.slice(at, at + BATCH) })
    await breathe()
  }
  yield reply({ answer: sockets.slice(at) })
}

function statesOf(value: unknown): ReadonlySet<SocketState> | null {
  if (value === undefined) return null
  if (!Array.isArray(value) || !value.every((each) => STATES.has(each))) {
    throw new TypeError(`"states" takes a list of ${[...STATES].join(', ')}`)
  }
  return new Set(value as SocketState[])
}

function flag(request: Request, name: string): boolean {
  const value = request[name] ?? false
  if (typeof value !== 'boolean') throw new TypeError(`"${name}" takes true or false`)
  return value
}

/** All settings, or the one that is named or was just changed. */
function answerSysctl(host: Host, request: Request): SysctlText[] {
  const { name, set } = request
  if (name === undefined && set === undefined) return sysctlTexts(host.config)
  if (typeof (name ?? set) !== 'string') throw new TypeError('"name" and "set" take a text')
  if (set === undefined) return [settingText(host, sysctlName(String(name)))]
  const [known, value] = parseSysctl(String(set))
  host.setSysctl(known, value)
  return [settingText(host, known)]
}

function settingText(host: Host, name: keyof HostConfig): SysctlText {
  return { name: sysctlPath(name), value: formatSysctl(host.config[name]) }
}
