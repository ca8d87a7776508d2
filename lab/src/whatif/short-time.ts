const SECOND = 1_000_000

/** A moment or a stretch of time, microseconds, as briefly as it can be said exactly: `15 ms`, `1.5 s`, `203 µs`. */
export function shortTime(time: number): string {
  if (time === 0) return '0'
  if (time < 1000) return `${time} µs`
  if (time < SECOND) return `${trimmed(time / 1000)} ms`
  return `${trimmed(time / SECOND)} s`
}

function trimmed(value: number): string {
  return String(Math.round(value * 1000) / 1000)
}
