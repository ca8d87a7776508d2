/** An idle stretch that takes less room than its time would. */
export interface Fold {
  /** Microseconds of the run. */
  readonly from: number
  readonly to: number
  /** Where it stands, pixels. */
  readonly top: number
  readonly bottom: number
}

/** Room that moments need on paper beside that of their time. */
export interface Rooms {
  /** When something happens, microseconds, ascending, from 0 to the run's end. */
  readonly moments: Float64Array
  /** Pixels for what is said at each. */
  readonly notes: Float32Array
  /** How many lines below the first its arrows need, which would lie on one another otherwise. */
  readonly slots: Uint16Array
}

/** A gap between two moments takes at most so many pixels; a longer one is folded. */
const LONGEST_GAP = 180
/** Room of a fold. */
const FOLD = 44
/** Most room for the arrows of one moment. */
const MOST_SLOTS = 24

/**
 * Where each microsecond of a run stands on paper: so many pixels for each, except in idle stretches, which are folded,
 * and at moments at which so much happens that it is written one below another. Goes both ways, and never backwards.
 */
export class TimeScale {
  readonly height: number
  readonly folds: readonly Fold[]
  /** Pixels from one arrow to the next where several begin or end at one moment. */
  readonly step: number
  /** Pixels for a microsecond where nothing is folded. */
  readonly density: number
  private readonly rooms: Rooms | null
  /** Corners of the line from time to place. */
  private readonly times: Float64Array
  private readonly places: Float64Array

  /**
   * `moments`: ascending, from 0 to the run's end, or these with the room they need; `density`: pixels for a microsecond;
   * `idle`: no shorter gap is folded, microseconds; `step`: see there.
   */
  constructor(moments: readonly number[] | Float64Array | Rooms, density: number, idle = 0, step = 0) {
    const rooms = 'slots' in moments ? moments : null
    const all = 'slots' in moments ? moments.moments : moments
    this.rooms = rooms
    this.step = step
    this.density = density
    const times: number[] = []
    const places: number[] = []
    const folds: Fold[] = []
    let place = 0
    let before = 0
    const corner = (time: number) => {
      times.push(time)
      places.push(place)
    }
    if (all[0] !== 0) corner(0)
    for (let i = 0; i < all.length; i += 1) {
      const moment = all[i] ?? 0
      const gap = moment - before
      if (gap > 0) {
        const natural = gap * density
        const folded = natural > LONGEST_GAP && gap > idle
        if (folded) folds.push({ from: before, to: moment, top: place, bottom: place + FOLD })
        place += folded ? FOLD : natural
      }
      corner(moment)
      const room = this.noteRoom(i) + (rooms?.slots[i] ?? 0) * this.stepAt(i)
      if (room > 0) {
        place += room
        corner(moment)
      }
      before = moment
    }
    this.times = Float64Array.from(times)
    this.places = Float64Array.from(places)
    this.folds = folds
    this.height = place
  }

  /** Pixels from the top to where this moment begins. */
  place(time: number): number {
    return convert(this.times, this.places, time, first(this.times, time))
  }

  /** Pixels from the top to where all of this moment is above. */
  below(time: number): number {
    return convert(this.times, this.places, time, last(this.times, time))
  }

  /** Pixels from the top to the n-th line of this moment, below what is said at it. */
  line(time: number, slot: number): number {
    if (this.rooms === null) return this.place(time)
    const { moments } = this.rooms
    const i = first(moments, time)
    if (moments[i] !== time) return this.place(time)
    return this.place(time) + this.noteRoom(i) + slot * this.stepAt(i)
  }

  /** Microseconds of the run. */
  time(place: number): number {
    return convert(this.places, this.times, place, last(this.places, place))
  }

  private noteRoom(i: number): number {
    return this.rooms?.notes[i] ?? 0
  }

  private stepAt(i: number): number {
    const slots = this.rooms?.slots[i] ?? 0
    return slots <= MOST_SLOTS ? this.step : (this.step * MOST_SLOTS) / slots
  }
}

/** Index of the first that is not less than `value`. */
function first(of: Float64Array, value: number): number {
  let low = 0
  let high = of.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((of[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Index of the last that is not greater than `value`; -1 = there is none. */
function last(of: Float64Array, value: number): number {
  let low = 0
  let high = of.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((of[middle] ?? 0) <= value) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Along the line of corners `from` to `to`, by the corner `at` or that before it; beyond its ends, the ends. */
function convert(from: Float64Array, to: Float64Array, value: number, at: number): number {
  const end = from.length - 1
  if (end < 0) return 0
  if (at < 0) return to[0] ?? 0
  if (at > end) return to[end] ?? 0
  if (from[at] === value) return to[at] ?? 0
  const low = (from[at] ?? 0) < value ? at : at - 1
  if (low < 0) return to[0] ?? 0
  if (low >= end) return to[end] ?? 0
  const [a, b] = [from[low] ?? 0, from[low + 1] ?? 0]
  const [c, d] = [to[low] ?? 0, to[low + 1] ?? 0]
  return b === a ? d : c + ((value - a) / (b - a)) * (d - c)
}
