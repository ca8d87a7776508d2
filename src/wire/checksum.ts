import type { Address } from './address.ts'

/**
 * The Internet checksum (RFC 1071): the one's complement sum of 16-bit big-endian words.
 *
 * 2^16 and 2^32 are both 1 modulo 65,535, so words of any width may be added and the sum folded at the
 * end (RFC 1071, 2.C). Four float64 sums of 32-bit words are exact far beyond a packet's length, and
 * the fastest form in JavaScript that works at any alignment.
 *
 * A sender writes `~fold(sum(...)) & 0xffff`; a receiver accepts where `fold(...) === 0xffff` with the
 * checksum field in the sum.
 */

/** Up to so many bytes the plain loop over pairs is the faster one. */
const SHORT = 32

/**
 * Adds `length` bytes from `start` to `initial`. The result is not folded: it may be the `initial` of
 * a further piece (a pseudo header, then the segment). An odd length is padded with a zero byte
 * (RFC 1071, 4.1), so only the last piece of a chain may have one. Bytes past the end of the array
 * are not read. Exact for up to 2^23 bytes in all.
 */
export function sum(bytes: Uint8Array, start: number, length: number, initial: number): number {
  let end = start + length
  if (end > bytes.length) end = bytes.length
  if (end - start > SHORT) return initial + sumLong(viewOf(bytes), bytes.byteOffset + start, bytes.byteOffset + end)
  let total = 0
  let at = start
  for (const last = end - 1; at < last; at += 2) total += (bytes[at] << 8) | bytes[at + 1]
  if (at < end) total += bytes[at] << 8
  return initial + total
}

function sumLong(view: DataView, start: number, end: number): number {
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let at = start
  for (const last = end - 32; at <= last; at += 32) {
    a += view.getUint32(at)
    b += view.getUint32(at + 4)
    c += view.getUint32(at + 8)
    d += view.getUint32(at + 12)
    a += view.getUint32(at + 16)
    b += view.getUint32(at + 20)
    c += view.getUint32(at + 24)
    d += view.getUint32(at + 28)
  }
  for (const last = end - 4; at <= last; at += 4) b += view.getUint32(at)
  for (const last = end - 2; at <= last; at += 2) c += view.getUint16(at)
  if (at < end) d += view.getUint8(at) << 8
  return a + b + (c + d)
}

/** Folds a sum to 16 bits, not complemented. Only a sum of zero gives 0; all others give 1 .. 0xffff. */
export function fold(sum: number): number {
  // A sum is below 2^53: its upper part has at most 21 bits, so that the first addition stays an int32.
  const once = Math.floor(sum / 0x1_0000_0000) + ((sum >>> 16) & 0xffff) + (sum & 0xffff)
  const twice = (once >>> 16) + (once & 0xffff)
  return (twice >>> 16) + (twice & 0xffff)
}

/**
 * The sum of the pseudo header: RFC 9293 3.1 and RFC 768 for IPv4, RFC 8200 8.1 for IPv6. One form
 * serves both, for an IPv4-mapped address adds 0xffff, which is zero in one's complement.
 * `length` is that of the transport header and its payload, in bytes.
 */
export function pseudoHeaderSum(source: Address, destination: Address, protocol: number, length: number): number {
  return (
    source.w0 +
    source.w1 +
    source.w2 +
    source.w3 +
    (destination.w0 + destination.w1 + destination.w2 + destination.w3) +
    (protocol + length)
  )
}

/*
 * A DataView costs more to make than a small packet to sum, so each buffer keeps one over all of its
 * bytes. The last array is compared first; `bytes.buffer` and the map are only for a change of array.
 */
const views = new WeakMap<ArrayBufferLike, DataView>()
let lastBytes: Uint8Array = new Uint8Array(0)
let lastBuffer: ArrayBufferLike = lastBytes.buffer
let lastView: DataView = new DataView(lastBuffer)

function viewOf(bytes: Uint8Array): DataView {
  if (bytes === lastBytes) return lastView
  const buffer = bytes.buffer
  if (buffer === lastBuffer) {
    lastBytes = bytes
    return lastView
  }
  let view = views.get(buffer)
  if (view === undefined) {
    view = new DataView(buffer)
    views.set(buffer, view)
  }
  lastBytes = bytes
  lastBuffer = buffer
  lastView = view
  return view
}
