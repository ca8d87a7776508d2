import type { Run } from '../run/run.ts'

/** Where a lane stands on paper, pixels. */
export interface LanePlace {
  readonly lane: number
  readonly x: number
  /** Half the width of its bands. */
  readonly half: number
  /** On which side its timers and names stand: -1 left, 1 right. */
  readonly side: -1 | 1
  /** There is a margin on that side, not another lane. */
  readonly outer: boolean
}

/** Lanes that are tried in every order. */
const MOST_TRIED = 7
/** Room for the times at the left edge, and for what stands beside the first and the last lane. */
export const AXIS = 68
/** The same where the times stand elsewhere. */
export const NO_AXIS = 12
/** Timers begin so far beside the bands of a lane, and stand so far from one another. */
export const BESIDE = 6
export const BAR_PITCH = 6
const MARGIN = 100
/** What the name of a state needs. */
const NAME = 82
const MARGIN_NARROW = 34
const NARROW = 520
/** Lanes further apart than this are no help. */
const WIDEST = 520

/** The lanes from left to right, such that those that talk stand side by side. */
export function laneOrder({ lanes, packets }: Pick<Run, 'lanes' | 'packets'>): number[] {
  const all = lanes.map((_, lane) => lane)
  if (lanes.length < 3 || lanes.length > MOST_TRIED) return all
  const [from, to] = [packets.column('from'), packets.column('to')]
  const talks = new Set<number>()
  for (let i = 0; i < packets.count; i += 1) talks.add((from[i] ?? 0) * lanes.length + (to[i] ?? 0))
  const pairs = [...talks].map((pair) => [Math.floor(pair / lanes.length), pair % lanes.length] as const)
  let best = all
  let least = Number.POSITIVE_INFINITY
  for (const order of permutations(all)) {
    const place = all.map((lane) => order.indexOf(lane))
    let cost = 0
    for (const [a, b] of pairs) cost += Math.abs((place[a] ?? 0) - (place[b] ?? 0)) - 1
    if (cost < least) {
      least = cost
      best = order
    }
  }
  return best
}

/** In the order of the alphabet, so that the given one is the first. */
function* permutations(of: readonly number[]): Iterable<number[]> {
  if (of.length <= 1) yield [...of]
  for (const head of of) {
    for (const rest of permutations(of.filter((each) => each !== head))) yield [head, ...rest]
  }
}

/** What stands at a lane. */
export interface LaneWidth {
  /** Half the width of its bands, pixels. */
  readonly half: number
  /** There is one band at most: its states are named beside it, if there is a margin. */
  readonly single: boolean
  /** Bars of timers. */
  readonly bars: number
}

/** Places by lane, not from left to right. */
export function placeLanes(
  order: readonly number[],
  widths: readonly LaneWidth[],
  width: number,
  axis = AXIS,
): LanePlace[] {
  const count = order.length
  const [left, right] = [order[0], order.at(-1)].map((lane) => marginOf(widths[lane ?? 0], width))
  const room = Math.max(width - axis - (left ?? 0) - (right ?? 0), 40)
  const gap = count > 1 ? Math.min(room / (count - 1), WIDEST) : 0
  const first = axis + (left ?? 0) + (room - gap * (count - 1)) / 2
  const places: LanePlace[] = []
  order.forEach((lane, i) => {
    const outer = i === 0 || i === count - 1
    places[lane] = { lane, x: first + gap * i, half: widths[lane]?.half ?? 1, side: i === 0 ? -1 : 1, outer }
  })
  return places
}

/** Room beside an outer lane: for its timers, and the names of its states. */
function marginOf(lane: LaneWidth | undefined, width: number): number {
  if (lane === undefined) return MARGIN_NARROW
  const beside = lane.half + BESIDE + lane.bars * BAR_PITCH
  if (width < NARROW) return Math.max(MARGIN_NARROW, beside)
  return Math.max(MARGIN, beside + (lane.single ? NAME : 0))
}
