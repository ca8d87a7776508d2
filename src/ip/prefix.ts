import type { Address } from '../wire/address.ts'

/**
 * Prefixes over the four words of an address. Lengths count from the first word, 0 .. 128: an IPv4
 * prefix of n bits is 96 + n here, because IPv4 addresses are held in mapped form.
 */

/** What an IPv4 prefix length becomes inside. */
export const V4_PREFIX = 96

/** `length` of its own family (0..32 or 0..128) as bits of the four words. */
export function prefixBits(address: Address, length: number): number {
  return address.isV4 ? V4_PREFIX + length : length
}

/** The mask of the word that begins at bit `first`. */
function wordMask(first: number, bits: number): number {
  const own = bits - first
  if (own <= 0) return 0
  return own >= 32 ? -1 : -1 << (32 - own)
}

/** Sets `out` to `address` with all but its first `bits` bits zero. */
export function maskAddress(address: Address, bits: number, out: Address): void {
  out.w0 = (address.w0 & wordMask(0, bits)) >>> 0
  out.w1 = (address.w1 & wordMask(32, bits)) >>> 0
  out.w2 = (address.w2 & wordMask(64, bits)) >>> 0
  out.w3 = (address.w3 & wordMask(96, bits)) >>> 0
}

/** How many leading bits `a` and `b` have in common, 0 .. 128. */
export function commonPrefix(a: Address, b: Address): number {
  if (a.w0 !== b.w0) return Math.clz32(a.w0 ^ b.w0)
  if (a.w1 !== b.w1) return 32 + Math.clz32(a.w1 ^ b.w1)
  if (a.w2 !== b.w2) return 64 + Math.clz32(a.w2 ^ b.w2)
  return 96 + Math.clz32(a.w3 ^ b.w3)
}
