/** No line breaks within a number. */
const SPACE = '\u00a0'

/** Decimal digits in groups of three: `3 626 544 836`. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, SPACE)
}

/** What numbers of one direction are told from: the initial number, or nothing where they are absolute or it is not known. */
export function baseOf(initial: number, absolute: boolean): number {
  return absolute || initial < 0 ? 0 : initial
}

/** A sequence number as it is shown; `–` for one that is not known. */
export function sequence(value: number, base: number): string {
  return value < 0 ? '–' : grouped((value - base) >>> 0)
}

/** A size or count; `–` for one that is not known. */
export function quantity(value: number): string {
  return value < 0 ? '–' : grouped(value)
}
