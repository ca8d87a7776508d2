/** What is known of each segment in flight, a column for each thing; rings whose room is a power of two, or none. */
export class FlightColumns {
  readonly seqs: Uint32Array
  readonly ends: Uint32Array
  readonly times: Float64Array
  readonly bits: Uint8Array
  /** Of a sacked segment: so many segments from it on are sacked, or more. */
  readonly runs: Uint32Array
  /** Room less one. */
  readonly mask: number

  constructor(room: number) {
    this.seqs = new Uint32Array(room)
    this.ends = new Uint32Array(room)
    this.times = new Float64Array(room)
    this.bits = new Uint8Array(room)
    this.runs = new Uint32Array(room)
    this.mask = room - 1
  }
}

/** Of a flight that is empty. */
export const NO_COLUMNS = new FlightColumns(0)

/** Columns at rest, by their room: of each room so many segments in all. */
const free = new Map<number, FlightColumns[]>()
const MAX_FREE_SEGMENTS = 65_536

/** Columns with that room; what they hold is of no meaning. */
export function takeColumns(room: number): FlightColumns {
  return free.get(room)?.pop() ?? new FlightColumns(room)
}

/** Puts columns to rest, so that an idle connection holds none and a busy one allocates none. */
export function giveColumns(columns: FlightColumns): void {
  const room = columns.mask + 1
  if (room === 0) return
  const resting = free.get(room)
  if (resting === undefined) free.set(room, [columns])
  else if ((resting.length + 1) * room <= MAX_FREE_SEGMENTS) resting.push(columns)
}
