/*
 * Memory for packets that are never changed: many in one buffer, since a buffer costs more to make than a packet to
 * copy. A buffer is free again when none of its packets is looked at any more.
 */
const SIZE = 65_536
/** Those that would waste the end of a buffer have one of their own. */
const LARGE = 16_384
/** Up to so many bytes a loop is faster than a view to copy from. */
const SHORT = 128

let slab = new Uint8Array(SIZE)
let used = 0

/** A copy of the bytes from `start` to `end`. */
export function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const length = end - start
  if (length > LARGE) return bytes.slice(start, end)
  if (used + length > SIZE) {
    slab = new Uint8Array(SIZE)
    used = 0
  }
  if (length <= SHORT) for (let i = 0; i < length; i += 1) slab[used + i] = bytes[start + i]
  else slab.set(bytes.subarray(start, end), used)
  const copy = new Uint8Array(slab.buffer, used, length)
  used += length
  return copy
}
