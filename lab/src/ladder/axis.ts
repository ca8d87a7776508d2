import type { TimeScale } from './time-scale.ts'

/** A time that is named at the edge. */
export interface Tick {
  readonly time: number
  /** Pixels from the top of the paper. */
  readonly y: number
  readonly text: string
}

const SECOND = 1_000_000
/** Ticks are at least so far apart, pixels. */
const APART = 52
const LEAST = 15
/** And not much further apart than so, on the whole. */
const FURTHEST = 130
/** Steps that are tried for that at most. */
const MOST_STEPS = 300

/** The least of 1, 2, 5, 10, 20 ... microseconds that takes `pixels`. */
export function stepFor(density: number, pixels: number): number {
  let unit = 1
  for (;;) {
    for (const factor of [1, 2, 5]) if (unit * factor * density >= pixels) return unit * factor
    unit *= 10
    if (unit > 1e15) return unit
  }
}

/** Times from the top of a view to its bottom, or to `until`: between the folds, and where each of them ends. */
export function ticksOf(scale: TimeScale, top: number, bottom: number, until: number): Tick[] {
  const height = Math.min(bottom, scale.below(until)) - Math.max(top, 0)
  const span = scale.time(bottom) - scale.time(top)
  let step = stepFor(scale.density, APART)
  for (;;) {
    const ticks = ticksBy(step, scale, top, bottom, until)
    // Where moments have room of their own, time goes slower over the paper than its density says.
    if (ticks.length * FURTHEST >= height || step < 10 || span > MOST_STEPS * step) return ticks
    step = stepFor(1, step / 4)
  }
}

function ticksBy(step: number, scale: TimeScale, top: number, bottom: number, until: number): Tick[] {
  const ticks: Tick[] = []
  const add = (time: number) => {
    const y = scale.place(time)
    if (time > until || y < top || y > bottom) return
    const last = ticks.at(-1)
    if (last !== undefined && y - last.y < LEAST) return
    ticks.push({ time, y, text: timeText(time, step) })
  }
  let from = scale.time(top)
  const end = Math.min(until, scale.time(bottom))
  const folds = scale.folds.filter((fold) => fold.to >= from && fold.from <= end)
  for (const fold of [...folds, null]) {
    const to = Math.min(fold?.from ?? end, end)
    for (let time = Math.ceil(from / step) * step; time <= to; time += step) add(time)
    if (fold === null) continue
    add(fold.to)
    from = fold.to + 1
  }
  return ticks
}

/** A time in the unit that fits, as exact as `step` asks for: `20 ms`, `1.010 s`, `3600.5 s`, `250 µs`. */
export function timeText(time: number, step: number): string {
  if (time === 0) return '0'
  if (time < 1000) return `${round(time, 1, Math.min(step, 1))} µs`
  if (time < SECOND) return `${round(time, 1000, step)} ms`
  return `${round(time, SECOND, step)} s`
}

/** As exact as there is room for at the edge: `123.45 ms`, `4.937 s`, `86402.1 s`. */
export function shortTimeText(time: number): string {
  if (time < SECOND) return timeText(10 * Math.round(time / 10), 1000)
  const digits = time < 1000 * SECOND ? 3 : 1
  return `${(time / SECOND).toFixed(digits)} s`
}

/** The time itself, in the unit that fits: `4.937125 s`. */
export function exactTimeText(time: number): string {
  return timeText(time, 1000)
}

/** In so large a unit, with as many decimals as `step` has; one between two steps with as many as it has itself. */
function round(time: number, unit: number, step: number): string {
  const digits = Math.max(0, Math.ceil(Math.log10(unit / step)))
  const asked = (time / unit).toFixed(digits)
  return digits > 3 || Math.abs(Number(asked) * unit - time) > 0.5 ? String(Number((time / unit).toFixed(6))) : asked
}
