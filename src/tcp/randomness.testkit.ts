/**
 * Simple statistics of uint32 that ought to be independent and uniform, each as a number of standard deviations
 * from what such numbers give; the worst of its kind.
 */
export interface Randomness {
  /** How often each bit is set. */
  bits: number
  /** How often each bit differs from one number to the next. */
  changes: number
  /** Chi-square over each byte of the differences of neighbours. */
  differences: number
  /** Chi-square over pairs of neighbours' high bytes, and of their low bytes. */
  pairs: number
  /** Correlation of each number with the next, the second and the 16th. */
  serial: number
  /** Numbers that come twice, against the birthday bound. */
  collisions: number
}

export function randomness(numbers: Uint32Array): Randomness {
  const changes = new Uint32Array(numbers.length - 1)
  const differences = new Uint32Array(numbers.length - 1)
  for (let i = 0; i < changes.length; i += 1) {
    const a = numbers[i] ?? 0
    const b = numbers[i + 1] ?? 0
    changes[i] = a ^ b
    differences[i] = b - a
  }
  return {
    bits: bitBalance(numbers),
    changes: bitBalance(changes),
    differences: Math.max(...[0, 8, 16, 24].map((shift) => byteUniformity(differences, shift))),
    pairs: Math.max(pairUniformity(numbers, 24), pairUniformity(numbers, 0)),
    serial: Math.max(...[1, 2, 16].map((lag) => serialCorrelation(numbers, lag))),
    collisions: collisions(numbers),
  }
}

/** The names of those that lie more than `bound` deviations off. */
export function suspicious(found: Randomness, bound = 5): string[] {
  return Object.entries(found)
    .filter(([, deviation]) => !(deviation < bound))
    .map(([name]) => name)
}

function bitBalance(numbers: Uint32Array): number {
  let worst = 0
  for (let bit = 0; bit < 32; bit += 1) {
    if (bit % 8 === 0) byteCounts(numbers, bit, bytes)
    let set = 0
    for (let byte = 0; byte < 256; byte += 1) if (byte & (1 << (bit % 8))) set += bytes[byte] ?? 0
    worst = Math.max(worst, Math.abs(set - numbers.length / 2) / Math.sqrt(numbers.length / 4))
  }
  return worst
}

/** Reused. */
const bytes = new Uint32Array(256)

/** How often each byte comes at `shift`. */
function byteCounts(numbers: Uint32Array, shift: number, counts: Uint32Array): void {
  counts.fill(0)
  for (const number of numbers) counts[(number >>> shift) & 255] += 1
}

/** How far chi-square lies from its mean; much too even is as bad as uneven. */
function chiSquare(counts: Uint32Array, expected: number): number {
  let sum = 0
  for (const count of counts) sum += (count - expected) ** 2 / expected
  const freedom = counts.length - 1
  return Math.abs(sum - freedom) / Math.sqrt(2 * freedom)
}

function byteUniformity(numbers: Uint32Array, shift: number): number {
  byteCounts(numbers, shift, bytes)
  return chiSquare(bytes, numbers.length / 256)
}

function pairUniformity(numbers: Uint32Array, shift: number): number {
  const counts = new Uint32Array(65_536)
  const pairs = numbers.length >> 1
  for (let i = 0; i < pairs; i += 1) {
    const cell = ((((numbers[2 * i] ?? 0) >>> shift) & 255) << 8) | (((numbers[2 * i + 1] ?? 0) >>> shift) & 255)
    counts[cell] = (counts[cell] ?? 0) + 1
  }
  return chiSquare(counts, pairs / 65_536)
}

function serialCorrelation(numbers: Uint32Array, lag: number): number {
  const mean = 2 ** 31
  const variance = 2 ** 64 / 12
  let sum = 0
  for (let i = lag; i < numbers.length; i += 1) sum += ((numbers[i] ?? 0) - mean) * ((numbers[i - lag] ?? 0) - mean)
  return Math.abs(sum / variance) / Math.sqrt(numbers.length - lag)
}

function collisions(numbers: Uint32Array): number {
  const sorted = numbers.slice().sort()
  let count = 0
  for (let i = 1; i < sorted.length; i += 1) if (sorted[i] === sorted[i - 1]) count += 1
  const expected = (numbers.length * (numbers.length - 1)) / 2 ** 33
  return Math.abs(count - expected) / Math.sqrt(expected)
}
