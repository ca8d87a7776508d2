const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Integer microseconds as seconds, in groups of three digits: `0.000 203`, `7 200.000 000`. */
export function formatTime(time: number): string {
  const microseconds = Math.abs(Math.round(time))
  const seconds = String(Math.floor(microseconds / SECOND))
  const fraction = String(microseconds % SECOND).padStart(6, '0')
  const sign = time < 0 ? '-' : ''
  return `${sign}${group(seconds)}.${fraction.slice(0, 3)} ${fraction.slice(3)}`
}

/** The same as one word, for logs: `0.000203`. */
export function formatPlainTime(time: number): string {
  return formatTime(time).replaceAll(' ', '')
}

/** A stretch of time in the unit that fits: `203 µs`, `40.0 ms`, `60.0 s`, `15.0 min`, `2.0 h`. */
export function formatDuration(duration: number): string {
  if (duration < 1000) return `${duration} µs`
  if (duration < SECOND) return `${(duration / 1000).toFixed(1)} ms`
  if (duration < 10 * MINUTE) return `${(duration / SECOND).toFixed(1)} s`
  if (duration < HOUR) return `${(duration / MINUTE).toFixed(1)} min`
  return `${(duration / HOUR).toFixed(1)} h`
}

/** Decimal digits in groups of three from the right. */
export function group(digits: string): string {
  return digits.replace(/\B(?=(?:\d{3})+$)/g, ' ')
}
