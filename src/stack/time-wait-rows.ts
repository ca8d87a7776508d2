/** Columns of a row, in words. The tuple comes first, as `tupleWords` has it: two addresses of four, both ports in one. */
export const LOCAL = 0
export const REMOTE = 4
export const PORTS = 8
export const SND_NXT = 9
export const RCV_NXT = 10
export const TS_RECENT = 11
export const TS_OFFSET = 12
/** The window field of the last ACK in the lower half, flags in the upper. */
export const WINDOW = 13
/** When the wait began, microseconds: low word, high word. */
export const SINCE = 14
/** When the last timestamp came, and when a segment was last answered that could draw answers for ever: milliseconds modulo 2^32. */
export const TS_RECENT_AT = 16
export const ANSWERED_AT = 17
/** The order of time: the rows before and after this one, each by its number plus one; 0 = none. */
export const BEFORE = 18
export const AFTER = 19
/** The next row of the same bucket, or the next free one: its number plus one; 0 = none. */
export const CHAIN = 20
const WIDTH = 21

/** Flags of the WINDOW column. */
export const IN_USE = 1 << 16
export const HAS_TIMESTAMPS = 2 << 16
export const HAS_ANSWERED = 4 << 16

/** Rows to a page, as a power of two: 21,504 bytes. */
const PAGE_BITS = 8
const PAGE_ROWS = 1 << PAGE_BITS
const PAGE_BYTES = 4 * WIDTH * PAGE_ROWS
/** What V8 keeps beside the words of a page, about. */
const PAGE_OVERHEAD = 256

class Page {
  readonly number: number
  readonly words = new Uint32Array(WIDTH * PAGE_ROWS)
  used = 0
  /** Rows from here on were never used. */
  fresh = 0
  /** A free row by its place in the page plus one, from where CHAIN leads on; 0 = none. */
  free = 0

  constructor(number: number) {
    this.number = number
  }
}

/** Rows of words in pages, so that a table grows without copies and gives back what it no longer fills. */
export class TimeWaitRows {
  private readonly pages: (Page | null)[] = []
  /** Pages with free rows. */
  private readonly open: Page[] = []
  /** Numbers that no page has. */
  private readonly gone: number[] = []
  size = 0

  /** Bytes held. */
  get bytes(): number {
    const pages = this.pages.length - this.gone.length
    return pages * (PAGE_BYTES + PAGE_OVERHEAD) + 8 * (this.pages.length + this.open.length + this.gone.length)
  }

  /** One more than the greatest number of a row. */
  get end(): number {
    return this.pages.length * PAGE_ROWS
  }

  /** The words among which the row's are, from `at(row)` on. */
  words(row: number): Uint32Array {
    return this.pages[row >>> PAGE_BITS]?.words ?? NOTHING
  }

  /** Where the row begins among the words of its page. */
  at(row: number): number {
    return (row & (PAGE_ROWS - 1)) * WIDTH
  }

  get(row: number, column: number): number {
    return this.words(row)[this.at(row) + column] ?? 0
  }

  set(row: number, column: number, value: number): void {
    this.words(row)[this.at(row) + column] = value
  }

  /** When the row's wait began, microseconds. */
  since(row: number): number {
    const words = this.words(row)
    const at = this.at(row) + SINCE
    return (words[at] ?? 0) + ((words[at + 1] ?? 0) | 0) * 2 ** 32
  }

  isUsed(row: number): boolean {
    return (this.get(row, WINDOW) & IN_USE) !== 0
  }

  /** A row to fill; it is in use once its flags say so. */
  take(): number {
    const page = this.open[this.open.length - 1] ?? this.addPage()
    let place = page.free - 1
    if (place >= 0) page.free = page.words[place * WIDTH + CHAIN] ?? 0
    else {
      place = page.fresh
      page.fresh += 1
    }
    page.used += 1
    this.size += 1
    if (page.used === PAGE_ROWS) this.open.pop()
    return page.number * PAGE_ROWS + place
  }

  /** Gives the row back, and its page with the last of its rows unless it is the only one with room. */
  release(row: number): void {
    const page = this.pages[row >>> PAGE_BITS]
    if (!page) return
    const at = this.at(row)
    page.words[at + WINDOW] = 0
    page.words[at + CHAIN] = page.free
    page.free = (row & (PAGE_ROWS - 1)) + 1
    if (page.used === PAGE_ROWS) this.open.push(page)
    page.used -= 1
    this.size -= 1
    if (page.used === 0 && this.open.length > 1) this.drop(page)
  }

  private addPage(): Page {
    const page = new Page(this.gone.pop() ?? this.pages.length)
    this.pages[page.number] = page
    this.open.push(page)
    return page
  }

  private drop(page: Page): void {
    this.pages[page.number] = null
    this.gone.push(page.number)
    this.open.splice(this.open.lastIndexOf(page), 1)
  }
}

const NOTHING = new Uint32Array(0)
