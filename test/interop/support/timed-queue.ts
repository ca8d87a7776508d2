interface Entry<T> {
  due: number
  /** Order of arrival among what is due at the same time. */
  order: number
  item: T
}

/** Items by the time they are due; those of the same time in the order they came. A binary heap. */
export class TimedQueue<T> {
  private readonly heap: Entry<T>[] = []
  private puts = 0

  get length(): number {
    return this.heap.length
  }

  /** When the first item is due; Infinity when there is none. */
  get due(): number {
    return this.heap[0]?.due ?? Number.POSITIVE_INFINITY
  }

  put(due: number, item: T): void {
    const entry = { due, order: this.puts++, item }
    let hole = this.heap.length
    this.heap.push(entry)
    while (hole > 0) {
      const above = (hole - 1) >> 1
      const parent = this.heap[above]
      if (parent === undefined || !isBefore(entry, parent)) break
      this.heap[hole] = parent
      hole = above
    }
    this.heap[hole] = entry
  }

  /** Removes the first item. */
  take(): T | undefined {
    const first = this.heap[0]
    const last = this.heap.pop()
    if (last !== undefined && last !== first) this.sink(last)
    return first?.item
  }

  /** Puts `entry` in the place of the root, then where it belongs. */
  private sink(entry: Entry<T>): void {
    let hole = 0
    for (;;) {
      let below = 2 * hole + 1
      let child = this.heap[below]
      if (child === undefined) break
      const right = this.heap[below + 1]
      if (right !== undefined && isBefore(right, child)) {
        below++
        child = right
      }
      if (!isBefore(child, entry)) break
      this.heap[hole] = child
      hole = below
    }
    this.heap[hole] = entry
  }
}

function isBefore<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order)
}
