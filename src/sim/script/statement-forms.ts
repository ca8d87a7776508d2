import { OPTIONS } from '../../socket/option-table.ts'
import { nearest } from '../../stack/nearest.ts'
import { parseSysctl } from '../../stack/sysctl-text.ts'
import { STATES } from '../../tcp/states.ts'
import { parseSegment } from '../../trace/notation.ts'
import { TcpSegment } from '../../wire/tcp.ts'
import { ICMP_ERRORS } from './icmp-packet.ts'
import type { Action } from './statement.ts'

/** What may stand behind a word of a script. */
export interface Form {
  /** How it is written, for people. */
  readonly usage: string
  /** Null: it is not written so. Throws RangeError, which says what would be right, for what is written so and cannot be. */
  read(rest: string): Action | null
}

const SECOND = 1_000_000
/** Linux's, which are Node's (`listen`). */
const BACKLOG = 511
/** Payload of the largest IPv4 packet behind the longest headers. */
const MAX_PAYLOAD = 65_535 - 80
/** What a script may write and read at once, bytes. */
const MAX_BYTES = 1 << 24

const SEGMENT_HELP = 'segment in the notation of docs/notation.md, such as . 1:1001(1000) ack 1'

/** Every statement, by its first word. */
export const FORMS: Readonly<Record<string, Form>> = {
  ip: {
    usage: 'ip 4|6',
    read: (rest) => (/^[46]$/.test(rest) ? { kind: 'ip', version: rest === '6' ? 6 : 4 } : null),
  },
  set: { usage: 'set SYSCTL VALUE', read: readSetting },
  isn: {
    usage: 'isn host|peer NUMBER',
    read: (rest) => {
      const match = /^(host|peer) +(\d+)$/.exec(rest)
      if (match === null) return null
      return { kind: 'isn', end: match[1] === 'host' ? 'host' : 'peer', number: whole(match[2], 0, 0xffff_ffff) }
    },
  },
  flow: {
    usage: 'flow PEERPORT [HOSTPORT]',
    read: (rest) => {
      const numbers = /^(\d+)(?: +(\d+))?$/.exec(rest)
      return numbers && { kind: 'flow', peerPort: port(numbers[1]), hostPort: numbers[2] ? port(numbers[2]) : 0 }
    },
  },
  tolerance: {
    usage: 'tolerance TIME, such as tolerance 1ms',
    read: (rest) => {
      const match = /^(\d+(?:\.\d+)?) *(us|ms|s)$/.exec(rest)
      if (match === null) return null
      const unit = match[2] === 's' ? SECOND : match[2] === 'ms' ? 1000 : 1
      return { kind: 'tolerance', time: Math.round(Number(match[1]) * unit) }
    },
  },
  listen: {
    usage: 'listen PORT [BACKLOG] [= RESULT]',
    read: called(/^(\d+)(?: +(\d+))?$/, 'ok', ([first, second], result) => ({
      kind: 'listen',
      port: port(first),
      backlog: second === undefined ? BACKLOG : whole(second, 0, 65_535),
      result,
    })),
  },
  connect: {
    usage: 'connect PORT [LOCALPORT] [= RESULT]',
    read: called(/^(\d+)(?: +(\d+))?$/, 'ok', ([first, second], result) => ({
      kind: 'connect',
      port: port(first),
      localPort: second === undefined ? 0 : port(second),
      result,
    })),
  },
  accept: { usage: 'accept [= RESULT]', read: called(/^$/, 'ok', (_, result) => ({ kind: 'accept', result })) },
  write: {
    usage: 'write BYTES [= RESULT]',
    read: called(/^(\d+)$/, '', ([first], result) => {
      const count = whole(first, 1, MAX_BYTES)
      return { kind: 'write', count, result: result === '' ? String(count) : result }
    }),
  },
  read: {
    usage: 'read BYTES [= RESULT]',
    read: called(/^(\d+)$/, '', ([first], result) => {
      const count = whole(first, 1, MAX_BYTES)
      return { kind: 'read', count, result: result === '' ? String(count) : result }
    }),
  },
  shutdown: {
    usage: 'shutdown read|write|both [= RESULT]',
    read: called(/^(read|write|both)$/, 'ok', ([how], result) => ({
      kind: 'shutdown',
      how: how as 'read' | 'write' | 'both',
      result,
    })),
  },
  close: { usage: 'close', read: (rest) => (rest === '' ? { kind: 'close', result: 'ok' } : null) },
  abort: { usage: 'abort', read: (rest) => (rest === '' ? { kind: 'abort', result: 'ok' } : null) },
  option: {
    usage: 'option NAME VALUE [= RESULT], such as option TCP_NODELAY 1',
    read: called(/^(\w+) +(\d+)$/, 'ok', ([name, value], result) => ({
      kind: 'option',
      name: known(name, Object.keys(OPTIONS), 'socket option'),
      value: Number(value),
      result,
    })),
  },
  '<': { usage: `< SEGMENT, a ${SEGMENT_HELP}`, read: readInjected },
  '>': { usage: `> SEGMENT, a ${SEGMENT_HELP}`, read: readExpected },
  icmp: { usage: 'icmp ERROR, such as icmp host-unreachable, or icmp packet-too-big MTU', read: readIcmp },
  'expect-nothing': {
    usage: 'expect-nothing SECONDS',
    read: (rest) => {
      const time = microseconds(rest)
      return time < 0 ? null : { kind: 'nothing', time }
    },
  },
  state: {
    usage: 'state STATE, such as state ESTABLISHED',
    read: (rest) => (/^\S+$/.test(rest) ? { kind: 'state', value: known(rest, STATES, 'state') } : null),
  },
  error: {
    usage: 'error NAME|none, such as error ECONNRESET',
    read: (rest) => (/^(none|E[A-Z]+)$/.test(rest) ? { kind: 'error', value: rest } : null),
  },
  tcpinfo: {
    usage: 'tcpinfo FIELD VALUE, such as tcpinfo tcpi_snd_cwnd 10',
    read: (rest) => {
      const match = /^(tcpi_\w+) +(\d+)$/.exec(rest)
      return match && { kind: 'tcpinfo', field: match[1] ?? '', value: match[2] ?? '' }
    },
  },
}

/** Seconds with at most six decimals, as microseconds; -1 = it is not written so. */
export function microseconds(text: string): number {
  const match = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text)
  return match === null ? -1 : Number(match[1]) * SECOND + Number((match[2] ?? '').padEnd(6, '0'))
}

/** The one of `names` that `text` is. Throws RangeError, which gives the nearest. */
function known(text = '', names: readonly string[], what: string): string {
  if (names.includes(text)) return text
  throw new RangeError(`there is no ${what} ${text}: did you mean ${nearest(text, names)}?`)
}

function whole(digits = '', least: number, most: number): number {
  const value = Number(digits)
  if (value >= least && value <= most) return value
  throw new RangeError(`${digits} is not from ${least} to ${most}`)
}

function port(digits: string | undefined): number {
  return whole(digits, 1, 65_535)
}

/** A reader of a call with its arguments and, perhaps, `= RESULT`. */
function called(
  pattern: RegExp,
  result: string,
  make: (words: (string | undefined)[], result: string) => Action,
): Form['read'] {
  return (rest) => {
    const match = /^(.*?)(?:(?:^| +)= *(\d+|ok|E[A-Z]+))?$/.exec(rest)
    const words = pattern.exec((match?.[1] ?? '').trim())
    return words === null ? null : make(words.slice(1), match?.[2] ?? result)
  }
}

function readSetting(rest: string): Action | null {
  const match = /^(\S+) +([^=]+)$/.exec(rest)
  if (match === null) return null
  const setting = `${match[1]}=${match[2]}`
  parseSysctl(setting)
  return { kind: 'set', setting }
}

function readInjected(rest: string): Action | null {
  const segment = withWindow(rest, 65_535)
  return isSegment(segment) ? { kind: 'inject', segment } : null
}

function readExpected(rest: string): Action | null {
  return isSegment(withWindow(rest.replace(/<\s*>/, ''), 0)) ? { kind: 'expect', segment: rest } : null
}

function readIcmp(rest: string): Action | null {
  const match = /^([a-z-]+)(?: +(\d+))?$/.exec(rest)
  if (match === null) return null
  const error = known(match[1], Object.keys(ICMP_ERRORS), 'ICMP error')
  if ((error === 'packet-too-big') !== (match[2] !== undefined)) return null
  return { kind: 'icmp', error, mtu: match[2] === undefined ? 0 : whole(match[2], 68, 65_535) }
}

/** With a window where the segment does not say one. */
export function withWindow(text: string, window: number): string {
  return / win +\d/.test(text) ? text : text.replace(/(\)(?: +ack +\d+)?)/, `$1 win ${window}`)
}

function isSegment(text: string): boolean {
  const segment = new TcpSegment()
  if (!parseSegment(text, segment)) return false
  whole(String(segment.payloadLength), 0, MAX_PAYLOAD)
  return true
}
