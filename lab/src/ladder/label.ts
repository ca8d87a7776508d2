import { lineOf } from '../inspect/notation.ts'
import { MARKS, type Packet } from '../run/packets.ts'
import type { RunConnection } from '../run/run.ts'
import { LADDER_WORDS } from '../words/ladder.ts'
import { markWords, nameOf } from './describe.ts'

/** The words on an arrow, taken apart: what does not fit is left out. */
export interface Label {
  /** `SYN,ACK`; '' = none. */
  readonly name: string
  /** The notation from whole to short; the last is the least. */
  readonly notation: readonly string[]
  /** 'retransmission', 'lost'; '' = nothing. */
  readonly remark: string
  /** The first line of what it carries, if that is text; '' = nothing. */
  readonly payload: string
}

/** Most letters of a payload's first line, and most bytes in which it is looked for. */
const MOST_LETTERS = 30
const LONGEST_LINE = 120

export function labelOf(
  packet: Packet,
  connection: RunConnection | undefined,
  absolute: boolean,
  language: 'en' | 'zh',
): Label {
  const whole = withoutTimestamps(lineOf(packet, connection, absolute))
  const header = whole.replace(/ <[^>]*>/, '')
  const short = header.replace(/ win \d+/, '')
  const least = short.replace(/ ack \d+.*/, '')
  const remarks = markWords(packet.marks, language)
  if (packet.marks & MARKS.lost) remarks.push(LADDER_WORDS[language].lost)
  return {
    name: nameOf(packet),
    notation: [...new Set([whole, header, short, least])],
    remark: remarks.join(LADDER_WORDS[language].comma),
    payload: firstLine(packet),
  }
}

/** Timestamps are in nearly every segment, and seldom what it is about. */
function withoutTimestamps(line: string): string {
  return line.replace(/ <([^>]*)>/, (_, list: string) => {
    const left = list.split(',').filter((option) => !option.startsWith('TS '))
    return left.length > 0 ? ` <${left.join(',')}>` : ''
  })
}

/** `GET / HTTP/1.1`: the first line of the payload, if it has one that is text. */
function firstLine({ bytes, length }: Packet): string {
  if (length === 0) return ''
  const start = bytes.length - length
  let text = ''
  for (let i = start; i < Math.min(bytes.length, start + LONGEST_LINE); i += 1) {
    const byte = bytes[i] ?? 0
    if (byte === 13 || byte === 10) return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text
    if (byte < 32 || byte > 126) return ''
    text += String.fromCharCode(byte)
  }
  return ''
}

/** The same label again and again: remembered as long as what it depends on stays. */
export class Labels {
  private readonly known = new Map<number, Label>()
  private readonly make: (index: number) => Label

  constructor(make: (index: number) => Label) {
    this.make = make
  }

  of(index: number): Label {
    let label = this.known.get(index)
    if (label === undefined) {
      if (this.known.size > 3000) this.known.clear()
      label = this.make(index)
      this.known.set(index, label)
    }
    return label
  }
}
