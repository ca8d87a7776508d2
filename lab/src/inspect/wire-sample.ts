import { type Run, SAMPLE_NAMES, type SampleName } from '../run/run.ts'

/** What was known of one end at a moment; NaN = not known. */
export type WireSample = Readonly<Record<SampleName, number>>

/** The newest sample of one end of a connection at `time`; null = there is none. */
export function sampleAt(run: Run, lane: number, connection: number, time: number): WireSample | null {
  const samples = run.samples.find((each) => each.lane === lane && each.connection === connection)
  if (samples === undefined) return null
  const { at } = samples.columns
  let low = 0
  let high = at.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (at[middle] <= time) low = middle + 1
    else high = middle
  }
  if (low === 0) return null
  return Object.fromEntries(SAMPLE_NAMES.map((name) => [name, samples.columns[name][low - 1]])) as WireSample
}
