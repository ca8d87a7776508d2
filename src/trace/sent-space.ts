import { add, after, before, distance, later } from '../wire/seq.ts'

/** A range of sequence numbers that has not been seen, and what showed that it is missing. */
interface Hole {
  left: number
  right: number
  /** When that came, and its timestamp; -1 for none. */
  readonly time: number
  readonly tsVal: number
}

/** More at a time are forgotten, the lowest first. */
const MAX_HOLES = 64

/** What is new about a segment: 'next' in order, 'gap' with something missing before it, 'filling' a gap, 'again'. */
export type Novelty = 'next' | 'gap' | 'filling' | 'again'

/** The sequence numbers of one end as they pass by. */
export class SentSpace {
  /** Whether any has been seen. */
  known = false
  /** One past the highest. */
  nxt = 0
  /** One past the highest that was not told of by a segment without any. */
  top = 0
  private holes: Hole[] = []

  /** One past what has been seen without a gap. */
  get contiguous(): number {
    return this.holes[0]?.left ?? this.nxt
  }

  /** What `length` numbers from `seq` on would be. */
  novelty(seq: number, length: number): Novelty {
    if (!this.known) return 'next'
    const ahead = distance(seq, this.nxt)
    if (ahead >= 0) return ahead > 0 ? 'gap' : 'next'
    return this.holeOf(seq, length) === null ? 'again' : 'filling'
  }

  /** The gap that they would fill, all or some of it; null for none. */
  holeOf(seq: number, length: number): Readonly<Hole> | null {
    const end = add(seq, length)
    return this.holes.find((hole) => before(seq, hole.right) && after(end, hole.left)) ?? null
  }

  /** Takes them in. */
  take(seq: number, length: number, time: number, tsVal: number): void {
    const end = add(seq, length)
    if (!this.known) {
      this.known = true
      this.nxt = end
      this.top = end
      return
    }
    if (length > 0) this.top = later(this.top, end)
    if (after(seq, this.nxt)) this.open({ left: this.nxt, right: seq, time, tsVal })
    else if (this.holes.length > 0 && length > 0) this.close(seq, end)
    this.nxt = later(this.nxt, end)
  }

  /** The peer has all before `ack`, whether it was seen or not. */
  acknowledge(ack: number): void {
    if (!this.known) return
    if (this.holes.length > 0) this.close(add(ack, -0x4000_0000), ack)
    this.nxt = later(this.nxt, ack)
  }

  private open(hole: Hole): void {
    if (this.holes.length === MAX_HOLES) this.holes.shift()
    this.holes.push(hole)
  }

  private close(left: number, right: number): void {
    const rest: Hole[] = []
    for (const hole of this.holes) {
      if (!before(left, hole.right) || !after(right, hole.left)) rest.push(hole)
      else {
        if (after(left, hole.left)) rest.push({ ...hole, right: left })
        if (before(right, hole.right)) rest.push({ ...hole, left: right })
      }
    }
    this.holes = rest
  }
}
