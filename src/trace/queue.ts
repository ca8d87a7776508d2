/** First in, first out; `shift` costs the same however long the queue is. */
export class Queue<T> {
  private items: T[] = []
  private head = 0

  get length(): number {
    return this.items.length - this.head
  }

  push(item: T): void {
    this.items.push(item)
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined
    const item = this.items[this.head++]
    if (this.head > 64 && 2 * this.head > this.items.length) {
      this.items = this.items.slice(this.head)
      this.head = 0
    }
    return item
  }

  toArray(): T[] {
    return this.items.slice(this.head)
  }
}
