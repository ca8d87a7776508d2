import { seq } from 'estab/wire'

/** A stretch of sequence space to be drawn. */
export interface Stretch<What extends string> {
  readonly from: number
  readonly to: number
  readonly what: What
}

/** The same on paper: fractions of the strip's width. */
interface Bar<What extends string> {
  readonly left: number
  readonly width: number
  readonly what: What
  /** Octets. */
  readonly size: number
}

/** A number at an edge. */
export interface Edge {
  readonly name: string
  readonly at: number
}

interface PlacedEdge extends Edge {
  /** Fraction of the strip's width. */
  readonly place: number
}

export interface StripLayout<What extends string> {
  readonly bars: readonly Bar<What>[]
  readonly edges: readonly PlacedEdge[]
}

/** No stretch is narrower than this part of the strip, that a single octet be seen beside a window of megabytes. */
const NARROWEST = 0.03

/**
 * Lays stretches that lie one behind the other, holes and all, out on a strip from `start` to `end`: by their sizes, but
 * none too narrow to be seen. Numbers are absolute and may wrap.
 */
export function layOut<What extends string>(
  start: number,
  end: number,
  stretches: readonly Stretch<What>[],
  edges: readonly Edge[],
): StripLayout<What> {
  const place = (value: number) => Math.max(0, seq.distance(value, start))
  const whole = Math.max(place(end), ...stretches.map(({ to }) => place(to)), ...edges.map(({ at }) => place(at)))
  const corners = [
    ...new Set([
      0,
      whole,
      ...stretches.flatMap(({ from, to }) => [place(from), place(to)]),
      ...edges.map(({ at }) => place(at)),
    ]),
  ].sort((a, b) => a - b)
  const places = stretched(corners, whole)
  const on = (value: number) => places.get(place(value)) ?? 0
  return {
    bars: stretches
      .filter(({ from, to }) => seq.distance(to, from) > 0)
      .map(({ from, to, what }) => ({ left: on(from), width: on(to) - on(from), what, size: seq.distance(to, from) })),
    edges: edges.map((edge) => ({ ...edge, place: on(edge.at) })),
  }
}

/** Where each corner stands: what is too narrow gets the least room, and the others share the rest by their sizes. */
function stretched(corners: readonly number[], whole: number): ReadonlyMap<number, number> {
  const gaps = corners.slice(1).map((corner, i) => corner - corners[i])
  const least = Math.min(NARROWEST, 1 / Math.max(1, gaps.length))
  const narrow = gaps.map((gap) => gap < least * whole)
  const room = 1 - least * narrow.filter(Boolean).length
  const wide = gaps.reduce((sum, gap, i) => sum + (narrow[i] ? 0 : gap), 0)
  const places = new Map<number, number>([[corners[0] ?? 0, 0]])
  let place = 0
  for (const [i, gap] of gaps.entries()) {
    place += narrow[i] || wide === 0 ? (wide === 0 ? 1 / gaps.length : least) : (gap / wide) * room
    places.set(corners[i + 1], place)
  }
  return places
}

/** A label below a strip: fractions of its width. Its own text stands as far to the left of its place as its place is to the right. */
export interface StripLabel {
  readonly place: number
  readonly width: number
}

/** The row of each label, so that none covers another. */
export function rowsOf(labels: readonly StripLabel[]): { readonly rows: readonly number[]; readonly count: number } {
  const ends: { left: number; right: number }[][] = []
  const rows = labels.map(({ place, width }) => {
    const left = place - place * width
    const right = left + width
    let row = 0
    while (ends[row]?.some((other) => left < other.right && right > other.left)) row += 1
    ends[row] = [...(ends[row] ?? []), { left, right }]
    return row
  })
  return { rows, count: ends.length }
}
