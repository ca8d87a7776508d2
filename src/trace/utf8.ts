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
