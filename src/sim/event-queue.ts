import { Fifo } from './fifo.ts'

/** Something that is to happen at a time. */
export interface Event {
  readonly at: number
  /** Its place among those of the same time. */
  readonly order: number
  readonly action: (subject: unknown) => void
  readonly subject: unknown
}

/** Events in the order of their time and place. */
export class EventQueue {
  /** Those that came in their order, for the time that it was: most of them are due at once. */
  private readonly soon = new Fifo<Event>()
  /** A heap of the others, the earliest on top. */
  private readonly later: Event[] = []

  /** Undefined = there is none. */
  get first(): Event | undefined {
    const { first } = this.soon
    const top = this.later[0]
    if (first === undefined || top === undefined) return first ?? top
    return precedes(first, top) ? first : top
  }

  /** `isDue`: nothing that comes afterwards can be earlier. */
  add(event: Event, isDue: boolean): void {
    const { last } = this.soon
    if (isDue && (last === undefined || precedes(last, event))) this.soon.push(event)
    else this.addLater(event)
  }

  /** Takes out the first if it is due by `until`; undefined = it is not, or there is none. */
  take(until: number): Event | undefined {
    const next = this.first
    if (next === undefined || next.at > until) return undefined
    if (next === this.later[0]) this.takeTop()
    else this.soon.shift()
    return next
  }

  private addLater(event: Event): void {
    const { later } = this
    let index = later.length
    later.push(event)
    while (index > 0) {
      const parent = (index - 1) >> 1
      const other = later[parent]
      if (other === undefined || !precedes(event, other)) break
      later[index] = other
      index = parent
    }
    later[index] = event
  }

  private takeTop(): void {
    const { later } = this
    const last = later.pop()
    if (last === undefined || later.length === 0) return
    let index = 0
    for (;;) {
      let childIndex = 2 * index + 1
      let child = later[childIndex]
      if (child === undefined) break
      const right = later[childIndex + 1]
      if (right !== undefined && precedes(right, child)) {
        childIndex += 1
        child = right
      }
      if (!precedes(child, last)) break
      later[index] = child
      index = childIndex
    }
    later[index] = last
  }
}

function precedes(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
