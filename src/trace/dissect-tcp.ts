import { TCP_MIN_HEADER } from '../wire/tcp-header.ts'
import { dissectOptions, type OptionForm, plainData } from './dissect-options.ts'
import type { Field, FieldName } from './field.ts'
import { byteCount, FieldCursor, hex16 } from './field-cursor.ts'

/** From the highest bit to the lowest. */
const FLAGS: readonly (readonly [name: FieldName, text: string])[] = [
  ['tcp.flags.ae', 'AE'],
  ['tcp.flags.cwr', 'CWR'],
  ['tcp.flags.ece', 'ECE'],
  ['tcp.flags.urg', 'URG'],
  ['tcp.flags.ack', 'ACK'],
  ['tcp.flags.psh', 'PSH'],
  ['tcp.flags.rst', 'RST'],
  ['tcp.flags.syn', 'SYN'],
  ['tcp.flags.fin', 'FIN'],
]

/** Options by kind, and the lengths they may have (IANA, TCP Option Kind Numbers). */
const OPTIONS: ReadonlyMap<number, readonly [name: FieldName, allowed: (length: number) => boolean]> = new Map([
  [2, ['tcp.option.mss', (length: number) => length === 4]],
  [3, ['tcp.option.window_scale', (length: number) => length === 3]],
  [4, ['tcp.option.sack_permitted', (length: number) => length === 2]],
  [5, ['tcp.option.sack', (length: number) => length >= 10 && (length - 2) % 8 === 0]],
  [8, ['tcp.option.timestamps', (length: number) => length === 10]],
  [19, ['tcp.option.md5', (length: number) => length === 18]],
  [28, ['tcp.option.user_timeout', (length: number) => length === 4]],
  [29, ['tcp.option.authentication', (length: number) => length >= 4]],
  [30, ['tcp.option.multipath', (length: number) => length >= 3]],
  [34, ['tcp.option.fast_open', (length: number) => length === 2 || (length >= 6 && length <= 18)]],
])

const TCP_OPTIONS: OptionForm = {
  end: 'tcp.option.end',
  nop: 'tcp.option.nop',
  kind: 'tcp.option.kind',
  length: 'tcp.option.length',
  padding: 'tcp.option.padding',
  malformed: 'tcp.option.malformed',
  name(kind, length) {
    const known = OPTIONS.get(kind)
    return known?.[1](length) ? known[0] : 'tcp.option.unknown'
  },
  data: optionData,
}

/**
 * The TCP header in the bytes from `start` to `end` and the data behind it; `ok` says whether the checksum is right,
 * undefined where nobody can say.
 */
export function dissectTcp(bytes: Uint8Array, start: number, end: number, ok: boolean | undefined): readonly Field[] {
  const cursor = new FieldCursor(bytes, start, end, 'tcp')
  cursor.number('tcp.source_port', 16)
  cursor.number('tcp.destination_port', 16)
  cursor.number('tcp.seq', 32)
  cursor.number('tcp.ack', 32)
  const length = cursor.number('tcp.data_offset', 4, (words) => `${words} (${4 * words} B)`) * 4
  cursor.number('tcp.reserved', 3)
  cursor.nested('tcp.flags', FLAGS.length, flags)
  cursor.number('tcp.window', 16)
  cursor.number('tcp.checksum', 16, hex16, ok)
  cursor.number('tcp.urgent_pointer', 16)
  dissectOptions(cursor, Math.min(length - TCP_MIN_HEADER, cursor.left), TCP_OPTIONS)
  const payload = new FieldCursor(bytes, cursor.at, end, 'payload')
  payload.data('payload.data', payload.left, byteCount)
  cursor.adopt(payload.fields, end)
  return cursor.fields
}

function flags(inner: FieldCursor): string {
  const set: string[] = []
  for (const [name, text] of FLAGS) if (inner.number(name, 1) === 1) set.push(text)
  return set.join(', ')
}

function optionData(name: FieldName, length: number, inner: FieldCursor): string {
  switch (name) {
    case 'tcp.option.mss':
      return String(inner.number('tcp.option.data', 16))
    case 'tcp.option.window_scale': {
      const shift = inner.number('tcp.option.data', 8)
      // RFC 7323, 2.3: more than 14 counts as 14.
      return `${shift} (×${2 ** Math.min(shift, 14)})`
    }
    case 'tcp.option.sack':
      return sackBlocks(length / 8, inner)
    case 'tcp.option.timestamps': {
      const value = inner.number('tcp.option.timestamps.tsval', 32)
      return `TSval ${value}, TSecr ${inner.number('tcp.option.timestamps.tsecr', 32)}`
    }
    case 'tcp.option.user_timeout': {
      const field = inner.number('tcp.option.data', 16, hex16)
      return `${field & 0x8000 ? (field & 0x7fff) * 60 : field} s`
    }
    default:
      return plainData('tcp.option.data', length, inner)
  }
}

function sackBlocks(count: number, inner: FieldCursor): string {
  const blocks: string[] = []
  for (let i = 0; i < count; i += 1) {
    const left = inner.number('tcp.option.sack.left', 32)
    blocks.push(`${left}:${inner.number('tcp.option.sack.right', 32)}`)
  }
  return blocks.join(' ')
}
