const REPLACEMENT = 0xfffd

/**
 * UTF-8 (RFC 3629) of `text`, at most `limit` bytes and never half a character. A lone surrogate
 * becomes U+FFFD. By hand, for TextEncoder belongs to the platforms.
 */
export function encodeUtf8(text: string, limit = Number.POSITIVE_INFINITY): Uint8Array {
  const bytes: number[] = []
  for (const character of text) {
    const point = character.codePointAt(0) ?? REPLACEMENT
    const encoded = encodePoint(point >= 0xd800 && point <= 0xdfff ? REPLACEMENT : point)
    if (bytes.length + encoded.length > limit) break
    bytes.push(...encoded)
  }
  return Uint8Array.from(bytes)
}

function encodePoint(point: number): number[] {
  if (point < 0x80) return [point]
  if (point < 0x800) return [0xc0 | (point >>> 6), continuation(point)]
  if (point < 0x1_0000) return [0xe0 | (point >>> 12), continuation(point >>> 6), continuation(point)]
  return [0xf0 | (point >>> 18), continuation(point >>> 12), continuation(point >>> 6), continuation(point)]
}

function continuation(point: number): number {
  return 0x80 | (point & 0x3f)
}

/** Text of the UTF-8 in `length` bytes from `at` on; what is malformed becomes U+FFFD, as TextDecoder has it. */
export function decodeUtf8(view: DataView, at: number, length: number): string {
  const end = at + length
  let text = ''
  let next = at
  while (next < end) {
    const first = view.getUint8(next)
    next += 1
    const more = first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1
    let point = more < 0 ? REPLACEMENT : first & (0x7f >> (more === 0 ? 0 : more + 1))
    for (let left = more; left > 0; left -= 1) {
      const byte = next < end ? view.getUint8(next) : 0
      if (!continues(byte, left === more ? first : 0)) {
        point = REPLACEMENT
        break
      }
      point = (point << 6) | (byte & 0x3f)
      next += 1
    }
    text += String.fromCodePoint(point)
  }
  return text
}

/** Behind these first bytes the second has a narrower range: no overlong form, no surrogate, nothing above U+10FFFF. */
function continues(byte: number, first: number): boolean {
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  return byte >= low && byte <= high
}
