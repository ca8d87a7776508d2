import type { Run } from './run.ts'

/** Every moment at which something happens in a run, ascending, each once; 0 and the end among them. */
export function momentsOf(run: Run): Float64Array {
  const { packets } = run
  const all: number[] = [0, run.end]
  for (const name of ['sentAt', 'arrivedAt', 'lostAt'] as const) {
    for (const at of packets.column(name)) if (!Number.isNaN(at)) all.push(at)
  }
  for (const { at } of run.moves) all.push(at)
  for (const { at } of run.deeds) all.push(at)
  for (const { at } of run.remarks) all.push(at)
  for (const { until, fired } of run.timers) if (fired) all.push(until)
  const sorted = Float64Array.from(all).sort()
  return sorted.filter((at, i) => at !== sorted[i - 1] && at <= run.end)
}

/** The first of `moments` after `time`; the last one if there is none. */
export function nextMoment(moments: Float64Array, time: number): number {
  return moments.find((at) => at > time) ?? moments.at(-1) ?? 0
}

/** The last of `moments` before `time`; the first one if there is none. */
export function previousMoment(moments: Float64Array, time: number): number {
  return moments.findLast((at) => at < time) ?? moments[0] ?? 0
}
