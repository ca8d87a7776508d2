import { Address } from '../wire/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import { readU32 } from '../wire/bytes.ts'
import { readAddress } from '../wire/ipv6.ts'
import type { Field, FieldLayer, FieldName } from './field.ts'

/** What a field is made of, for `field`. */
interface Content {
  readonly value: string
  readonly ok?: boolean
  readonly parts?: readonly Field[]
}

/** Longer values are shown up to here, in bytes. */
const SHOWN_BYTES = 32

/**
 * Takes one field after the other from a range of bytes, down to the bit. Where the range ends within a field, what is
 * left of it becomes `<layer>.cut`, and all later fields are nothing.
 */
export class FieldCursor {
  readonly bytes: Uint8Array
  /** One past the last byte. */
  readonly end: number
  readonly fields: Field[] = []
  private readonly layer: FieldLayer
  private bit: number

  constructor(bytes: Uint8Array, start: number, end: number, layer: FieldLayer) {
    this.bytes = bytes
    this.end = end
    this.layer = layer
    this.bit = start * 8
  }

  /** The byte of the next field. */
  get at(): number {
    return this.bit >>> 3
  }

  /** Bytes left. */
  get left(): number {
    return this.end - this.at
  }

  /** A number of up to 32 bits; returns it, 0 where it is cut off. */
  number(name: FieldName, width: number, format: (value: number) => string = String, ok?: boolean): number {
    if (!this.has(width)) return this.cut()
    const value = this.peek(width)
    this.field(name, width, ok === undefined ? { value: format(value) } : { value: format(value), ok })
    return value
  }

  /** An address of 4 or 16 bytes. */
  address(name: FieldName, length: 4 | 16): void {
    if (!this.has(length * 8)) this.cut()
    else this.field(name, length * 8, { value: formatAddress(addressAt(this.bytes, this.at, length)) })
  }

  /** So many bytes, in hexadecimal or as `format` has it; none where there are none. */
  data(name: FieldName, length: number, format = hexadecimal): void {
    if (length <= 0) return
    if (!this.has(length * 8)) this.cut()
    else this.field(name, length * 8, { value: format(this.bytes, this.at, this.at + length) })
  }

  /** A field of `width` bits that consists of others: `read` takes them, and returns the value of the whole. */
  nested(name: FieldName, width: number, read: (inner: FieldCursor) => string): void {
    if (!this.has(width)) {
      this.cut()
      return
    }
    const inner = new FieldCursor(this.bytes, 0, Math.ceil((this.bit + width) / 8), this.layer)
    inner.bit = this.bit
    const value = read(inner)
    this.field(name, width, { value, parts: inner.fields })
  }

  /** Adds the fields that others have found in the bytes up to `end`. */
  adopt(fields: readonly Field[], end: number): void {
    for (const field of fields) this.fields.push(field)
    this.bit = end * 8
  }

  private has(width: number): boolean {
    return this.bit + width <= this.end * 8
  }

  private peek(width: number): number {
    let value = 0
    for (let bit = this.bit; bit < this.bit + width; bit += 1) {
      value = value * 2 + ((this.bytes[bit >>> 3] >>> (7 - (bit & 7))) & 1)
    }
    return value
  }

  private field(name: FieldName, width: number, { value, ok, parts = [] }: Content): void {
    const start = this.at
    const from = this.bit & 7
    const end = Math.ceil((this.bit + width) / 8)
    this.bit += width
    const layer = this.layer
    const whole = from === 0 && (width & 7) === 0
    const place = whole ? { start, end } : { start, end, bits: [from, from + width] as const }
    this.fields.push({ ...place, layer, name, value, ...(ok === undefined ? {} : { ok }), parts })
  }

  private cut(): number {
    const width = this.end * 8 - this.bit
    if (width > 0) this.field(cutName(this.layer), width, { value: hexadecimal(this.bytes, this.at, this.end) })
    return 0
  }
}

function cutName(layer: FieldLayer): FieldName {
  return layer === 'payload' ? 'payload.data' : `${layer}.cut`
}

/** The address in 4 or 16 bytes. */
export function addressAt(bytes: Uint8Array, at: number, length: 4 | 16): Address {
  if (length === 4) return new Address(0, 0, 0xffff, readU32(bytes, at))
  const address = new Address()
  readAddress(bytes, at, address)
  return address
}

/** '0a 1b', and an ellipsis where there is more. */
export function hexadecimal(bytes: Uint8Array, start: number, end: number): string {
  const shown = bytes.subarray(start, Math.min(end, start + SHOWN_BYTES))
  const text = Array.from(shown, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return end - start > SHOWN_BYTES ? `${text} …` : text
}

/** '0x0a1b' */
export function hex16(value: number): string {
  return `0x${value.toString(16).padStart(4, '0')}`
}

/** '1460 B' */
export function byteCount(_: Uint8Array, start: number, end: number): string {
  return `${end - start} B`
}
