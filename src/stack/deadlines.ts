/** Something that wants to be called at a time. */
export interface Timed {
  /** When it is due, by the heap's knowledge; Infinity = not in the heap. */
  dueAt: number
  /** Where it stands in the heap; -1 = nowhere. */
  heapIndex: number
}

/** A heap of deadlines: the earliest on top, one entry for each that waits. */
export class Deadlines<T extends Timed> {
  private readonly heap: T[] = []

  /** The earliest deadline; Infinity = none. */
  get next(): number {
    return this.heap[0]?.dueAt ?? Number.POSITIVE_INFINITY
  }

  get size(): number {
    return this.heap.length
  }

  /**
   * Sets `item`'s deadline. A later one than it has leaves the heap alone, to be put right when the
   * old one is due: most timers are pushed back with every segment and never fire.
   */
  set(item: T, at: number): void {
    if (item.heapIndex >= 0) {
      if (at >= item.dueAt) return
      item.dueAt = at
      this.up(item.heapIndex)
    } else if (at !== Number.POSITIVE_INFINITY) {
      item.dueAt = at
      item.heapIndex = this.heap.length
      this.heap.push(item)
      this.up(item.heapIndex)
    }
  }

  /** Takes out the first whose deadline is `now` or before; null = none. */
  pop(now: number): T | null {
    const top = this.heap[0]
    if (top === undefined || top.dueAt > now) return null
    this.remove(top)
    return top
  }

  remove(item: T): void {
    const index = item.heapIndex
    if (index < 0) return
    item.heapIndex = -1
    item.dueAt = Number.POSITIVE_INFINITY
    const last = this.heap.pop()
    if (last === undefined || last === item) return
    this.heap[index] = last
    last.heapIndex = index
    this.up(index)
    this.down(last.heapIndex)
  }

  private up(start: number): void {
    let index = start
    const item = this.heap[index]
    if (item === undefined) return
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = this.heap[parentIndex]
      if (parent === undefined || parent.dueAt <= item.dueAt) break
      this.heap[index] = parent
      parent.heapIndex = index
      index = parentIndex
    }
    this.heap[index] = item
    item.heapIndex = index
  }

  private down(start: number): void {
    let index = start
    const item = this.heap[index]
    if (item === undefined) return
    for (;;) {
      let childIndex = 2 * index + 1
      let child = this.heap[childIndex]
      if (child === undefined) break
      const right = this.heap[childIndex + 1]
      if (right !== undefined && right.dueAt < child.dueAt) {
        childIndex += 1
        child = right
      }
      if (child.dueAt >= item.dueAt) break
      this.heap[index] = child
      child.heapIndex = index
      index = childIndex
    }
    this.heap[index] = item
    item.heapIndex = index
  }
}
