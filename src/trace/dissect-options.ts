import type { FieldName } from './field.ts'
import { type FieldCursor, hexadecimal } from './field-cursor.ts'

/** The options of IPv4 and TCP have one form: a kind alone for two of them, else kind, length and data. */
export interface OptionForm {
  readonly end: FieldName
  readonly nop: FieldName
  readonly kind: FieldName
  readonly length: FieldName
  readonly padding: FieldName
  readonly malformed: FieldName
  /** The name of an option of that kind and length. */
  name(kind: number, length: number): FieldName
  /** Takes what is behind kind and length, and returns the value of the option. */
  data(name: FieldName, length: number, inner: FieldCursor): string
}

const END = 0
const NOP = 1

/** Takes the options in the next `length` bytes, every byte of them. */
export function dissectOptions(cursor: FieldCursor, length: number, form: OptionForm): void {
  const end = cursor.at + length
  while (cursor.at < end) {
    const kind = cursor.bytes[cursor.at]
    if (kind === END) {
      cursor.number(form.end, 8)
      cursor.data(form.padding, end - cursor.at)
      return
    }
    if (kind === NOP) {
      cursor.number(form.nop, 8)
      continue
    }
    const size = cursor.at + 1 < end ? cursor.bytes[cursor.at + 1] : 0
    if (size < 2 || size > end - cursor.at) {
      cursor.data(form.malformed, end - cursor.at)
      return
    }
    const name = form.name(kind, size)
    cursor.nested(name, size * 8, (inner) => {
      inner.number(form.kind, 8)
      inner.number(form.length, 8)
      return form.data(name, size - 2, inner)
    })
  }
}

/** An option of which no more is known than its bytes. */
export function plainData(name: FieldName, length: number, inner: FieldCursor): string {
  const { bytes, at } = inner
  inner.data(name, length)
  return hexadecimal(bytes, at, at + length)
}
