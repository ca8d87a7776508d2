/** The byte at `offset` of either stream of a script's connection. */
function patternAt(offset: number): number {
  return (offset * 7 + (offset >> 8)) & 255
}

/** `length` bytes of a stream from `offset` on. */
export function pattern(offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i += 1) bytes[i] = patternAt(offset + i)
  return bytes
}

/** Where the first of `length` bytes is that is not the stream's from `offset` on, counted from `start`; -1 = all are. */
export function deviation(bytes: Uint8Array, start: number, length: number, offset: number): number {
  for (let i = 0; i < length; i += 1) if (bytes[start + i] !== patternAt(offset + i)) return i
  return -1
}
