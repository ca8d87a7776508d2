const FNV_BASIS = 0x811c9dc5 | 0
const FNV_PRIME = 0x01000193
const OTHER_BASIS = 0x9e3779b9 | 0
const OTHER_FACTOR = 0x85ebca6b
/** Up to so many bytes a view is not worth its making. */
const SHORT = 128

/** A running hash, 64 bits of two 32-bit halves (FNV-1a over words, and a multiplicative one), the same in every engine. */
export class TraceHash {
  private low = FNV_BASIS
  private high = OTHER_BASIS

  /** A whole number from 0 up to 2^53. */
  number(value: number): void {
    this.word(value | 0)
    this.word((value / 2 ** 32) | 0)
  }

  text(text: string): void {
    this.word(text.length)
    for (let i = 0; i < text.length; i += 1) this.word(text.charCodeAt(i))
  }

  /** 16 hexadecimal digits. */
  get digest(): string {
    return hex(mix(this.low)) + hex(mix(this.high))
  }

  private word(word: number): void {
    this.low = stir(this.low, word)
    this.high = stirOther(this.high, word)
  }
}

/** Bytes as a whole number below 2^53: two halves side by side, each of which takes every second word. */
export function hashBytes(bytes: Uint8Array): number {
  const { length } = bytes
  let low = FNV_BASIS ^ length
  let high = OTHER_BASIS
  let at = 0
  if (length > SHORT) {
    const view = viewOf(bytes)
    const offset = bytes.byteOffset
    for (const last = length - 8; at <= last; at += 8) {
      low = stir(low, view.getInt32(offset + at, true))
      high = stir(high, view.getInt32(offset + at + 4, true))
    }
  }
  for (const last = length - 8; at <= last; at += 8) {
    low = stir(low, bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24))
    high = stir(high, bytes[at + 4] | (bytes[at + 5] << 8) | (bytes[at + 6] << 16) | (bytes[at + 7] << 24))
  }
  for (; at < length; at += 1) {
    low = stir(low, bytes[at])
  }
  // What differs in one half differs in the lower one, which is whole.
  return (mix(high) >>> 11) * 2 ** 32 + ((mix(low) ^ Math.imul(high, OTHER_FACTOR)) >>> 0)
}

/** One view for as long as the bytes are of one buffer, as those of packets that were sent one after the other mostly are. */
let lastView = new DataView<ArrayBufferLike>(new ArrayBuffer(0))

function viewOf(bytes: Uint8Array): DataView {
  if (bytes.buffer !== lastView.buffer) lastView = new DataView(bytes.buffer)
  return lastView
}

/** A text as a whole number below 2^32. */
export function hashText(text: string): number {
  let half = FNV_BASIS
  for (let i = 0; i < text.length; i += 1) half = stir(half, text.charCodeAt(i))
  return mix(half)
}

/** One more word: a bit high up in it must reach those below, which multiplication alone does not do. */
function stir(half: number, word: number): number {
  const h = Math.imul(half ^ word, FNV_PRIME)
  return h ^ (h >>> 15)
}

function stirOther(half: number, word: number): number {
  return Math.imul(half + word, OTHER_FACTOR) ^ (half >>> 15)
}

function mix(half: number): number {
  let h = half ^ (half >>> 16)
  h = Math.imul(h, 0x7feb352d)
  h ^= h >>> 15
  h = Math.imul(h, 0x846ca68b)
  return (h ^ (h >>> 16)) >>> 0
}

function hex(half: number): string {
  return half.toString(16).padStart(8, '0')
}
