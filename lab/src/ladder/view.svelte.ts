import type { TimeScale } from './time-scale.ts'

/** Paper above time 0, pixels. */
const HEAD_ROOM = 22
/** Where now is kept while time passes, as a part of the height; and where it is brought when it was out of sight. */
const LOWEST = 2 / 3
const HIGHEST = 0.08
const BROUGHT = 1 / 3

/** Which part of the paper is looked at: the same for ladders that lie side by side. */
export class View {
  /** Pixels from the top of the paper. */
  top = $state(-HEAD_ROOM)
  height = $state(0)
  /** What stays in its place when the zoom changes, pixels from the top of the view; -1 = nothing is held. */
  private anchor = -1
  private scale: TimeScale | null = null
  /** What was followed last, microseconds; -1 = nothing yet. */
  private time = -1

  /** Moves over the paper. */
  pan(by: number): void {
    this.put(this.top + by)
  }

  /** To the beginning of another run. */
  rewind(): void {
    this.top = -HEAD_ROOM
    this.scale = null
    this.time = -1
  }

  /** The next change of the scale is around that height. */
  hold(y: number): void {
    this.anchor = y
  }

  /** The paper has another scale: what was held stays. */
  rescale(scale: TimeScale): void {
    const { scale: before, anchor } = this
    this.scale = scale
    this.anchor = -1
    if (before === null || before === scale) return
    const y = anchor >= 0 ? anchor : this.steady(before)
    const place = this.top + y
    this.put(place < 0 ? this.top : scale.place(before.time(place)) - y)
  }

  /** Time has passed: now is kept in sight. */
  follow(time: number): void {
    const { scale, height } = this
    if (scale === null || height === 0 || time === this.time) return
    this.time = time
    const place = scale.below(time)
    const y = place - this.top
    if (y > height * LOWEST) this.put(place - height * LOWEST)
    else if (y < height * HIGHEST) this.put(place - height * BROUGHT)
  }

  /** Brings a stretch of the paper into sight. */
  reveal(from: number, to: number): void {
    const margin = 30
    if (from - margin >= this.top && to + margin <= this.top + this.height) return
    if (to - from > this.height) this.put(from - margin)
    else this.put((from + to - this.height) / 2)
  }

  /** What stays in its place if nothing is held: now if it is in sight, else the middle. */
  private steady(scale: TimeScale): number {
    const now = this.time < 0 ? -1 : scale.below(this.time) - this.top
    return now >= 0 && now <= this.height ? now : this.height / 2
  }

  private put(top: number): void {
    const most = Math.max((this.scale?.height ?? 0) - this.height / 2, -HEAD_ROOM)
    this.top = Math.min(Math.max(top, -HEAD_ROOM), most)
  }
}
