import type { Run, TimerSpan } from '../run/run.ts'

/** A timer and where it is drawn: which of the bars beside its lane, from 0. */
export interface TimerBar {
  readonly timer: TimerSpan
  readonly column: number
}

const MOST_BARS = 4

/** The timers beside each lane, no two that run at once in one column; where there is no room for one it is left out. */
export function timerBars({ timers, lanes }: Pick<Run, 'timers' | 'lanes'>, connection: number): TimerBar[] {
  const free = lanes.map((): number[] => [])
  const bars: TimerBar[] = []
  const shown = timers.filter((timer) => connection < 0 || timer.connection === connection)
  for (const timer of shown.toSorted((a, b) => a.from - b.from)) {
    const columns = free[timer.lane]
    if (columns === undefined) continue
    let column = columns.findIndex((until) => until <= timer.from)
    if (column < 0 && columns.length < MOST_BARS) column = columns.push(0) - 1
    if (column < 0) continue
    columns[column] = timer.until
    bars.push({ timer, column })
  }
  return bars
}

/** How many columns of timers each lane has. */
export function barColumns(bars: readonly TimerBar[], lanes: number): number[] {
  const columns = new Array<number>(lanes).fill(0)
  for (const { timer, column } of bars) columns[timer.lane] = Math.max(columns[timer.lane] ?? 0, column + 1)
  return columns
}
