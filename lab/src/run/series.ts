import { SAMPLE_NAMES, type SampleName, type Samples } from './run.ts'

/** One end's columns as they grow. */
export class Series {
  private readonly lane: number
  private readonly connection: number
  private readonly columns = SAMPLE_NAMES.map((): number[] => [])

  constructor(lane: number, connection: number) {
    this.lane = lane
    this.connection = connection
  }

  /** Notes what is known at a moment, where it differs from what was known before. */
  add(sample: Readonly<Record<SampleName, number>>): void {
    const last = this.columns[0].length - 1
    const same =
      last >= 0 && SAMPLE_NAMES.every((name, i) => name === 'at' || Object.is(this.columns[i][last], sample[name]))
    if (same) return
    for (const [i, name] of SAMPLE_NAMES.entries()) this.columns[i].push(sample[name])
  }

  finish(): Samples {
    const columns = Object.fromEntries(SAMPLE_NAMES.map((name, i) => [name, Float64Array.from(this.columns[i])]))
    return { lane: this.lane, connection: this.connection, columns: columns as Samples['columns'] }
  }
}
