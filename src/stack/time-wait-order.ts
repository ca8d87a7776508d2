import { AFTER, BEFORE, type TimeWaitRows } from './time-wait-rows.ts'

/** In BEFORE: the row is in the heap, and AFTER tells where. */
const IN_HEAP = 0xffff_ffff

/**
 * Rows in the order in which their waits began. As 2 MSL is the same for all, each goes to the end of a list. Only
 * what its owner has let go of late, when others had begun to wait after it, goes to a heap beside the list.
 */
export class TimeWaitOrder {
  private readonly rows: TimeWaitRows
  /** Ends of the list, by their numbers plus one; 0 = none. */
  private first = 0
  private last = 0
  private readonly late: number[] = []
  /** The row whose wait began first, -1 = there is none; and when that was, Infinity = never. Looked at with every turn. */
  earliest = -1
  earliestSince = Number.POSITIVE_INFINITY

  constructor(rows: TimeWaitRows) {
    this.rows = rows
  }

  /** Bytes held. */
  get bytes(): number {
    return 8 * this.late.length
  }

  /** Adds a row whose SINCE is set. */
  add(row: number): void {
    const { rows, last } = this
    const since = rows.since(row)
    if (since < this.earliestSince) {
      this.earliest = row
      this.earliestSince = since
    }
    if (last !== 0 && since < rows.since(last - 1)) {
      rows.set(row, BEFORE, IN_HEAP)
      this.late.push(row)
      this.rise(this.late.length - 1, row)
      return
    }
    rows.set(row, BEFORE, last)
    rows.set(row, AFTER, 0)
    if (last === 0) this.first = row + 1
    else rows.set(last - 1, AFTER, row + 1)
    this.last = row + 1
  }

  /** Removes a row whose SINCE is as it was when it was added. */
  remove(row: number): void {
    const { rows } = this
    const before = rows.get(row, BEFORE)
    const after = rows.get(row, AFTER)
    if (before === IN_HEAP) this.removeLate(after)
    else {
      if (before === 0) this.first = after
      else rows.set(before - 1, AFTER, after)
      if (after === 0) this.last = before
      else rows.set(after - 1, BEFORE, before)
    }
    if (row === this.earliest) this.findEarliest()
  }

  private findEarliest(): void {
    const { rows } = this
    const top = this.late[0] ?? -1
    const head = this.first - 1
    this.earliest = top >= 0 && (head < 0 || rows.since(top) < rows.since(head)) ? top : head
    this.earliestSince = this.earliest < 0 ? Number.POSITIVE_INFINITY : rows.since(this.earliest)
  }

  private removeLate(place: number): void {
    const filler = this.late.pop()
    if (filler === undefined || place === this.late.length) return
    this.sink(place, filler)
    this.rise(this.rows.get(filler, AFTER), filler)
  }

  /** Puts `row` at `place` of the heap or nearer to the top. */
  private rise(place: number, row: number): void {
    const { late, rows } = this
    const since = rows.since(row)
    let at = place
    while (at > 0) {
      const above = (at - 1) >> 1
      const other = late[above] ?? 0
      if (rows.since(other) <= since) break
      this.put(at, other)
      at = above
    }
    this.put(at, row)
  }

  /** Puts `row` at `place` of the heap or farther from the top. */
  private sink(place: number, row: number): void {
    const { late, rows } = this
    const since = rows.since(row)
    let at = place
    for (;;) {
      let below = 2 * at + 1
      if (below >= late.length) break
      if (below + 1 < late.length && rows.since(late[below + 1] ?? 0) < rows.since(late[below] ?? 0)) below += 1
      const other = late[below] ?? 0
      if (rows.since(other) >= since) break
      this.put(at, other)
      at = below
    }
    this.put(at, row)
  }

  private put(place: number, row: number): void {
    this.late[place] = row
    this.rows.set(row, AFTER, place)
  }
}
