import type { SocketOption } from '../../socket/option-table.ts'
import { nearest } from '../../stack/nearest.ts'
import { type Probe, silentProbe } from '../../stack/probe.ts'
import { StackError } from '../../stack/stack-error.ts'
import { formatPlainTime } from '../../trace/time-text.ts'
import type { Script } from './read-script.ts'
import { fits } from './script-flow.ts'
import { ScriptHost, type SentSegment } from './script-host.ts'
import type { Action, Call, Statement } from './statement.ts'

/** The first line of a script that did not hold. */
export interface ScriptFailure {
  /** From 1; after the last line: that line's. */
  readonly line: number
  /** The line as it stands there. */
  readonly text: string
  /** When, microseconds since the script began. */
  readonly at: number
  /** What should have been, and what was, in the same words. */
  readonly expected: string
  readonly seen: string
  /** The last segments before it, oldest first: `0.100000 < . 1:1(0) ack 1 win 257`. */
  readonly before: readonly string[]
}

export interface ScriptOptions {
  /** Of the host's random numbers; 1 if absent. */
  readonly seed?: number
  /** Watches the host. */
  readonly probe?: Probe
}

/** So many segments are shown before a failure. */
const SHOWN = 8
/** How far is looked for what comes instead of nothing, microseconds. */
const LOOKAHEAD = 120_000_000
const NOTHING = 'nothing'

/** Plays a script; null = every line holds. Throws RangeError when it has bad lines. */
export function runScript(script: Script, options: ScriptOptions = {}): ScriptFailure | null {
  const [bad] = script.badLines
  if (bad !== undefined) throw new RangeError(`line ${bad.line}: ${bad.text}: ${bad.remedy}`)
  const [first] = script.statements
  const version = first?.action.kind === 'ip' ? first.action.version : 4
  return new ScriptRun(options.seed ?? 1, version, options.probe ?? silentProbe).play(script.statements)
}

/** What should have been, and what was. */
type Difference = readonly [expected: string, seen: string]

/** What may stand between a segment that was sent and the line that expects it. */
const LOOKS: ReadonlySet<Action['kind']> = new Set(['state', 'error', 'tcpinfo', 'tolerance', 'flow', 'set'])

/**
 * Whether the next line is done in the same turn of the host: calls that stand together, and segments that do, without a
 * time of their own; to go to another flow makes no difference.
 */
function goesOn(statements: readonly Statement[], index: number): boolean {
  const { action } = statements[index]
  let next = statements[index + 1]
  for (let i = index + 2; next?.action.kind === 'flow' && !next.isTimed; i += 1) next = statements[i]
  if (next === undefined || next.isTimed) return false
  return action.kind === 'inject' ? next.action.kind === 'inject' : 'result' in action && 'result' in next.action
}

class ScriptRun {
  private readonly host: ScriptHost
  /** When the line is to happen, microseconds since the script began. */
  private at = 0
  private tolerance = 0
  /** The host has not had its turn since the line before. */
  private inTurn = false
  private readonly passed: string[] = []

  constructor(seed: number, version: 4 | 6, probe: Probe) {
    this.host = new ScriptHost(seed, version)
    this.host.watch(probe)
    this.host.onsegment = (at, direction, text) => {
      this.passed.push(`${formatPlainTime(at)} ${direction} ${text}`)
      if (this.passed.length > SHOWN) this.passed.shift()
    }
  }

  play(statements: readonly Statement[]): ScriptFailure | null {
    for (const [index, statement] of statements.entries()) {
      this.at += statement.delay
      const difference = this.step(statement.action, goesOn(statements, index))
      if (difference !== null) return this.failure(statement, difference)
    }
    const last = statements.at(-1)
    const difference = this.surplus()
    return last === undefined || difference === null ? null : this.failure(last, difference)
  }

  private failure({ line, text }: Statement, [expected, seen]: Difference): ScriptFailure {
    return { line, text, at: this.at, expected, seen, before: this.passed.slice() }
  }

  /** `isGoingOn`: the next one is done in the same turn of the host. */
  private step(action: Action, isGoingOn: boolean): Difference | null {
    if (action.kind === 'expect') return this.expect(action.segment)
    if (this.inTurn && action.kind === 'flow') return this.perform(action)
    const isLook = LOOKS.has(action.kind)
    if (!this.inTurn) this.host.advance(this.at, !isLook)
    if (!isLook) {
      const difference = this.surplus()
      if (difference !== null) return difference
    }
    const difference = this.perform(action)
    this.inTurn = isGoingOn
    if (difference === null && !isGoingOn) this.host.advance(this.at)
    return difference
  }

  private perform(action: Exclude<Action, { kind: 'expect' }>): Difference | null {
    const { host } = this
    switch (action.kind) {
      case 'ip':
        return null
      case 'set':
        host.set(action.setting)
        return null
      case 'isn':
        host.setIsn(action.end, action.number)
        return null
      case 'flow':
        host.select(action.peerPort, action.hostPort)
        return null
      case 'tolerance':
        this.tolerance = action.time
        return null
      case 'inject':
        host.inject(action.segment)
        return null
      case 'icmp':
        return host.report(action.error, action.mtu) ? null : ['a packet to report', `${NOTHING} was sent yet`]
      case 'nothing':
        return this.nothing(action.time)
      case 'state':
        return differ('state', action.value, host.state)
      case 'error':
        return this.look(() => differ('error', action.value, host.socket('error').error || 'none'))
      case 'tcpinfo':
        return this.look(() => this.compareInfo(action.field, action.value))
      default:
        return differ(action.kind, action.result, this.call(action))
    }
  }

  /** What the call returns. */
  private call(call: Call): string {
    try {
      return this.perhaps(call)
    } catch (error) {
      if (error instanceof StackError) return error.code
      if (error instanceof RangeError) return error.message
      throw error
    }
  }

  private perhaps(call: Call): string {
    const { host } = this
    switch (call.kind) {
      case 'listen':
        host.listen(call.port, call.backlog)
        return 'ok'
      case 'connect':
        host.connect(call.port, call.localPort)
        return 'ok'
      case 'accept':
        return host.accept() ? 'ok' : 'EAGAIN'
      case 'write':
        return count(host.write(call.count) || -1)
      case 'read':
        return count(host.read(call.count))
      case 'shutdown':
        host.socket('shutdown').shutdown(call.how)
        return 'ok'
      case 'close':
        host.socket('close').close()
        return 'ok'
      case 'abort':
        host.socket('abort').abort()
        return 'ok'
      case 'option':
        host.socket('setsockopt').setOption(call.name as SocketOption, call.value)
        return 'ok'
    }
  }

  private look(compare: () => Difference | null): Difference | null {
    try {
      return compare()
    } catch (error) {
      if (error instanceof StackError) return ['a socket', error.message]
      throw error
    }
  }

  private compareInfo(field: string, value: string): Difference | null {
    const info: Readonly<Record<string, number>> = { ...this.host.socket('getsockopt').tcpInfo() }
    if (!Object.hasOwn(info, field)) {
      return [`${field} ${value}`, `there is no field ${field}: did you mean ${nearest(field, Object.keys(info))}?`]
    }
    return differ(field, value, String(info[field]))
  }

  private expect(segment: string): Difference | null {
    const { host, tolerance } = this
    host.advance(this.at + tolerance, true)
    const expected = sentLine(this.at, segment)
    const sent = host.sent.shift()
    if (sent === undefined) {
      host.advance(host.now + LOOKAHEAD, true)
      const [later] = host.sent
      // It has not happened yet.
      if (later !== undefined) this.passed.pop()
      return [expected, later === undefined ? NOTHING : `${NOTHING} until ${this.seen(later)}`]
    }
    if (Math.abs(sent.at - this.at) > tolerance || !fits(host.describe(sent), segment)) {
      return [expected, this.seen(sent)]
    }
    // The next line counts from what was, so that small differences do not add up.
    this.at = sent.at
    return null
  }

  private nothing(time: number): Difference | null {
    this.host.advance(this.at + time, true)
    const difference = this.surplus()
    if (difference === null) this.at += time
    return difference
  }

  private surplus(): Difference | null {
    const [sent] = this.host.sent
    return sent === undefined ? null : [NOTHING, this.seen(sent)]
  }

  private seen(sent: SentSegment): string {
    return sentLine(sent.at, this.host.describe(sent))
  }
}

function differ(what: string, expected: string, seen: string): Difference | null {
  return expected === seen ? null : [`${what} ${expected}`, `${what} ${seen}`]
}

function sentLine(at: number, segment: string): string {
  return `${formatPlainTime(at)} > ${segment}`
}

/** What a call has moved; -1 = it would have to wait. */
function count(bytes: number): string {
  return bytes < 0 ? 'EAGAIN' : String(bytes)
}
