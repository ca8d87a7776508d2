import { UDP_HEADER } from '../wire/udp.ts'
import type { Field } from './field.ts'
import { byteCount, FieldCursor, hex16 } from './field-cursor.ts'

/** The UDP header in the bytes from `start` to `end`, its data, and what is behind the length it tells. */
export function dissectUdp(bytes: Uint8Array, start: number, end: number, ok: boolean | undefined): readonly Field[] {
  const cursor = new FieldCursor(bytes, start, end, 'udp')
  cursor.number('udp.source_port', 16)
  cursor.number('udp.destination_port', 16)
  const length = cursor.number('udp.length', 16)
  cursor.number('udp.checksum', 16, hex16, ok)
  const payload = new FieldCursor(bytes, cursor.at, end, 'payload')
  payload.data('payload.data', length >= UDP_HEADER ? Math.min(length - UDP_HEADER, payload.left) : 0, byteCount)
  payload.data('payload.trailer', payload.left, byteCount)
  cursor.adopt(payload.fields, end)
  return cursor.fields
}
