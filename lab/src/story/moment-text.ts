const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
/** Below this, seconds alone are told. */
const LONG = 10 * MINUTE

/** A moment of a run, microseconds, exact and short: `5 ms`, `1.015 s`, `63 s`, `2 h 12 min 30.12 s`. Read by `parseTime`. */
export function momentText(time: number): string {
  if (time < 1000 && time > 0) return `${time} µs`
  if (time < SECOND) return `${time / 1000} ms`
  if (time < LONG) return `${time / SECOND} s`
  const hours = Math.floor(time / HOUR)
  const minutes = Math.floor((time % HOUR) / MINUTE)
  const rest = (time % MINUTE) / SECOND
  const parts = [
    ...(hours > 0 ? [`${hours} h`] : []),
    ...(minutes > 0 ? [`${minutes} min`] : []),
    ...(rest > 0 ? [`${rest} s`] : []),
  ]
  return parts.join(' ')
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', SECOND],
  ['us', 1],
  ['µs', 1],
  ['μs', 1],
  ['微秒', 1],
  ['ms', 1000],
  ['毫秒', 1000],
  ['s', SECOND],
  ['秒', SECOND],
  ['min', MINUTE],
  ['分', MINUTE],
  ['分钟', MINUTE],
  ['h', HOUR],
  ['小时', HOUR],
  ['d', 24 * HOUR],
  ['天', 24 * HOUR],
])
const PIECE = /^(\d[\d ]*(?:[.,][\d ]*)?|[.,]\d[\d ]*)([a-zµμ\u4e00-\u9fff]*)/i

/** `1.5 s`, `200 ms`, `12345 us`, `2 h 5 min`; without a unit seconds, as the clock shows them: `1.000 203`. Null for anything else. */
export function parseTime(text: string): number | null {
  let rest = text.trim()
  if (rest === '') return null
  let total = 0
  while (rest !== '') {
    const match = PIECE.exec(rest)
    if (match === null) return null
    const [all, digits = '', unit = ''] = match
    const scale = UNITS.get(unit.toLowerCase())
    const value = Number(digits.replaceAll(' ', '').replace(',', '.'))
    if (scale === undefined || !Number.isFinite(value)) return null
    if (unit === '' && all.length < rest.length) return null
    total += value * scale
    rest = rest.slice(all.length).trimStart()
  }
  return Math.round(total)
}
