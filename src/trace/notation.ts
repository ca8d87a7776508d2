import { ECN_BITS } from '../wire/packet.ts'
import { ACK, AE, CWR, ECE, FIN, MAX_SACK_BLOCKS, PSH, RST, SYN, TcpSegment, URG } from '../wire/tcp.ts'

/**
 * The one notation for segments, in the style of tcpdump and packetdrill: the same line in tests,
 * logs, ladder labels and scripts. docs/notation.md holds the grammar.
 */

/** What relative numbers count from: as a rule the initial sequence numbers of the sender and of its peer. */
export interface SequenceBase {
  /** Taken from the segment's sequence number. */
  readonly seq: number
  /** Taken from its acknowledgement number and its SACK edges. */
  readonly ack: number
}

export interface NotationOptions {
  /** Absent: absolute numbers. */
  readonly base?: SequenceBase
}

/** Numbers as they are in the header. */
export const ABSOLUTE: SequenceBase = { seq: 0, ack: 0 }

/** The flag letters in the order they are written, which is tcpdump's. */
const FLAG_LETTERS: readonly (readonly [string, number])[] = [
  ['F', FIN],
  ['S', SYN],
  ['R', RST],
  ['P', PSH],
  ['.', ACK],
  ['U', URG],
  ['E', ECE],
  ['W', CWR],
  ['e', AE],
]

const FLAG_BITS: ReadonlyMap<string, number> = new Map(FLAG_LETTERS)

/** What stands behind a segment, by the ECN codepoint of its IP header (RFC 3168, figure 1). */
const MARKS: readonly string[] = ['', '[ect1]', '[ect0]', '[ce]']

/** Largest length that is read: that of an IP packet. */
const MAX_LENGTH = 0xffff

/** `P. 1:74(73) ack 1 win 502 <TS val 10 ecr 20> [ect0]`: the whole segment but ports and payload. */
export function formatSegment(segment: TcpSegment, options: NotationOptions = {}): string {
  const base = options.base ?? ABSOLUTE
  const parts = [formatHeader(segment, base), formatOptions(segment, base), formatMark(segment)]
  return parts.filter((part) => part !== '').join(' ')
}

/** The ECN codepoint of the IP header around it: `[ect0]`, `[ect1]`, `[ce]`; '' for not-ECT. */
export function formatMark(segment: TcpSegment): string {
  return MARKS[segment.ecn & ECN_BITS]
}

/** The part before the options: `P. 1:74(73) ack 1 win 502`. */
export function formatHeader(segment: TcpSegment, base: SequenceBase = ABSOLUTE): string {
  const { flags } = segment
  const ack = flags & ACK ? ` ack ${relative(segment.ack, base.ack)}` : ''
  const urgent = flags & URG ? ` urg ${segment.urgentPointer}` : ''
  return `${formatFlags(flags)} ${formatRange(segment, base)}${ack} win ${segment.window}${urgent}`
}

/** The flag letters; `-` for none. */
export function formatFlags(flags: number): string {
  let text = ''
  for (const [letter, bit] of FLAG_LETTERS) if (flags & bit) text += letter
  return text === '' ? '-' : text
}

/** First sequence number, end and length: `1:74(73)`. SYN and FIN are not counted. */
export function formatRange(segment: TcpSegment, base: SequenceBase = ABSOLUTE): string {
  const first = relative(segment.seq, base.seq)
  return `${first}:${(first + segment.payloadLength) >>> 0}(${segment.payloadLength})`
}

/** The options in angle brackets, in the order Linux writes them, padding left out; '' for none. */
export function formatOptions(segment: TcpSegment, base: SequenceBase = ABSOLUTE, timestamps = true): string {
  const list: string[] = []
  if (segment.mss > 0) list.push(`mss ${segment.mss}`)
  if (segment.sackPermitted) list.push('sackOK')
  if (timestamps && segment.hasTimestamps) list.push(`TS val ${segment.tsVal} ecr ${segment.tsEcr}`)
  if (segment.windowScale >= 0) list.push(`wscale ${segment.windowScale}`)
  if (segment.sackCount > 0) list.push(formatSack(segment, base))
  if (segment.fastOpenLength >= 0) list.push(formatFastOpen(segment))
  if (segment.userTimeout > 0) list.push(`uto ${segment.userTimeout}`)
  return list.length === 0 ? '' : `<${list.join(',')}>`
}

function formatSack(segment: TcpSegment, base: SequenceBase): string {
  let text = 'sack'
  for (let i = 0; i < Math.min(segment.sackCount, MAX_SACK_BLOCKS); i++) {
    const left = relative(segment.sackEdges[2 * i], base.ack)
    const right = relative(segment.sackEdges[2 * i + 1], base.ack)
    text += ` ${left}:${right}`
  }
  return text
}

function formatFastOpen(segment: TcpSegment): string {
  let hex = ''
  for (let i = 0; i < segment.fastOpenLength; i++) hex += segment.fastOpenCookie[i].toString(16).padStart(2, '0')
  return hex === '' ? 'FO' : `FO ${hex}`
}

function relative(number: number, base: number): number {
  return (number - base) >>> 0
}

const SEGMENT =
  /^([FSRP.UEWe]{1,9}|-) +(\d+):(\d+)\((\d+)\)(?: +ack +(\d+))? +win +(\d+)(?: +urg +(\d+))?(?: +<(.*)>)?(?: +(\[\w+\]))?$/

/**
 * Reads one segment into `into`. False, and `into` untouched, when the text is not of the notation.
 * Ports and payload bytes are no part of it: `bytes`, `payloadStart`, both ports and `segmentSize`
 * are left as they are; every other field is set, `payloadLength` included.
 */
export function parseSegment(text: string, into: TcpSegment, options: NotationOptions = {}): boolean {
  const base = options.base ?? ABSOLUTE
  const match = SEGMENT.exec(text.trim())
  if (match === null) return false
  const [, letters = '', first = '', end = '', size = '', ack, window = '', urgent, list, mark = ''] = match
  const read = new TcpSegment()
  read.flags = parseFlags(letters)
  const seq = parseNumber(first, 0xffff_ffff)
  read.payloadLength = parseNumber(size, MAX_LENGTH)
  read.window = parseNumber(window, 0xffff)
  if (read.flags < 0 || seq < 0 || read.payloadLength < 0 || read.window < 0) return false
  if (parseNumber(end, 0xffff_ffff) !== (seq + read.payloadLength) >>> 0) return false
  read.seq = (seq + base.seq) >>> 0
  // A number stands there exactly when its flag does, so that a line says nothing twice or in vain.
  if ((ack !== undefined) !== ((read.flags & ACK) !== 0)) return false
  if ((urgent !== undefined) !== ((read.flags & URG) !== 0)) return false
  if (ack !== undefined) {
    const number = parseNumber(ack, 0xffff_ffff)
    if (number < 0) return false
    read.ack = (number + base.ack) >>> 0
  }
  if (urgent !== undefined) read.urgentPointer = parseNumber(urgent, 0xffff)
  if (read.urgentPointer < 0) return false
  if (list !== undefined && !parseOptionList(list, read, base)) return false
  read.ecn = MARKS.indexOf(mark)
  if (read.ecn < 0) return false
  copyNotation(read, into)
  return true
}

/** -1 for a letter that comes twice. */
function parseFlags(letters: string): number {
  if (letters === '-') return 0
  let flags = 0
  for (const letter of letters) {
    const bit = FLAG_BITS.get(letter) ?? 0
    if (bit === 0 || flags & bit) return -1
    flags |= bit
  }
  return flags
}

/** Decimal digits of a value up to `max`; -1 otherwise. */
function parseNumber(digits: string, max: number): number {
  if (!/^\d{1,10}$/.test(digits)) return -1
  const value = Number(digits)
  return value <= max ? value : -1
}

/** Options in any order, each at most once; `nop` and `eol`, as other tools print them, are passed over. */
function parseOptionList(list: string, into: TcpSegment, base: SequenceBase): boolean {
  const seen = new Set<string>()
  for (const item of list.split(',')) {
    const words = item.trim().split(/ +/)
    const [name = ''] = words
    if (words.length === 1 && (name === 'nop' || name === 'eol')) continue
    if (seen.has(name) || !parseOption(name, words, into, base)) return false
    seen.add(name)
  }
  return true
}

function parseOption(name: string, words: readonly string[], into: TcpSegment, base: SequenceBase): boolean {
  const [, second = '', third = '', fourth = '', fifth = ''] = words
  switch (name) {
    case 'mss':
      into.mss = parseNumber(second, 0xffff)
      return words.length === 2 && into.mss > 0
    case 'sackOK':
      into.sackPermitted = true
      return words.length === 1
    case 'TS':
      into.hasTimestamps = true
      into.tsVal = parseNumber(third, 0xffff_ffff)
      into.tsEcr = parseNumber(fifth, 0xffff_ffff)
      return words.length === 5 && second === 'val' && fourth === 'ecr' && into.tsVal >= 0 && into.tsEcr >= 0
    case 'wscale':
      into.windowScale = parseNumber(second, 0xff)
      return words.length === 2 && into.windowScale >= 0
    case 'sack':
      return parseSack(words, into, base)
    case 'uto':
      into.userTimeout = parseNumber(second, 0x7fff * 60)
      return words.length === 2 && into.userTimeout > 0
    case 'FO':
      return words.length <= 2 && parseCookie(second, into)
    default:
      return false
  }
}

function parseSack(words: readonly string[], into: TcpSegment, base: SequenceBase): boolean {
  into.sackCount = words.length - 1
  if (into.sackCount < 1 || into.sackCount > MAX_SACK_BLOCKS) return false
  for (let i = 0; i < into.sackCount; i++) {
    const [left = '', right = '', ...more] = words[i + 1].split(':')
    const edges = [parseNumber(left, 0xffff_ffff), parseNumber(right, 0xffff_ffff)]
    if (more.length > 0 || edges[0] < 0 || edges[1] < 0) return false
    into.sackEdges[2 * i] = edges[0] + base.ack
    into.sackEdges[2 * i + 1] = edges[1] + base.ack
  }
  return true
}

/** An even number of bytes, 4 to 16, or none: a request for a cookie (RFC 7413, 4.1.1). */
function parseCookie(hex: string, into: TcpSegment): boolean {
  if (!/^(?:(?:[0-9a-f]{4}){2,8})?$/i.test(hex)) return false
  into.fastOpenLength = hex.length / 2
  for (let i = 0; i < into.fastOpenLength; i++) {
    into.fastOpenCookie[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)
  }
  return true
}

function copyNotation(from: TcpSegment, into: TcpSegment): void {
  into.seq = from.seq
  into.ack = from.ack
  into.flags = from.flags
  into.window = from.window
  into.urgentPointer = from.urgentPointer
  into.ecn = from.ecn
  into.mss = from.mss
  into.windowScale = from.windowScale
  into.sackPermitted = from.sackPermitted
  into.hasTimestamps = from.hasTimestamps
  into.tsVal = from.tsVal
  into.tsEcr = from.tsEcr
  into.sackCount = from.sackCount
  into.sackEdges.set(from.sackEdges)
  into.fastOpenLength = from.fastOpenLength
  into.fastOpenCookie.set(from.fastOpenCookie)
  into.userTimeout = from.userTimeout
  into.payloadLength = from.payloadLength
}
