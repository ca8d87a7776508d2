/**
 * Sequence-number arithmetic modulo 2^32 (RFC 9293, 3.4).
 *
 * Sequence numbers live as uint32 in a `number`; they are advanced with `add` and compared only
 * through `distance`, never with `<` or a bare `-`.
 */

/** `a + n` modulo 2^32; `n` may be negative. */
export function add(a: number, n: number): number {
  return (a + n) >>> 0
}

/** Signed distance from `b` to `a`, in -2^31 .. 2^31-1: positive when `a` comes after `b`. */
export function distance(a: number, b: number): number {
  return (a - b) | 0
}

/** `a` comes before `b`. */
export function before(a: number, b: number): boolean {
  return ((a - b) | 0) < 0
}

/** `a` comes after `b`. */
export function after(a: number, b: number): boolean {
  return ((a - b) | 0) > 0
}

/** `low =< a =< high`, the three within half the sequence space of one another. */
export function between(a: number, low: number, high: number): boolean {
  return (high - low) >>> 0 >= (a - low) >>> 0
}

/** The later of the two. */
export function later(a: number, b: number): number {
  return ((a - b) | 0) > 0 ? a : b
}
