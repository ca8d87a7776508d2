import type { TcpSegment } from '../wire/tcp.ts'
import { asciiText, Inbox } from './inbox.ts'

/** Opcodes (RFC 6455, 11.8). */
export const TEXT = 1
export const CLOSE = 8

const FIN = 0x80
const MASKED = 0x80
const KEY_LENGTH = 4
/** The least length that takes two bytes more, and eight. */
const LONG = 126
const LONGEST = 127
const MOST_IN_TWO_BYTES = 65_535

/** One frame of a WebSocket (RFC 6455, 5.2), a whole message. */
export interface WebSocketFrame {
  readonly opcode: number
  /** Whether it came masked, as all frames of a client must. */
  readonly masked: boolean
  /** Not masked any more. */
  readonly payload: Uint8Array
}

/** The bytes of a frame of at most 65,535 bytes; `key`: four bytes to mask it with, as a client must. */
export function frameBytes(opcode: number, payload: Uint8Array, key?: Uint8Array): Uint8Array {
  const { length } = payload
  if (length > MOST_IN_TWO_BYTES) throw new RangeError(`a frame of ${length} bytes is longer than ${MOST_IN_TWO_BYTES}`)
  const size = length < LONG ? [length] : [LONG, length >>> 8, length & 0xff]
  const [first = 0, ...more] = size
  const head = [FIN | opcode, first | (key === undefined ? 0 : MASKED), ...more, ...(key ?? [])]
  const bytes = new Uint8Array(head.length + length)
  bytes.set(head)
  bytes.set(key === undefined ? payload : masked(payload, key), head.length)
  return bytes
}

/** Takes the first frame out of `inbox`; null when it has not come as a whole. Longer ones than `frameBytes` makes are not known. */
export function takeFrame(inbox: Inbox): WebSocketFrame | null {
  const [first = 0, second = 0, high = 0, low = 0] = inbox.bytes
  const short = second & ~MASKED
  if (short === LONGEST) throw new RangeError('a frame of more than 65,535 bytes')
  const isMasked = (second & MASKED) !== 0
  const keyStart = short === LONG ? 4 : 2
  const start = keyStart + (isMasked ? KEY_LENGTH : 0)
  const length = short === LONG ? (high << 8) | low : short
  if (inbox.bytes.length < start + length) return null
  const frame = inbox.take(start + length)
  const payload = frame.slice(start)
  const key = frame.subarray(keyStart, start)
  return { opcode: first & 0x0f, masked: isMasked, payload: isMasked ? masked(payload, key) : payload }
}

/** For a ladder: the frame that `segment` carries, `text "Hello", masked`, `close 1000`; '' if it carries none, or none alone. */
export function frameLine({ bytes, payloadStart, payloadLength }: TcpSegment): string {
  const [first = 0, second = 0] = bytes.subarray(payloadStart, payloadStart + payloadLength)
  if ((first !== (FIN | TEXT) && first !== (FIN | CLOSE)) || (second & ~MASKED) >= LONG) return ''
  const inbox = new Inbox()
  inbox.bytes = bytes.slice(payloadStart, payloadStart + payloadLength)
  const frame = takeFrame(inbox)
  if (frame === null || inbox.bytes.length > 0) return ''
  const [high = 0, low = 0] = frame.payload
  const told = frame.opcode === TEXT ? `text "${asciiText(frame.payload)}"` : `close ${(high << 8) | low}`
  return frame.masked ? `${told}, masked` : told
}

/** Each byte with one of the key's (RFC 6455, 5.3); done twice, it is undone. */
function masked(payload: Uint8Array, key: Uint8Array): Uint8Array {
  return payload.map((byte, i) => byte ^ (key[i % KEY_LENGTH] ?? 0))
}
