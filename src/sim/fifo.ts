const FIRST_ROOM = 4

/** First in, first out: a ring that grows as it must. What is not in it is undefined. */
export class Fifo<T> {
  size = 0
  /** Slots that hold nothing are undefined; their number is a power of 2. */
  private slots = new Array<T | undefined>(FIRST_ROOM).fill(undefined)
  private head = 0

  get first(): T | undefined {
    return this.slots[this.head]
  }

  get last(): T | undefined {
    const { slots } = this
    return slots[(this.head + this.size - 1) & (slots.length - 1)]
  }

  push(entry: T): void {
    if (this.size === this.slots.length) this.grow()
    const { slots } = this
    slots[(this.head + this.size) & (slots.length - 1)] = entry
    this.size += 1
  }

  /** Takes out the first. */
  shift(): T | undefined {
    const { slots, head } = this
    const entry = slots[head]
    if (this.size === 0) return undefined
    slots[head] = undefined
    this.head = (head + 1) & (slots.length - 1)
    this.size -= 1
    return entry
  }

  clear(): void {
    this.slots.fill(undefined)
    this.head = 0
    this.size = 0
  }

  private grow(): void {
    const { slots, head } = this
    this.slots = [...slots.slice(head), ...slots.slice(0, head), ...new Array<undefined>(slots.length).fill(undefined)]
    this.head = 0
  }
}
