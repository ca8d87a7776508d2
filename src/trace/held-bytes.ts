const FIRST_CAPACITY = 4096

/** The beginning of a record whose rest is yet to come; grows as bytes come, not as they are announced. */
export class HeldBytes {
  length = 0
  view: DataView
  private bytes = new Uint8Array(FIRST_CAPACITY)

  constructor() {
    this.view = new DataView(this.bytes.buffer)
  }

  /** Takes `bytes` from `at` on, `count` of them. */
  append(bytes: Uint8Array, at: number, count: number): void {
    const length = this.length + count
    if (length > this.bytes.length) this.grow(length)
    this.bytes.set(bytes.subarray(at, at + count), this.length)
    this.length = length
  }

  private grow(length: number): void {
    const larger = new Uint8Array(Math.max(length, 2 * this.bytes.length))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
    this.view = new DataView(larger.buffer)
  }
}
